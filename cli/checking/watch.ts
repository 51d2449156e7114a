// Ends a check from outside: at its deadline, at its memory, or when the user interrupts. For work that does not listen.
import { monotonicMs, type InterruptionFlag } from "./thread-limits.ts";

export type Interference = "time" | "memory" | "interrupted";

export interface WatchOptions {
  /** Of `monotonicMs`. */
  readonly deadlineMs: number;
  /** Resident memory of the whole process. */
  readonly memoryBytes: number;
  /** Raised when `signal` is aborted. */
  readonly interruption: InterruptionFlag;
  readonly signal?: AbortSignal;
}

/** Threads that notice a limit themselves say more than one that is ended, so they get this long to do it. */
const graceMs = 40;
const memoryEveryMs = 4;

export class Watch implements Disposable {
  readonly #options: WatchOptions;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #memory: NodeJS.Timeout;
  readonly #stop = Promise.withResolvers<Interference>();
  readonly #onAbort = (): void => this.#interrupt();

  constructor(options: WatchOptions) {
    this.#options = options;
    const { deadlineMs, memoryBytes, signal } = options;
    this.#after(Math.max(0, deadlineMs - monotonicMs()) + graceMs, "time");
    this.#memory = setInterval(() => {
      if (process.memoryUsage.rss() > memoryBytes) this.#stop.resolve("memory");
    }, memoryEveryMs);
    signal?.addEventListener("abort", this.#onAbort, { once: true });
    if (signal?.aborted === true) this.#interrupt();
  }

  /** Settles when the check has to be ended; never rejects. */
  get interference(): Promise<Interference> {
    return this.#stop.promise;
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearTimeout(timer);
    clearInterval(this.#memory);
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
  }

  #interrupt(): void {
    Atomics.store(this.#options.interruption, 0, 1);
    this.#after(graceMs, "interrupted");
  }

  #after(ms: number, interference: Interference): void {
    this.#timers.push(setTimeout(() => this.#stop.resolve(interference), ms));
  }
}
