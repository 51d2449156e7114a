// Timers in real time: never early, in the order of their times, and gone when cancelled or closed.
import { describe, expect, test } from "vitest";
import { Life } from "./life.ts";
import { RealTimers } from "./timers.ts";
import { eventually } from "./fixtures/eventually.ts";

function open(failed: (error: unknown) => void = () => undefined): { life: Life; timers: RealTimers } {
  const life = new Life(failed);
  return { life, timers: new RealTimers(life) };
}

describe("a timer", () => {
  test("fires once, never early, also for fractions of a millisecond", async () => {
    const { timers } = open();
    const early: number[] = [];
    const waits = Array.from({ length: 200 }, (_, index) => {
      const delayMs = (index % 40) * 0.37;
      const startMs = performance.now();
      return new Promise<void>((resolve) => {
        timers.after(delayMs, () => {
          if (performance.now() - startMs < delayMs) early.push(delayMs);
          resolve();
        });
      });
    });
    await Promise.all(waits);
    expect(early).toEqual([]);
  });

  test("of no time or of the past fires soon, but not within the call", async () => {
    const { timers } = open();
    const order: string[] = [];
    const fired = new Promise<void>((resolve) => timers.after(-5, () => resolve(void order.push("fired"))));
    timers.after(0, () => order.push("zero"));
    order.push("called");
    await fired;
    await timers.sleep(0);
    expect(order).toEqual(["called", "fired", "zero"]);
  });

  test("that is cancelled does not fire; unknown and spent ones are ignored", async () => {
    const { timers } = open();
    const order: string[] = [];
    const cancelled = timers.after(1, () => order.push("cancelled"));
    const spent = timers.after(0, () => order.push("spent"));
    timers.cancel(cancelled);
    timers.cancel(4_711);
    await timers.sleep(5);
    timers.cancel(spent);
    expect(order).toEqual(["spent"]);
  });

  test("for what is no duration is a mistake", () => {
    const { timers } = open();
    for (const ms of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => timers.after(ms, () => undefined)).toThrow(RangeError);
      expect(() => timers.every(ms, () => undefined)).toThrow(RangeError);
    }
  });

  test("may wait longer than Node can count", () => {
    const { timers } = open();
    let isFired = false;
    timers.after(2 ** 40, () => (isFired = true));
    timers.close();
    expect(isFired).toBe(false);
  });
});

describe("a periodic timer", () => {
  test("fires again and again until it is cancelled, also by itself", async () => {
    const { timers } = open();
    let count = 0;
    const done = new Promise<void>((resolve) => {
      const id = timers.every(2, () => {
        if (++count < 5) return;
        timers.cancel(id);
        resolve();
      });
    });
    const startMs = performance.now();
    await done;
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(10);
    await timers.sleep(6);
    expect(count).toBe(5);
  });

  test("fires once after a stall, not once for each period that was missed", async () => {
    const { timers } = open();
    const firedMs: number[] = [];
    const id = timers.every(20, () => firedMs.push(performance.now()));
    const endMs = performance.now() + 200;
    while (performance.now() < endMs);
    await eventually(() => firedMs.length).toBeGreaterThan(1);
    timers.cancel(id);
    const [first = 0, second = 0] = firedMs;
    expect(second - first).toBeGreaterThanOrEqual(20);
  });
});

describe("a sleep", () => {
  test("that is aborted rejects with the reason and leaves no timer", async () => {
    const { timers } = open();
    const controller = new AbortController();
    const sleeping = timers.sleep(60_000, controller.signal);
    controller.abort(new Error("enough"));
    await expect(sleeping).rejects.toThrow("enough");
    await expect(timers.sleep(60_000, controller.signal)).rejects.toThrow("enough");
    expect(process.getActiveResourcesInfo().filter((name) => name === "Timeout").length).toBeLessThan(5);
  });

  test("of a dead incarnation never settles", async () => {
    const { life, timers } = open();
    let isSettled = false;
    const settle = (): void => void (isSettled = true);
    const controller = new AbortController();
    timers.sleep(1).then(settle, settle);
    timers.sleep(60_000, controller.signal).then(settle, settle);
    life.end();
    controller.abort(new Error("too late"));
    timers.sleep(1).then(settle, settle);
    await open().timers.sleep(10);
    expect(isSettled).toBe(false);
  });
});

describe("a life", () => {
  test("gets what its callbacks throw, and once it is over none of them runs", async () => {
    const failures: unknown[] = [];
    const { life, timers } = open((error) => failures.push(error));
    timers.after(0, () => {
      throw new Error("a mistake");
    });
    await eventually(() => failures).toEqual([new Error("a mistake")]);
    timers.after(0, () => failures.push("it lived on"));
    life.end();
    expect(timers.after(0, () => undefined)).toBe(0);
    await open().timers.sleep(5);
    expect(failures).toHaveLength(1);
  });
});
