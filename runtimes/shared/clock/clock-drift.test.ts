import { describe, expect, test } from "vitest";
import { ClockDrift } from "./clock-drift.ts";

/** A clock that only remembers, and time that passes when told. */
class Bench {
  offsetNs = 5_000n;
  nowMs = 700;
  steps: bigint[] = [];
  refreshCount = 0;
  failure: Error | undefined;
  readonly failures: unknown[] = [];
  readonly #running = new Map<number, () => void>();

  step(offsetNs: bigint): void {
    if (this.failure !== undefined) throw this.failure;
    this.offsetNs = offsetNs;
    this.steps.push(offsetNs);
  }

  refresh(): void {
    this.refreshCount++;
  }

  every(_ms: number, run: () => void): number {
    this.#running.set(1, run);
    return 1;
  }

  cancel(timer: number): void {
    this.#running.delete(timer);
  }

  get isRunning(): boolean {
    return this.#running.size > 0;
  }

  pass(ms: number): void {
    this.nowMs += ms;
    for (const run of this.#running.values()) run();
  }

  drift(ratePpm: number, stepMs = 10): ClockDrift {
    return new ClockDrift({ clock: this, ratePpm, stepMs, timers: this, monotonic: () => this.nowMs, onFailure: (error) => this.failures.push(error) });
  }
}

describe("drift", () => {
  test("goes from the offset that was there, so many microseconds a second, in even steps", () => {
    const bench = new Bench();
    bench.drift(200);
    bench.pass(10);
    bench.pass(10);
    expect(bench.steps).toEqual([7_000n, 9_000n]);
  });

  test("goes backwards for a clock that is too slow", () => {
    const bench = new Bench();
    bench.drift(-0.5);
    bench.pass(1_000);
    expect(bench.steps).toEqual([4_500n]);
  });

  test("is where it should be after a late timer", () => {
    const bench = new Bench();
    bench.drift(100);
    bench.pass(10);
    bench.pass(86_400_000);
    expect(bench.offsetNs).toBe(5_000n + 8_640_001_000n);
  });

  test("looks for new processes once a second, not at every step", () => {
    const bench = new Bench();
    bench.drift(100);
    for (let step = 0; step < 250; step++) bench.pass(10);
    expect(bench.refreshCount).toBe(2);
  });

  test("ends where it is by then, and stays there", () => {
    const bench = new Bench();
    const drift = bench.drift(1_000);
    bench.nowMs += 3;
    drift.stop();
    expect(bench.offsetNs).toBe(8_000n);
    expect(bench.isRunning).toBe(false);
    bench.nowMs += 3;
    drift.stop();
    expect(bench.offsetNs).toBe(8_000n);
  });

  test("ends with its process, and says so once", () => {
    const bench = new Bench();
    const drift = bench.drift(1_000);
    bench.failure = new Error("gone");
    bench.pass(10);
    expect(bench.failures).toEqual([bench.failure]);
    expect(bench.isRunning).toBe(false);
    drift.stop();
    expect(bench.failures).toHaveLength(1);
  });

  test("refuses rates and steps that mean nothing", () => {
    const bench = new Bench();
    expect(() => bench.drift(Number.NaN)).toThrow(RangeError);
    expect(() => bench.drift(1, 0)).toThrow(RangeError);
    expect(() => bench.drift(1, Number.NaN)).toThrow(RangeError);
    expect(bench.isRunning).toBe(false);
  });
});
