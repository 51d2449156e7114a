// Seeded chance: the same everywhere, independent by name, uniform enough for what is drawn here.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hashString, seededRandom } from "./random.ts";

describe("a seeded stream", () => {
  test("is the same for the same seed and another one for another seed", () => {
    const draw = (seed: string): number[] => Array.from({ length: 8 }, () => seededRandom(seed).u32("x"));
    expect(draw("a")).toEqual(draw("a"));
    expect(draw("a")).not.toEqual(draw("b"));
  });

  test("is fixed for ever: a recorded plan must replay with a later version", () => {
    const random = seededRandom("golden");
    expect([random.u32("x"), random.below(100, "x"), random.uuid("x"), hashString("golden")]).toMatchInlineSnapshot(`
      [
        132754341,
        8,
        "ea655d5d-41d9-4ed0-aa88-8f08141a6210",
        3719736076,
      ]
    `);
  });

  test("has forks that do not depend on what was drawn before, nor on each other", () => {
    const [fresh, used] = [seededRandom("s"), seededRandom("s")];
    used.u32("x");
    used.fork("other").u32("x");
    expect(used.fork("a").u32("x")).toBe(fresh.fork("a").u32("x"));
    expect(fresh.fork("a").u32("x")).not.toBe(fresh.fork("b").u32("x"));
  });

  test("tells its observer every draw, those of its forks included", () => {
    const seen: string[] = [];
    const random = seededRandom("s", (label) => seen.push(label));
    random.u32("one");
    random.fork("f").bytes(5, "two");
    expect(seen).toEqual(["one", "two", "two"]);
  });
});

test("below stays below its bound and reaches every value", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.string(), (bound, seed) => {
      const random = seededRandom(seed);
      const seen = new Set(Array.from({ length: bound * 40 }, () => random.below(bound, "x")));
      expect(Math.max(...seen)).toBeLessThan(bound);
      expect(seen.size).toBe(bound);
    }),
  );
  for (const bound of [0, -1, 1.5, Number.NaN, 2 ** 33]) expect(() => seededRandom("s").below(bound, "x")).toThrow(RangeError);
});

test("draws of 16 buckets are uniform to within five standard deviations", () => {
  const random = seededRandom("uniform");
  const counts = Array.from({ length: 16 }, () => 0);
  for (let draw = 0; draw < 160_000; draw++) {
    const bucket = random.below(16, "x");
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(5 * Math.sqrt(10_000));
});

test("bytes use all their bits, and UUIDs have version 4 and the RFC's variant", () => {
  const bytes = seededRandom("s").bytes(4_096, "x");
  for (const bit of [1, 2, 4, 8, 16, 32, 64, 128]) {
    const share = bytes.filter((byte) => (byte & bit) !== 0).length / bytes.length;
    expect(Math.abs(share - 0.5)).toBeLessThan(0.05);
  }
  expect(seededRandom("s").uuid("x")).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("a shuffle keeps all items and pick refuses an empty list", () => {
  expect(
    seededRandom("s")
      .shuffle([1, 2, 3, 4, 5], "x")
      .toSorted((a, b) => a - b),
  ).toEqual([1, 2, 3, 4, 5]);
  expect(() => seededRandom("s").pick([], "x")).toThrow(RangeError);
});
