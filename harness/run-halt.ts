// The one switch that ends a run before its time: an interruption, a violation, a failure. For the stages of a run.
import type { RunEnding } from "./run.ts";

/** Thrown by a stage whose run was halted; carries nothing, the reason is with the `Halt`. */
export class HaltError extends Error {}

export class Halt {
  #ending: RunEnding | undefined;
  #reason = "";
  #cause: unknown;
  readonly #listeners = new Set<() => void>();

  get isHalted(): boolean {
    return this.#ending !== undefined;
  }

  /** `completed` while nothing halted the run. */
  get ending(): RunEnding {
    return this.#ending ?? "completed";
  }

  /** One clause, empty while nothing halted the run. */
  get reason(): string {
    return this.#reason;
  }

  /** What was thrown, if the run failed by an exception. */
  get cause(): unknown {
    return this.#cause;
  }

  /** The first one wins; stages under way end at once. */
  halt(ending: Exclude<RunEnding, "completed">, reason: string, cause?: unknown): void {
    if (this.#ending !== undefined) return;
    this.#ending = ending;
    this.#reason = reason;
    this.#cause = cause;
    for (const listener of this.#listeners) listener();
  }

  /** Calls back at the halt (at once if it is over); answers how to forget the listener. */
  onHalt(listener: () => void): () => void {
    if (this.isHalted) listener();
    else this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** The promise, or a rejection with `HaltError` as soon as the run is halted. */
  guard<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const forget = this.onHalt(() => reject(new HaltError(this.#reason)));
      promise.then(resolve, reject).finally(forget);
    });
  }
}
