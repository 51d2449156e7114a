import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeSnowflake, snowflakeEpochMs } from "../parts/snowflake.ts";
import { patienceMs, SnowflakeTicker, type Tick } from "./snowflake-ticker.ts";

const base = snowflakeEpochMs + 1_000_000;
function tickerAbove(aboveMs: number): SnowflakeTicker {
  const ticker = new SnowflakeTicker();
  ticker.adopt({ slot: 5, token: 1, aboveMs, horizonMs: aboveMs + 1000 });
  return ticker;
}
const timeOf = (tick: Tick): number | undefined => (tick.kind === "id" ? decodeSnowflake(tick.id)?.timeMs : undefined);

describe("a ticker of snowflake ids", () => {
  test("waits while the clock is at most 10 ms behind, refuses beyond", () => {
    const ticker = tickerAbove(base);
    expect(timeOf(ticker.next(base + 100, -1))).toBe(base + 100);
    expect(ticker.next(base + 90, -1)).toEqual({ kind: "wait", waitMs: 10 });
    expect(ticker.next(base + 89, -1)).toEqual({ kind: "refuse", reason: "clock-regress" });
    expect(ticker.isStuck(base + 90)).toBe(false);
    expect(ticker.isStuck(base + 89)).toBe(true);
  });

  test("uses no time that an earlier holder of the slot was allowed", () => {
    const ticker = tickerAbove(base);
    expect(ticker.next(base, -1)).toEqual({ kind: "wait", waitMs: 1 });
    expect(ticker.next(base - 3, -1)).toEqual({ kind: "wait", waitMs: 3 });
    expect(timeOf(ticker.next(base + 1, -1))).toBe(base + 1);
  });

  test("makes 4,096 ids in a millisecond and waits for the next one", () => {
    const ticker = tickerAbove(base);
    const ids = new Set(Array.from({ length: 4096 }, () => ticker.next(base + 1, -1)).map((tick) => (tick.kind === "id" ? tick.id : "")));
    expect(ids.size).toBe(4096);
    expect(ticker.next(base + 1, -1)).toEqual({ kind: "wait", waitMs: 1 });
    expect(ticker.next(base + 2, -1).kind).toBe("id");
  });

  test("waits for the clock to pass a token, and refuses one that is far ahead", () => {
    const ticker = tickerAbove(base);
    expect(ticker.next(base + 5, base + 5)).toEqual({ kind: "wait", waitMs: 1 });
    expect(ticker.next(base + 5, base + 14)).toEqual({ kind: "wait", waitMs: patienceMs });
    expect(ticker.next(base + 5, base + 15)).toEqual({ kind: "refuse", reason: "token-ahead" });
    expect(ticker.next(base + 6, base + 5).kind).toBe("id");
  });

  test("refuses times that do not fit 41 bits", () => {
    expect(tickerAbove(base).next(snowflakeEpochMs - 1, -1)).toEqual({ kind: "refuse", reason: "clock-out-of-range" });
  });

  test("only goes up, whatever the clock does", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 200 }), (walls) => {
        const ticker = tickerAbove(base);
        const ids = walls.flatMap((wall) => {
          const tick = ticker.next(base + wall, -1);
          return tick.kind === "id" ? [BigInt(tick.id)] : [];
        });
        ids.forEach((id, index) => expect(index === 0 || id > (ids[index - 1] ?? 0n)).toBe(true));
      }),
    );
  });
});
