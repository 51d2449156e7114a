// Inversions against the plain definition over all pairs.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { historyOf, precedes, type Line } from "./fixtures/story.ts";
import { inversions } from "./real-time-order.ts";

const growths = fc.array(fc.record({ at: fc.nat(30), length: fc.integer({ min: 1, max: 12 }), low: fc.nat(12), spread: fc.nat(3) }), { maxLength: 9 });

test("finds an operation out of order iff some pair is out of order", () => {
  fc.assert(
    fc.property(growths, fc.boolean(), fc.nat(6), (drawn, isStrict, gapMs) => {
      const lines = drawn.map(({ at, length }, index): Line<{ f: "x" }, null> => ({
        at: at + index / 1000,
        to: at + length + index / 1000,
        input: { f: "x" },
      }));
      const byProcess = new Map(historyOf(lines).operations.map((operation) => [operation.process, operation]));
      const all = drawn.flatMap(({ low, spread }, index) => {
        const operation = byProcess.get(index);
        return operation === undefined ? [] : [{ operation, low, high: low + spread }];
      });
      const gapNs = gapMs * 1e6;
      const isOrdered = (a: (typeof all)[number], b: (typeof all)[number]): boolean =>
        precedes(a.operation, b.operation) && (gapMs === 0 || b.operation.invokedNs - a.operation.completedNs > gapNs);
      const bad = all.filter((b) => all.some((a) => isOrdered(a, b) && (isStrict ? b.low <= a.high : b.low < a.high)));
      const found = inversions(all, { compare: (a: number, b: number) => a - b, isStrict, gapNs });
      expect(new Set(found.map(({ later }) => later))).toEqual(new Set(bad));
      for (const { earlier, later } of found) expect(isOrdered(earlier, later) && (isStrict ? later.low <= earlier.high : later.low < earlier.high)).toBe(true);
    }),
    { numRuns: 500 },
  );
});
