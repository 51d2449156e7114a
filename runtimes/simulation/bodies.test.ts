// Hashes and sizes of bodies, and what JSON cannot carry.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../../harness/json.ts";
import { BodyHasher, encodedSizeBytes, freezeBody, hashBytes } from "./bodies.ts";

const json = fc.jsonValue() as fc.Arbitrary<Json>;

describe("the hash of a body", () => {
  test("is the same for equal bodies and never below the true size in its bound", () => {
    fc.assert(
      fc.property(json, (body) => {
        const hasher = new BodyHasher();
        const hash = hasher.hash(body);
        expect(hasher.sizeBoundBytes).toBeGreaterThanOrEqual(encodedSizeBytes(body));
        expect(new BodyHasher().hash(structuredClone(body))).toBe(hash);
      }),
    );
  });

  test("differs where small bodies differ", () => {
    const bodies: Json[] = [
      null,
      true,
      false,
      0,
      1,
      -1,
      0.5,
      2 ** 40,
      2 ** 41,
      "",
      "0",
      "a",
      "b",
      "ab",
      [],
      {},
      [[]],
      [1],
      [1, 2],
      [2, 1],
      { a: 1 },
      { b: 1 },
      { a: 2 },
      { a: [1] },
      { a: { b: 1 } },
      ["a", "b"],
      ["ab"],
    ];
    expect(new Set(bodies.map((body) => new BodyHasher().hash(body))).size).toBe(bodies.length);
  });

  test("ignores members that are undefined, as JSON does", () => {
    expect(new BodyHasher().hash({ a: 1, b: undefined } as unknown as Json)).toBe(new BodyHasher().hash({ a: 1 }));
  });

  test("of bytes sees length and content at both ends", () => {
    const bytes = new Uint8Array(1_000);
    const changed = (index: number): number => hashBytes(bytes.map((byte, at) => (at === index ? 1 : byte)));
    expect(new Set([hashBytes(bytes), changed(0), changed(31), changed(968), changed(999), hashBytes(new Uint8Array(999))]).size).toBe(6);
  });
});

describe("freezing", () => {
  test("accepts and freezes every JSON value, deeply", () => {
    fc.assert(
      fc.property(json, (body) => {
        freezeBody(body);
        const isDeeplyFrozen = (value: unknown): boolean =>
          typeof value !== "object" || value === null || (Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen));
        expect(isDeeplyFrozen(body)).toBe(true);
      }),
    );
  });

  test("names the path of what it refuses", () => {
    expect(() => freezeBody({ a: [{ b: undefined }] } as unknown as Json)).toThrow("body.a.0.b is undefined");
    expect(() => freezeBody(new Map() as unknown as Json)).toThrow("body is no plain object");
  });

  test("lets bytes pass as a whole body, and only there", () => {
    freezeBody(new Uint8Array(3));
    expect(() => freezeBody({ a: new Uint8Array(3) } as unknown as Json)).toThrow("body.a is no plain object");
  });
});
