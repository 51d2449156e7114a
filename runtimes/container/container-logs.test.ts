import fc from "fast-check";
import { expect, test } from "vitest";
import { errorTextIn } from "./container-logs.ts";

function frame(stream: 1 | 2, content: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt8(stream, 0);
  head.writeUInt32BE(content.length, 4);
  return Buffer.concat([head, content]);
}

test("the two streams are told apart, and a letter that was cut in two is whole again", () => {
  const euro = Buffer.from("€");
  const frames = Buffer.concat([frame(2, Buffer.from("a")), frame(2, euro.subarray(0, 2)), frame(1, Buffer.from("out")), frame(2, euro.subarray(2))]);
  expect(errorTextIn(frames)).toBe("a€");
  expect(errorTextIn(Buffer.alloc(0))).toBe("");
});

test("whatever bytes follow, whole frames before them are read", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 20 }), { maxLength: 5 }), fc.uint8Array({ maxLength: 7 }), (texts, rest) => {
      const whole = Buffer.concat(texts.map((text) => frame(2, Buffer.from(text))));
      expect(errorTextIn(Buffer.concat([whole, rest]))).toBe(Buffer.from(texts.join("")).toString());
    }),
  );
  expect(errorTextIn(Buffer.concat([frame(2, Buffer.from("a")), Buffer.from("no frame at all")]))).toBe("a");
  expect(errorTextIn(Buffer.concat([frame(2, Buffer.from("a")), frame(2, Buffer.from("cut off")).subarray(0, 10)]))).toBe("a");
});
