// Clocks in real time: the machine's or the time service's, plus the error that a fault has set. For environments.
import type { Clock } from "../../../harness/environment.ts";
import type { ClockError } from "../wire/control.ts";

/** What an incarnation takes for real time, milliseconds since the epoch. */
export type RealTime = () => number;

export const exactClock: ClockError = { offsetMs: 0, ratePpm: 0, anchorMs: 0 };

export class RealClock implements Clock {
  readonly #realMs: RealTime;
  readonly #startMs: number = performance.now();
  #error: ClockError;

  constructor(realMs: RealTime, error: ClockError) {
    this.#realMs = realMs;
    this.#error = error;
  }

  wall(): number {
    const realMs = this.#realMs();
    const { offsetMs, ratePpm, anchorMs } = this.#error;
    return Math.floor(realMs + offsetMs + (ratePpm * (realMs - anchorMs)) / 1_000_000);
  }

  monotonic(): number {
    return Math.floor((performance.now() - this.#startMs) * 1_000) / 1_000;
  }

  setError(error: ClockError): void {
    this.#error = error;
  }
}
