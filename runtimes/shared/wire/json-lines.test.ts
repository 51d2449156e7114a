// The framer of the control channel: however a stream is cut, the same lines come out, and nothing unbounded is kept.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../../../harness/json.ts";
import { encodeLine, lineLimitBytes, LineReader } from "./json-lines.ts";

const json = fc.jsonValue().map((value): Json => JSON.parse(JSON.stringify(value)));

describe("a line reader", () => {
  test("gives the lines that were sent, wherever the stream is cut", () => {
    fc.assert(
      fc.property(fc.array(json, { maxLength: 5 }), fc.array(fc.nat({ max: 400 }), { maxLength: 10 }), (values, cuts) => {
        const stream = Buffer.from(values.map(encodeLine).join(""));
        const read: Json[] = [];
        const reader = new LineReader((line) => read.push(line));
        const ends = [...cuts.map((cut) => Math.min(cut, stream.length)), stream.length].toSorted((a, b) => a - b);
        let start = 0;
        for (const end of ends) {
          reader.push(stream.subarray(start, end));
          start = end;
        }
        expect(read).toEqual(values);
      }),
    );
  });

  test("keeps a line that has not ended to itself", () => {
    const read: Json[] = [];
    const reader = new LineReader((line) => read.push(line));
    reader.push(Buffer.from('{"a":1'));
    expect(read).toEqual([]);
    reader.push(Buffer.from('}\n{"b"'));
    expect(read).toEqual([{ a: 1 }]);
  });

  test("throws for what is no JSON", () => {
    expect(() => new LineReader(() => undefined).push(Buffer.from("nonsense\n"))).toThrow(SyntaxError);
    expect(() => new LineReader(() => undefined).push(Buffer.from("\n"))).toThrow(SyntaxError);
  });

  test("throws before it keeps more than 16 MiB of one line, however small the pieces", () => {
    const reader = new LineReader(() => undefined);
    const piece = Buffer.alloc(1_048_576, "x");
    for (let index = 0; index < 16; index++) reader.push(piece);
    expect(() => reader.push(Buffer.from("x"))).toThrow(RangeError);
  });

  test("takes a line of exactly 16 MiB, and nobody can send a longer one", () => {
    const read: Json[] = [];
    const text = "ü".repeat((lineLimitBytes - 2) / 2);
    new LineReader((line) => read.push(line)).push(Buffer.from(encodeLine(text)));
    expect(read[0] === text).toBe(true);
    expect(() => encodeLine(`${text}x`)).toThrow(RangeError);
  });
});
