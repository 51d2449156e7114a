import { describe, expect, test } from "vitest";
import { endingRank, exitCodeOf, exitCodes, worstEnding, type Ending } from "./exit-code.ts";

// Written out by hand from the contract, so that the rank in the code is checked against something else than itself.
const rankByCode = [64, 5, 1, 130, 3, 2, 4, 0];
const endings = Object.keys(exitCodes) as Ending[];

describe("exit codes", () => {
  test("are those of the contract", () => {
    const codes = Object.fromEntries(endings.map((ending) => [ending, exitCodeOf(ending)]));
    expect(codes).toEqual({ valid: 0, invalid: 1, unknown: 2, threshold: 3, environment: 4, crashed: 5, usage: 64, interrupted: 130 });
  });

  const pairs = endings.flatMap((a) => endings.map((b) => [a, b] as const));
  test.each(pairs)("of %s and %s the stronger decides", (a, b) => {
    const expected = rankByCode.find((code) => code === exitCodeOf(a) || code === exitCodeOf(b));
    expect(exitCodeOf(worstEnding([a, b]))).toBe(expected);
    expect(worstEnding([b, a])).toBe(worstEnding([a, b]));
  });

  test("every ending has its place in the rank", () => {
    expect([...endingRank].toSorted()).toEqual([...endings].toSorted());
  });

  test("a command that did nothing is unknown", () => {
    expect(worstEnding([])).toBe("unknown");
  });
});
