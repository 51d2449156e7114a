// Reachable sums against trying every subset.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { reaches } from "./subset-sums.ts";

const terms = fc.oneof(
  fc.array(fc.constantFrom(1n, 2n, 3n, 7n, 1000n, -1n, -5n, -1000n, 0n, 1152921504606846977n), { maxLength: 10 }),
  // Amounts of similar size: the search has to turn back.
  fc.array(fc.constantFrom(10n, 7n, 13n, -11n), { maxLength: 10 }),
);

function allSums(values: readonly bigint[]): Set<bigint> {
  let sums = new Set([0n]);
  for (const value of values) sums = new Set([...sums, ...[...sums].map((sum) => sum + value)]);
  return sums;
}

function counted(values: readonly bigint[]): Map<bigint, number> {
  const counts = new Map<bigint, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

test("agrees with every subset, for sums that are and that are not reachable", () => {
  fc.assert(
    fc.property(terms, fc.bigInt({ min: -1010n, max: 1010n }), fc.nat(), (values, other, pick) => {
      const sums = allSums(values);
      const reachable = [...sums][pick % sums.size] ?? 0n;
      expect(reaches(reachable, counted(values), 1_000_000)).toBe(true);
      for (const sum of [other, reachable + 1n, reachable - 1n]) expect(reaches(sum, counted(values), 1_000_000)).toBe(sums.has(sum));
    }),
    { numRuns: 500 },
  );
});

test("says nothing rather than something wrong when its steps run out", () => {
  const odd = new Map(Array.from({ length: 40 }, (_, index) => [BigInt(2 * (3 ** (index % 20) + index)), 3]));
  expect(reaches(1_000_001n, odd, 50)).toBe(undefined);
});

test("needs few steps for amounts that lie far apart", () => {
  const classes = new Map([
    [1n, 50],
    [1000n, 50],
    [1_000_000n, 50],
    [-1_000_000n, 50],
    [1152921504606846977n, 50],
  ]);
  expect(reaches(1152921504606846977n * 20n + 3_000_000n + 7_000n + 49n, classes, 5_000)).toBe(true);
  expect(reaches(1152921504606846977n * 20n + 3_000_000n + 7_000n + 51n, classes, 5_000)).toBe(false);
});
