import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { editDistance, nearest, suggestion } from "./spelling.ts";

describe("the nearest right spelling", () => {
  const names = ["partition", "pause", "power-cut", "kill"];

  test.each([
    ["partiton", "partition"],
    ["Partition", "partition"],
    ["puase", "pause"],
    ["powercut", "power-cut"],
    ["kil", "kill"],
  ])("%s was meant to be %s", (word, meant) => {
    expect(nearest(word, names)).toBe(meant);
  });

  test("a word that resembles nothing has none", () => {
    expect(nearest("zzzzzz", names)).toBeUndefined();
    expect(suggestion("zzzzzz", names)).toBe("There are: partition, pause, power-cut, kill.");
    expect(suggestion("kil", names)).toBe('Did you mean "kill"?');
  });

  test("the distance is symmetric, zero only for equal words, and a swap of neighbours costs one", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
    expect(editDistance("ab", "ba")).toBe(1);
  });

  test("a hostile word costs no quadratic table", () => {
    expect(editDistance("a".repeat(1_000_000), "b".repeat(1_000_000))).toBe(Infinity);
  });
});
