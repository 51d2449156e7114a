// One thread of a check, seen from outside: asked, heard, ended. What it cannot answer itself is said here.
import { Worker } from "node:worker_threads";
import { UsageError } from "../../harness/errors.ts";
import type { FromThread, ThreadAnswer, ThreadNote } from "./part.ts";
import type { RoundOf } from "./partition-check.ts";
import type { ThreadTask } from "./serve.ts";

/** `out-of-memory`: the thread is gone by itself. `ended`: somebody has ended it. */
export type Heard = Exclude<ThreadAnswer, { readonly kind: "refused" }> | { readonly kind: "out-of-memory" } | { readonly kind: "ended" };

/** Structures that can grow no further fail with one of these, whatever memory is left. */
const outgrown = /allocation failed|invalid (typed )?array length|invalid string length|maximum size exceeded/i;

export class CheckThread {
  readonly #worker: Worker;
  #waiting: PromiseWithResolvers<Heard> | undefined;
  #failure: Error | undefined;
  #isOutOfMemory = false;
  #isEnded = false;

  constructor(entry: URL, task: ThreadTask, onNote: (note: ThreadNote) => void) {
    // Above what `Watch` allows: V8 ends the process if a heap outgrows its limit in the middle of one operation, so this is
    // only for a main thread that is too busy to watch.
    const maxOldGenerationSizeMb = Math.ceil((1.25 * task.bounds.memoryBytes) / 1024 ** 2);
    this.#worker = new Worker(entry, { workerData: task, resourceLimits: { maxOldGenerationSizeMb } });
    this.#worker.on("message", (message: FromThread) => {
      if ("note" in message) onNote(message.note);
      else this.#hear(message.answer);
    });
    this.#worker.on("error", (error: unknown) => this.#lost(error));
    this.#worker.on("exit", () => this.#lost(new Error("a thread of the check ended without an answer")));
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** The next answer. @throws UsageError of the user's mistake; any other error is a mistake of ours */
  async answer(): Promise<Heard> {
    if (this.#isEnded) return { kind: "ended" };
    if (this.#isOutOfMemory) return { kind: "out-of-memory" };
    if (this.#failure !== undefined) throw this.#failure;
    this.#waiting = Promise.withResolvers<Heard>();
    return await this.#waiting.promise;
  }

  async ask(round: RoundOf): Promise<Heard> {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- windows have origins, threads have not
    this.#worker.postMessage(round);
    return await this.answer();
  }

  /** Ends it at once, wherever it is. It is gone when the promise settles. */
  async end(): Promise<void> {
    this.#isEnded = true;
    this.#waiting?.resolve({ kind: "ended" });
    this.#waiting = undefined;
    await this.#worker.terminate();
  }

  #hear(answer: ThreadAnswer): void {
    if (this.#isEnded) return;
    if (answer.kind === "refused") this.#waiting?.reject(new UsageError(answer.code, answer.message, answer.wayOut));
    else this.#waiting?.resolve(answer);
    this.#waiting = undefined;
  }

  #lost(error: unknown): void {
    const failure = error instanceof Error ? error : new Error(String(error));
    this.#isOutOfMemory ||=
      ("code" in failure && failure.code === "ERR_WORKER_OUT_OF_MEMORY") || (failure.name === "RangeError" && outgrown.test(failure.message));
    this.#failure ??= failure;
    if (this.#isOutOfMemory) this.#waiting?.resolve({ kind: "out-of-memory" });
    else this.#waiting?.reject(failure);
    this.#waiting = undefined;
  }
}

/** The file that threads run: the compiled package has a `.js` of the same name. */
export function checkEntry(): URL {
  const url = new URL("./worker.ts", import.meta.url);
  if (!import.meta.url.endsWith(".ts")) url.pathname = url.pathname.replace(/\.ts$/, ".js");
  return url;
}
