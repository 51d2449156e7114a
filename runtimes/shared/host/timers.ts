// Timers of one incarnation in real time: never early, silent once it is dead. For environments.
import type { TimerId, Timers } from "../../../harness/environment.ts";
import type { Life } from "./life.ts";

/** Node counts whole milliseconds in 31 bits; longer waits are cut into pieces. */
const longestWaitMs = 2 ** 31 - 1;
/** Intervals of nothing would leave no time for anything else. */
const shortestPeriodMs = 0.001;

export class RealTimers implements Timers {
  readonly #life: Life;
  readonly #running = new Map<TimerId, RealTimer>();
  #lastId = 0;

  constructor(life: Life) {
    this.#life = life;
  }

  after(ms: number, run: () => void): TimerId {
    return this.#start(duration(ms), run, 0);
  }

  /** After a stall it fires once, not once for each period that was missed. */
  every(ms: number, run: () => void): TimerId {
    const periodMs = Math.max(shortestPeriodMs, duration(ms));
    return this.#start(periodMs, run, periodMs);
  }

  cancel(timer: TimerId): void {
    this.#running.get(timer)?.stop();
    this.#running.delete(timer);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      // The signal's reason is the caller's, whatever its type: that is what AbortSignal promises.
      const abort = (): void => {
        this.cancel(timer);
        if (this.#life.isAlive) reject(signal?.reason);
      };
      if (signal?.aborted === true) {
        reject(signal.reason);
        return;
      }
      const timer = this.after(ms, () => {
        signal?.removeEventListener("abort", abort);
        resolve();
      });
      signal?.addEventListener("abort", abort, { once: true });
    });
  }

  /** No timer is left. */
  close(): void {
    for (const timer of this.#running.values()) timer.stop();
    this.#running.clear();
  }

  #start(delayMs: number, run: () => void, periodMs: number): TimerId {
    if (!this.#life.isAlive) return 0;
    const id = ++this.#lastId;
    const timer = new RealTimer({
      delayMs,
      periodMs,
      fire: () => {
        if (periodMs === 0) this.#running.delete(id);
        this.#life.run(run);
      },
    });
    this.#running.set(id, timer);
    return id;
  }
}

interface RealTimerOptions {
  readonly delayMs: number;
  /** 0: once. */
  readonly periodMs: number;
  readonly fire: () => void;
}

class RealTimer {
  readonly #options: RealTimerOptions;
  #dueMs: number;
  #timeout: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #isStopped = false;

  constructor(options: RealTimerOptions) {
    this.#options = options;
    this.#dueMs = performance.now() + options.delayMs;
    this.#wait(options.delayMs);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timeout);
    clearImmediate(this.#immediate);
  }

  #wait(delayMs: number): void {
    if (delayMs <= 0) this.#immediate = setImmediate(() => this.#woke());
    else this.#timeout = setTimeout(() => this.#woke(), Math.min(longestWaitMs, Math.ceil(delayMs)));
  }

  #woke(): void {
    if (this.#isStopped) return;
    const nowMs = performance.now();
    // Node rounds its own clock down and may be up to a millisecond early; a lease that ends early is no lease.
    if (nowMs < this.#dueMs) return this.#wait(this.#dueMs - nowMs);
    const { periodMs, fire } = this.#options;
    if (periodMs > 0) {
      const nextMs = this.#dueMs + periodMs;
      this.#dueMs = nextMs > nowMs ? nextMs : nowMs + periodMs;
      this.#wait(this.#dueMs - nowMs);
    }
    fire();
  }
}

/** What is past is now. @throws RangeError for what is no duration */
function duration(ms: number): number {
  if (!(ms < Number.POSITIVE_INFINITY)) throw new RangeError(`${ms} ms is no duration`);
  return ms > 0 ? ms : 0;
}
