// What QuickXplain answers suffices, and nothing in it can be spared.
import fc from "fast-check";
import { expect, test } from "vitest";
import { minimalSubset } from "./quick-explain.ts";

/** A set suffices if it contains all of some group; that is what monotone properties look like. */
const question = fc
  .record({ count: fc.integer({ min: 1, max: 24 }), picks: fc.array(fc.array(fc.nat(), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }) })
  .map(({ count, picks }) => ({ count, groups: picks.map((group) => group.map((pick) => pick % count)) }));

test("the answer suffices together with the background, and no element of it can be spared", () => {
  fc.assert(
    fc.property(question, fc.nat(), ({ count, groups }, given) => {
      const suffices = (elements: readonly number[]): boolean => groups.some((group) => group.every((each) => elements.includes(each)));
      const elements = Array.from({ length: count }, (_, index) => index);
      const background = [given % count];
      const subset = minimalSubset({ suffices, background, candidates: elements.filter((each) => !background.includes(each)) });
      expect(suffices([...background, ...subset])).toBe(true);
      for (const spared of subset) expect(suffices([...background, ...subset.filter((each) => each !== spared)])).toBe(false);
    }),
  );
});

test("of equally good answers it is the one with the first candidates", () => {
  const suffices = (elements: readonly number[]): boolean => elements.includes(2) || elements.includes(7);
  expect(minimalSubset({ suffices, background: [], candidates: [0, 1, 2, 3, 4, 5, 6, 7] })).toEqual([2]);
});

test("a small answer takes few questions", () => {
  let questionCount = 0;
  const suffices = (elements: readonly number[]): boolean => {
    questionCount++;
    return [17, 500, 900].every((each) => elements.includes(each));
  };
  const candidates = Array.from({ length: 1000 }, (_, index) => index);
  expect(minimalSubset({ suffices, background: [], candidates }).toSorted((one, other) => one - other)).toEqual([17, 500, 900]);
  expect(questionCount).toBeLessThan(80);
});
