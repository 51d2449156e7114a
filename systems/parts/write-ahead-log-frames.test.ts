import { expect, test } from "vitest";
import { decodeFrame, encodeFrame, headerBytes, scanFrames } from "./write-ahead-log-frames.ts";

const groups = [["a"], [{ b: "ü" }, 2], ["c", null, "x".repeat(90)]];
const frames = groups.map((records, index) => encodeFrame(index + 1, records));
const file = joined(...frames);

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

test("what was encoded is read back, frame by frame", () => {
  expect(scanFrames(file)).toEqual({ records: groups.flat(), tail: "whole", goodBytes: file.length });
  expect(scanFrames(new Uint8Array())).toEqual({ records: [], tail: "whole", goodBytes: 0 });
  expect(decodeFrame(joined(frames[0] ?? new Uint8Array(), new Uint8Array(100)))).toEqual(["a"]);
});

test("a file that ends anywhere inside its last frame was cut before that frame was acknowledged", () => {
  const lastBegins = file.length - (frames[2]?.length ?? 0);
  for (let length = lastBegins + 1; length < file.length; length++) {
    expect(scanFrames(file.slice(0, length))).toEqual({ records: groups.slice(0, 2).flat(), tail: "cut", goodBytes: lastBegins });
  }
});

test("a hole in the last frame proves that it was never synced", () => {
  const holed = file.slice();
  holed.fill(0, file.length - 60, file.length - 30);
  expect(scanFrames(holed).tail).toBe("cut");
});

test("any flipped bit is noticed: corrupt before the last frame, doubtful in it, never silently gone", () => {
  const lastBegins = file.length - (frames[2]?.length ?? 0);
  for (let bit = 0; bit < file.length * 8; bit++) {
    const flipped = file.slice();
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const { tail, records } = scanFrames(flipped);
    expect(tail, `bit ${bit}`).toBe(bit >> 3 < lastBegins ? "corrupt" : "doubtful");
    expect(groups.flat().slice(0, records.length)).toEqual(records);
  }
});

test("a frame of another place in the file is not taken for the next one", () => {
  const [first = new Uint8Array(), , third = new Uint8Array()] = frames;
  expect(scanFrames(joined(first, third)).tail).toBe("corrupt");
  expect(scanFrames(joined(first, first)).tail).toBe("doubtful");
});

test("an empty frame is as long as its header and two brackets", () => {
  expect(encodeFrame(1, []).length).toBe(headerBytes + 2);
});
