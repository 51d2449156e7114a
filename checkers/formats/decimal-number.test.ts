// Numbers of files stay what they are at any size: equal texts for equal numbers and only for them.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalNumber, exactNumber } from "./decimal-number.ts";

describe("the text of a number", () => {
  test.each([
    ["0", "0"],
    ["-0", "0"],
    ["0.00", "0"],
    ["0e7", "0"],
    ["-12", "-12"],
    ["1.50", "1.5"],
    ["15e-1", "1.5"],
    ["1e3", "1000"],
    ["-0.001", "-0.001"],
    ["1E+2", "100"],
    ["123456789012345678901234567890", "123456789012345678901234567890"],
    ["9007199254740993", "9007199254740993"],
    ["0.10000000000000000555", "0.10000000000000000555"],
    ["1e100", "1e100"],
    [`1${"0".repeat(100)}`, "1e100"],
    ["1".repeat(60), "1".repeat(60)],
    ["12e-50", "12e-50"],
  ])("of %s is %s", (text, canonical) => expect(canonicalNumber(text)).toBe(canonical));
  test.each(["", "-", "+1", "01", "-007", ".5", "5.", "1e", "0x10", "1/2", "1_000", "NaN", "Infinity", "1e9999999", "9e999999999", " 1", "1 "])(
    "is none for %j",
    (text) => expect(canonicalNumber(text)).toBeUndefined(),
  );
  test("is equal for equal numbers, whatever their notation", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n }), fc.nat(45), fc.nat(6), (digits, places, zeros) => {
        const plain = canonicalNumber(`${digits}e-${places}`);
        expect(canonicalNumber(`${digits * 10n ** BigInt(zeros)}e-${places + zeros}`)).toBe(plain);
        const sign = digits < 0n ? "-" : "";
        const padded = String(digits < 0n ? -digits : digits).padStart(places + 1, "0");
        const pointed = places === 0 ? padded : `${padded.slice(0, -places)}.${padded.slice(-places)}`;
        expect(canonicalNumber(sign + pointed)).toBe(plain);
        expect(plain === undefined ? undefined : canonicalNumber(plain)).toBe(plain);
      }),
    );
  });
  test("differs for different numbers", () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.bigInt(), fc.integer({ min: -50, max: 50 }), fc.integer({ min: -50, max: 50 }), (one, other, first, second) => {
        const [low, areEqual] = [Math.min(first, second), one * 10n ** BigInt(first + 50) === other * 10n ** BigInt(second + 50)];
        expect(low).toBeLessThan(51);
        expect(canonicalNumber(`${one}e${first}`) === canonicalNumber(`${other}e${second}`)).toBe(areEqual);
      }),
    );
  });
});

describe("the number of a text", () => {
  test("is exact or none", () => {
    expect(["3", "-0", "1e3", "0.1", "9007199254740991", "1.5e-7"].map(exactNumber)).toEqual([3, 0, 1000, 0.1, 9007199254740991, 1.5e-7]);
    expect(["9007199254740992", "9007199254740993", "1e400", "1e-400", "0.10000000000000000555", "9007199254740990.5", "x"].map(exactNumber)).toEqual(
      Array.from({ length: 7 }, () => undefined),
    );
  });
});
