import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { median, medianLength, ruleOfThree, wilsonInterval } from "./wilson.ts";

describe("the Wilson interval", () => {
  // Values of Newcombe 1998, table I, method 3 (score without continuity correction), rounded to four places.
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])("of %i in %i is the published one", (found, total, low, high) => {
    const interval = wilsonInterval(found, total);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  test("always holds the share itself, stays in [0, 1] and narrows with more tries", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000 }), fc.nat(), (total, drawn) => {
        const found = drawn % (total + 1);
        const { low, high } = wilsonInterval(found, total);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(low).toBeLessThanOrEqual(found / total);
        expect(high).toBeGreaterThanOrEqual(found / total);
        expect(high).toBeLessThanOrEqual(1);
        const more = wilsonInterval(found * 10, total * 10);
        expect(more.high - more.low).toBeLessThan(high - low);
      }),
    );
  });

  test("of nothing tried says nothing, and of nonsense throws", () => {
    expect(wilsonInterval(0, 0)).toEqual({ low: 0, high: 1 });
    expect(() => wilsonInterval(3, 2)).toThrow(RangeError);
    expect(() => wilsonInterval(-1, 2)).toThrow(RangeError);
  });
});

const found = (length: number) => ({ length, isFound: true });

const cut = (length: number) => ({ length, isFound: false });

describe("medians", () => {
  test("the rule of three bounds a rate that never showed", () => {
    expect(ruleOfThree(100_000)).toBeCloseTo(0.00003);
    expect(ruleOfThree(0)).toBe(1);
  });

  test("without cut-off attempts the estimate is the lower median", () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(lengths, (values) => {
        const sorted = values.toSorted((a, b) => a - b);
        expect(medianLength(values.map((length) => ({ length, isFound: true })))).toBe(sorted[(sorted.length - 1) >> 1]);
      }),
    );
  });

  test("an attempt that was cut off counts as longer, not as found", () => {
    expect(medianLength([found(3), cut(100)])).toBe(3);
    expect(medianLength([found(3), found(7), cut(100)])).toBe(7);
    // Cut off early it says little: of the two that were watched beyond 5, one ended at 10.
    expect(medianLength([cut(5), found(10), found(20)])).toBe(10);
    expect(medianLength([cut(100)])).toBeUndefined();
    expect(medianLength([found(3), cut(4), cut(5)])).toBeUndefined();
  });

  test("the plain median takes the mean of the middle two", () => {
    expect(median([4, 1, 3])).toBe(3);
    expect(median([4, 1])).toBe(2.5);
    expect(median([])).toBeUndefined();
  });
});
