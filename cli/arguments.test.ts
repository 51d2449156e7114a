import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UsageError } from "../harness/errors.ts";
import { parseCount, parseDuration, parseNames, parseRate, parseSeed, parseSwitch, shellWord } from "./arguments.ts";

const wayOutOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof UsageError) return `${error.message} ${error.wayOut}`;
    throw error;
  }
  return "accepted";
};

describe("durations", () => {
  test.each([
    ["500ms", 500],
    ["10s", 10_000],
    ["1.5m", 90_000],
    ["2 min", 120_000],
    ["1h", 3_600_000],
    [" 3S ", 3000],
  ])("%s is %s ms", (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  test.each(["", "s", "-1s", "0s", "1x", "1e3s", "NaN", "Infinity", "10s10s", "0x10s", "1.2.3s", "ten seconds"])(
    "%s is refused with a pattern to follow",
    (text) => {
      expect(wayOutOf(() => parseDuration(text))).toContain("Write a number and a unit: 500ms, 10s, 1.5m, 2h.");
    },
  );

  test("a number without a unit is refused, since nobody knows what was meant", () => {
    expect(wayOutOf(() => parseDuration("10"))).toBe('"10" is not a duration. Write the unit: 10s or 10ms.');
  });
});

describe("counts", () => {
  test("are digits within bounds", () => {
    expect([parseCount("1", { minimum: 1, maximum: 25 }), parseCount("25", { minimum: 1, maximum: 25 })]).toEqual([1, 25]);
  });

  test.each(["NaN", "0", "26", "-1", "1.5", "1e1", "0x2", "", " ", "Infinity", "2 3", "999999999999999999"])("%s is refused with the bounds", (text) => {
    expect(wayOutOf(() => parseCount(text, { minimum: 1, maximum: 25 }))).toContain("is not a whole number from 1 to 25.");
  });

  test("any count comes back as it was written", () => {
    fc.assert(fc.property(fc.nat(), (count) => parseCount(String(count), { minimum: 0, maximum: 2 ** 31 }) === count));
  });
});

describe("rates", () => {
  test("are numbers above zero, with hz or without", () => {
    expect([parseRate("20", 100), parseRate("0.5hz", 100), parseRate("7 Hz", 100)]).toEqual([20, 0.5, 7]);
  });

  test.each(["0", "-1", "101", "NaN", "fast", "1e2"])("%s is refused", (text) => {
    expect(wayOutOf(() => parseRate(text, 100))).toContain("is not a rate above 0 and up to 100");
  });
});

describe("words", () => {
  test.each(["7", "nightly-2026", "a.b_c", "0"])("%s is a seed", (text) => {
    expect(parseSeed(text)).toBe(text);
  });

  test.each(["", "NaN", "a b", "a/b", "../x", "ü", "x".repeat(101), "a\u001b[31m"])("%s is no seed", (text) => {
    expect(wayOutOf(() => parseSeed(text))).toContain("is not a seed. Write letters, digits, dots or dashes");
  });

  test("lists have commas between their names, and each name once", () => {
    expect(parseNames(" a, b ,c")).toEqual(["a", "b", "c"]);
    expect(wayOutOf(() => parseNames("a,,b"))).toContain("has an empty name in it");
    expect(wayOutOf(() => parseNames("a,b,a"))).toContain('"a" is in the list twice');
  });

  test("switches are on or off", () => {
    expect([parseSwitch("1"), parseSwitch("TRUE"), parseSwitch("no"), parseSwitch("")]).toEqual([true, true, false, false]);
    expect(wayOutOf(() => parseSwitch("maybe"))).toContain("is neither on nor off");
  });

  test("what goes to a shell is quoted only if it must be", () => {
    expect([shellWord("./my-system.ts"), shellWord("a b"), shellWord("it's"), shellWord("$(x)")]).toEqual(["./my-system.ts", "'a b'", `'it'\\''s'`, "'$(x)'"]);
  });
});
