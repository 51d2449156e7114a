// A clock that runs too fast or too slow: small steps at a steady pace. For the fault clock-drift.
import type { Clock, Timers } from "../../../harness/environment.ts";

/** `step` for every step, `refresh` once a second for what joined since. */
export interface DriftingClock {
  readonly offsetNs: bigint;
  step(offsetNs: bigint): void;
  refresh(): void;
}

export interface DriftOptions {
  /** What is moved; a VdsoClock, for one. */
  readonly clock: DriftingClock;
  /** Microseconds a second; negative: too slow. Counted to a thousandth. */
  readonly ratePpm: number;
  /** Time between steps. A slow clock goes back by rate times this at each step, which one that runs smoothly never does: keep it small. */
  readonly stepMs: number;
  readonly monotonic: Clock["monotonic"];
  readonly timers: Pick<Timers, "every" | "cancel">;
  /** A step failed and the drift has ended, e.g. because the process did. */
  readonly onFailure: (error: unknown) => void;
}

const refreshMs = 1_000;

/** Starts at once from the offset that the clock has. Late timers do no harm: every step goes to where the clock should be by now. */
export class ClockDrift {
  readonly #options: DriftOptions;
  readonly #startMs: number;
  readonly #startNs: bigint;
  #timer: number | undefined;
  #refreshedMs: number;

  /** @throws RangeError for a rate that is no number, or a step that is not positive */
  constructor(options: DriftOptions) {
    if (!Number.isFinite(options.ratePpm)) throw new RangeError(`drift of ${options.ratePpm} ppm`);
    if (!(options.stepMs > 0)) throw new RangeError(`steps of ${options.stepMs} ms`);
    this.#options = options;
    this.#startMs = options.monotonic();
    this.#refreshedMs = this.#startMs;
    this.#startNs = options.clock.offsetNs;
    this.#timer = options.timers.every(options.stepMs, () => this.#step());
  }

  /** Ends the drift where it is by now; the offset stays. Idempotent. */
  stop(): void {
    if (this.#timer === undefined) return;
    this.#step();
    this.#cancel();
  }

  #step(): void {
    const nowMs = this.#options.monotonic();
    const elapsedNs = BigInt(Math.round((nowMs - this.#startMs) * 1e6));
    const partsPerBillion = BigInt(Math.round(this.#options.ratePpm * 1e3));
    try {
      this.#options.clock.step(this.#startNs + (elapsedNs * partsPerBillion) / 1_000_000_000n);
      if (nowMs - this.#refreshedMs < refreshMs) return;
      this.#refreshedMs = nowMs;
      this.#options.clock.refresh();
    } catch (error) {
      this.#cancel();
      this.#options.onFailure(error);
    }
  }

  #cancel(): void {
    if (this.#timer !== undefined) this.#options.timers.cancel(this.#timer);
    this.#timer = undefined;
  }
}
