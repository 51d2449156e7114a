import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Json } from "../../harness/json.ts";
import { crc32c, hashJson } from "./checksum.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

test.each([
  ["the check value of the catalogue", bytesOf("123456789"), 0xe3069283],
  ["32 zeros (RFC 3720, B.4)", new Uint8Array(32), 0x8a9136aa],
  ["32 ones (RFC 3720, B.4)", new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ["ascending bytes (RFC 3720, B.4)", Uint8Array.from({ length: 32 }, (_, index) => index), 0x46dd794e],
  ["nothing", new Uint8Array(), 0],
])("CRC-32C of %s", (_name, bytes, expected) => {
  expect(crc32c(bytes)).toBe(expected);
});

test("CRC-32C of a range is that of its bytes, and any flipped bit shows", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), fc.nat(), fc.nat(7), (bytes, position, bit) => {
      const padded = new Uint8Array([9, ...bytes, 9]);
      expect(crc32c(padded, 1, 1 + bytes.length)).toBe(crc32c(bytes));
      const flipped = bytes.slice();
      flipped[position % bytes.length] = (flipped[position % bytes.length] ?? 0) ^ (1 << bit);
      expect(crc32c(flipped)).not.toBe(crc32c(bytes));
    }),
  );
});

test("equal values have equal hashes, whatever the order of members", () => {
  expect(hashJson({ a: 1, b: [true, null] })).toBe(hashJson({ b: [true, null], a: 1 }));
  fc.assert(fc.property(fc.jsonValue(), (value) => hashJson(value as Json) === hashJson(JSON.parse(JSON.stringify(value)) as Json)));
});

test("values that people confuse have different hashes", () => {
  const values: Json[] = [
    null,
    false,
    true,
    0,
    1,
    "0",
    "1",
    "",
    [],
    {},
    [[]],
    [null],
    ["a", "b"],
    ["b", "a"],
    ["ab"],
    { a: 1 },
    { a: "1" },
    { b: 1 },
    { a: { b: 1 } },
    1.5,
    2 ** 40,
  ];
  expect(new Set(values.map((value) => hashJson(value))).size).toBe(values.length);
});
