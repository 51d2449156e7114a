import * as fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson, hashJson } from "./canonical-json.ts";
import type { Json } from "./json.ts";

function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}

const json = fc.jsonValue({ noUnicodeString: false }).map((value) => JSON.parse(JSON.stringify(value)) as Json);

test("the order of members does not matter, at any depth", () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(canonicalJson(reversed(value))).toBe(canonicalJson(value));
    }),
  );
  expect(canonicalJson({ b: 1, a: [{ d: 2, c: 3 }] })).toBe('{"a":[{"c":3,"d":2}],"b":1}');
});

test("the text is JSON of the same value", () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(value);
    }),
  );
});

test("the order of a list does matter, and the hash is a fixed one", () => {
  expect(hashJson([1, 2])).not.toBe(hashJson([2, 1]));
  // First 8 bytes of SHA-256 of `{}`.
  expect(hashJson({})).toBe("44136fa355b3678a");
});
