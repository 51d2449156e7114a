// Decimals of any size compare as the numbers they are.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { compareDecimals, isDecimal } from "./decimal.ts";

test("knows integers and nothing else", () => {
  expect(["0", "-1", "007", "123456789012345678901234567890"].map(isDecimal)).toEqual([true, true, true, true]);
  expect(["", "-", "1.5", "1e3", "abc", " 1", "+1", "0x1", "1\n"].map(isDecimal)).toEqual(Array.from({ length: 9 }, () => false));
});

test("compares like BigInt, also beyond 2^53, with signs and leading zeros", () => {
  const decimal = fc
    .tuple(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), fc.nat(3))
    .map(([value, zeros]) => ({ value, text: `${value < 0n ? "-" : ""}${"0".repeat(zeros)}${value < 0n ? -value : value}` }));
  fc.assert(
    fc.property(decimal, decimal, (a, b) => {
      expect(Math.sign(compareDecimals(a.text, b.text))).toBe(a.value < b.value ? -1 : a.value > b.value ? 1 : 0);
    }),
  );
  expect(compareDecimals("9007199254740993", "9007199254740992")).toBeGreaterThan(0);
  expect(compareDecimals("9", "10")).toBeLessThan(0);
  expect([compareDecimals("-0", "00"), compareDecimals("00", "-0")]).toEqual([0, 0]);
});
