import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BlockStock } from "./block-stock.ts";

describe("a stock of blocks", () => {
  test("gives numbers in order, across blocks, or nothing at all", () => {
    const stock = new BlockStock();
    stock.add(10n, 12n);
    stock.add(20n, 21n);
    expect(stock.take(6, -1n)).toBeNull();
    expect(stock.left).toBe(5n);
    expect(stock.take(4, -1n)).toEqual([10n, 11n, 12n, 20n]);
    expect(stock.take(1, -1n)).toEqual([21n]);
    expect(stock.take(1, -1n)).toBeNull();
  });

  test("leaves a block unused that is not above those before it", () => {
    const stock = new BlockStock();
    expect(stock.add(100n, 199n)).toBe(true);
    expect(stock.add(50n, 99n)).toBe(false);
    expect(stock.add(150n, 249n)).toBe(false);
    expect(stock.left).toBe(100n);
  });

  test("gives up all numbers up to a token, for everybody", () => {
    const stock = new BlockStock();
    stock.add(10n, 19n);
    stock.add(30n, 39n);
    expect(stock.take(1, 14n)).toEqual([15n]);
    expect(stock.take(1, 30n)).toEqual([31n]);
    expect(stock.take(1, -1n)).toEqual([32n]);
    expect(stock.take(1, 39n)).toBeNull();
    expect(stock.left).toBe(0n);
  });

  test("only goes up and never gives a number twice, whatever is asked", () => {
    const step = fc.oneof(
      fc.record({ size: fc.integer({ min: 1, max: 20 }), gap: fc.integer({ min: 0, max: 20 }) }),
      fc.record({ count: fc.integer({ min: 1, max: 10 }), after: fc.integer({ min: -1, max: 200 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
        const stock = new BlockStock();
        let [next, last] = [0n, -1n];
        for (const drawn of steps) {
          if ("size" in drawn) {
            const from = next + BigInt(drawn.gap);
            next = from + BigInt(drawn.size);
            stock.add(from, next - 1n);
            continue;
          }
          const taken = stock.take(drawn.count, BigInt(drawn.after));
          for (const number of taken ?? []) {
            expect(number > last && number > BigInt(drawn.after)).toBe(true);
            last = number;
          }
        }
      }),
    );
  });
});
