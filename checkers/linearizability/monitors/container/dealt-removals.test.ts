// The plan for removals of unknown outcome, with containers that have conflicts to order.
import { describe, expect, test } from "vitest";
import type { Lives } from "./container-lives.ts";
import type { Deal, Dealing } from "./dealing.ts";
import { decideLives } from "./dealt-removals.ts";
import type { Container } from "./dealt-removals.ts";

/** So many values that never left, put in one after the other, then so many removals of unknown outcome. */
function livesWith(valueCount: number, lostCount: number): Lives<string> {
  const pointCount = valueCount + lostCount;
  const points = Int32Array.from({ length: valueCount }, (_, value) => value);
  const never = new Int32Array(valueCount).fill(pointCount);
  return {
    pointCount,
    values: [...points].map(String),
    inFrom: points,
    inBy: points,
    outFrom: never,
    outBy: never,
    remover: new Int32Array(valueCount).fill(-1),
    empties: [],
    lost: Array.from({ length: lostCount }, (_, index) => valueCount + index),
    ends: new Int32Array(pointCount).fill(pointCount - 1),
  };
}

/**
 * Has conflicts of all values until so many deals are made; then it accepts them or not. The relaxed attempt, which deals
 * nothing, is content.
 */
function container(dealCount: number, accepts: (deals: readonly Deal[]) => boolean, seen: string[] = []): Container<string> {
  return {
    removals: "pops",
    latestRemovals: ({ values, pointCount }) => ({ latest: new Int32Array(values.length).fill(pointCount), because: new Int32Array(values.length).fill(-1) }),
    attempt(lives, dealing: Dealing) {
      if (!dealing.begin()) return undefined;
      if (lives.outFrom.some((point) => point < lives.pointCount)) return [];
      const values = [...lives.values.keys()];
      const deals: Deal[] = [];
      while (deals.length < dealCount) {
        const deal = dealing.choose({ values, empties: [], candidates: values.map((value) => ({ value, deadline: lives.pointCount })) });
        if (deal === undefined) return undefined;
        deals.push(deal);
      }
      seen.push(deals.map(({ value, removal }) => `${value}:${removal}`).join(" "));
      return accepts(deals) ? deals.map(({ value }) => value) : undefined;
    },
  };
}

describe("with removals of unknown outcome", () => {
  test("every way to deal them is tried once, after a guess, before the history is refuted", () => {
    const seen: string[] = [];
    const answer = decideLives(
      livesWith(2, 3),
      container(2, () => false, seen),
    );
    expect(answer).toEqual({ verdict: "invalid", suspects: [0, 1] });
    const exhaustive = seen.slice(1);
    expect(new Set(exhaustive).size).toBe(exhaustive.length);
    // Two different values in any order, each with a removal of its own.
    expect(exhaustive).toHaveLength(2 * 3 * 2);
    for (const deals of exhaustive) expect(deals).toMatch(/^(0:(\d) 1:(?!\2)\d|1:(\d) 0:(?!\3)\d)$/);
  });
  test("the last way that is tried may be the right one", () => {
    let attempts = 0;
    const answer = decideLives(
      livesWith(2, 2),
      container(2, () => ++attempts === 5),
    );
    expect(answer.verdict).toBe("valid");
  });
  test("there may be too many ways, and then nothing is claimed", () => {
    expect(
      decideLives(
        livesWith(12, 12),
        container(12, () => false),
      ),
    ).toEqual({ verdict: "inapplicable", why: "there are too many explanations for 12 pops of unknown outcome" });
  });
  test("there may be too many options at one place, and then nothing is claimed either", () => {
    expect(
      decideLives(
        livesWith(9, 9),
        container(1, () => false),
      ).verdict,
    ).toBe("inapplicable");
  });
});
