import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeHybridId, encodeHybridId, HybridClock, hybridStride } from "./hybrid-clock.ts";

const time = fc.record({ timeMs: fc.integer({ min: 0, max: 2 ** 48 - 1 }), counter: fc.integer({ min: 0, max: 65_535 }) });

describe("a hybrid logical clock", () => {
  test("only goes up, stays at or above the wall, and passes everything it hears", () => {
    const event = fc.record({
      wallMs: fc.integer({ min: 0, max: 50 }),
      heard: fc.option(fc.record({ timeMs: fc.integer({ min: 0, max: 60 }), counter: fc.integer({ min: 0, max: 65_535 }) })),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 100 }), (events) => {
        const clock = new HybridClock();
        let last = -1n;
        for (const { wallMs, heard } of events) {
          if (heard !== null) clock.merge(heard);
          const now = clock.tick(wallMs);
          expect(now.timeMs).toBeGreaterThanOrEqual(wallMs);
          const id = BigInt(encodeHybridId(now, 0));
          expect(id > last && (heard === null || id > BigInt(encodeHybridId(heard, 1023)))).toBe(true);
          last = id;
        }
      }),
    );
  });

  test("follows the wall when that is ahead, and counts when it is not", () => {
    const clock = new HybridClock();
    expect([clock.tick(5), clock.tick(5), clock.tick(4), clock.tick(6)]).toEqual([
      { timeMs: 5, counter: 0 },
      { timeMs: 5, counter: 1 },
      { timeMs: 5, counter: 2 },
      { timeMs: 6, counter: 0 },
    ]);
  });

  test("moves to the next millisecond when the counter is used up, and begins above what was reserved", () => {
    const clock = new HybridClock();
    clock.startAbove(100);
    expect(clock.tick(0)).toEqual({ timeMs: 101, counter: 0 });
  });
});

describe("ids of a hybrid clock", () => {
  test("are ordered by time, then counter, whichever node made them, and can be read back", () => {
    fc.assert(
      fc.property(time, time, fc.integer({ min: 0, max: 1023 }), fc.integer({ min: 0, max: 1023 }), (a, b, nodeA, nodeB) => {
        const [idA, idB] = [encodeHybridId(a, nodeA), encodeHybridId(b, nodeB)];
        expect(decodeHybridId(idA)).toEqual(a);
        if (a.timeMs < b.timeMs || (a.timeMs === b.timeMs && a.counter < b.counter)) expect(BigInt(idA) < BigInt(idB)).toBe(true);
      }),
    );
  });

  test("of one node that follow each other in one millisecond are one stride apart", () => {
    expect(BigInt(encodeHybridId({ timeMs: 7, counter: 4 }, 9)) - BigInt(encodeHybridId({ timeMs: 7, counter: 3 }, 9))).toBe(BigInt(hybridStride));
  });

  test("are not read from other texts", () => {
    for (const text of ["", "-1", "07", "1e9", (1n << 74n).toString(), "9".repeat(24)]) expect(decodeHybridId(text)).toBeNull();
  });
});
