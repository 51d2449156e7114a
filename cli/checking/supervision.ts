// A whole check: starts the thread that reads, shares out what is hard, watches the limits, and ends every thread whatever
// happens. For `faultline check FILE`.
import { Watch } from "./watch.ts";
import { CheckThread, checkEntry } from "./check-thread.ts";
import { PartitionPool } from "./partition-pool.ts";
import type { PoolThread } from "./partition-pool.ts";
import type { Attempt, HistorySize, Part, SharedPartition, Stopped, ThreadNote, Violation } from "./part.ts";
import type { CheckBounds, CheckQuestion } from "./question.ts";
import type { ThreadTask } from "./serve.ts";
import { resultOf } from "./result.ts";
import type { CheckResult } from "./result.ts";
import { interruptionFlag, monotonicMs } from "./thread-limits.ts";
import type { ThreadBounds } from "./thread-limits.ts";
import { whyStopped } from "./why.ts";

export interface CheckOptions {
  readonly bounds: CheckBounds;
  /** When the command began: the time counts from there. Of `monotonicMs`. */
  readonly startedMs: number;
  /** At most so many threads work at once. */
  readonly threadCount: number;
  /** Rounds of the first thread before others are started, for tests; default 3. */
  readonly roundsAlone?: number;
  readonly signal?: AbortSignal;
  /** The file that threads run; for tests of models that misbehave. */
  readonly entry?: URL;
  /** For progress. */
  onNote?(note: ThreadNote): void;
}

/**
 * Never takes longer than the time allowed and a tenth of a second; no thread is left when it settles.
 * @throws UsageError for a file that is no history of the model
 */
export async function checkInThreads(question: CheckQuestion, options: CheckOptions): Promise<CheckResult> {
  const check = new Supervision(question, options);
  try {
    return await check.run();
  } finally {
    await check.end();
  }
}

/** What they cost, 80,000 steps of every partition, is a few hundredths of a second: about what a thread costs. */
const roundsAloneByDefault = 3;

class Supervision {
  readonly #question: CheckQuestion;
  readonly #options: CheckOptions;
  readonly #deadlineMs: number;
  readonly #interruption = interruptionFlag();
  readonly #threads = new Set<CheckThread>();
  readonly #attempts = new Map<CheckThread, Attempt>();
  readonly #parts: Part[] = [];
  readonly #stopped: Stopped[] = [];
  #threadCount = 1;
  #isEnded = false;
  /** All threads have said what they had to say: whatever happens from then on comes too late. */
  #isAnswered = false;
  #pool: PartitionPool | undefined;
  #size: HistorySize | undefined;
  #refuted: Violation | undefined;

  constructor(question: CheckQuestion, options: CheckOptions) {
    this.#question = question;
    this.#options = options;
    this.#deadlineMs = options.startedMs + options.bounds.timeMs;
  }

  get #roundsAlone(): number {
    return this.#options.roundsAlone ?? roundsAloneByDefault;
  }

  async run(): Promise<CheckResult> {
    const { bounds, signal } = this.#options;
    const limits = { deadlineMs: this.#deadlineMs, memoryBytes: bounds.memoryBytes, interruption: this.#interruption };
    using watch = new Watch({ ...limits, ...(signal === undefined ? {} : { signal }) });
    const interference = await Promise.race([this.#decide(), watch.interference]);
    const isCutShort = interference !== undefined && !this.#isAnswered;
    if (isCutShort) this.#stopped.unshift(whyStopped(interference, this.#lastAttempt(), this.#size));
    await this.end();
    return this.#result(isCutShort);
  }

  async end(): Promise<void> {
    this.#isEnded = true;
    await Promise.all([this.#pool?.end(), ...[...this.#threads].map((thread) => thread.end())]);
  }

  async #decide(): Promise<undefined> {
    const { threadCount } = this.#options;
    const roundsAlone = threadCount > 1 ? this.#roundsAlone : Infinity;
    const reader = this.#start({ role: "file", question: this.#question, bounds: this.#boundsFor(1), roundsAlone });
    const heard = await reader.answer();
    if (heard.kind === "out-of-memory") this.#stopped.push(whyStopped("memory", this.#attempts.get(reader), this.#size));
    if (heard.kind !== "part") return undefined;
    this.#parts.push(heard.part);
    if (heard.rest.length > 0) {
      await reader.end();
      if (!this.#isEnded) await this.#share(heard.rest);
    }
    this.#isAnswered = !this.#isEnded;
    return undefined;
  }

  async #share(partitions: readonly SharedPartition[]): Promise<void> {
    this.#threadCount = Math.min(this.#options.threadCount, partitions.length);
    this.#pool = new PartitionPool({
      partitions,
      firstRound: this.#roundsAlone,
      threadCount: this.#threadCount,
      start: (threadCount) => this.#startForPool(threadCount),
      whyOutOfMemory: (attempt) => whyStopped("memory", attempt, this.#size),
    });
    await this.#pool.run();
  }

  #startForPool(threadCount: number): PoolThread {
    const { model, algorithm } = this.#question;
    const partitionCount = this.#size?.partitions ?? 0;
    const thread = this.#start({ role: "partitions", model, algorithm, bounds: this.#boundsFor(threadCount), partitionCount });
    return { thread, attempt: () => this.#attempts.get(thread) };
  }

  #start(task: ThreadTask): CheckThread {
    const thread = new CheckThread(this.#options.entry ?? checkEntry(), task, (note) => this.#heed(thread, note));
    this.#threads.add(thread);
    return thread;
  }

  #boundsFor(threadCount: number): ThreadBounds {
    return { deadlineMs: this.#deadlineMs, memoryBytes: this.#options.bounds.memoryBytes, threadCount, interruption: this.#interruption };
  }

  #heed(thread: CheckThread, note: ThreadNote): void {
    this.#options.onNote?.(note);
    if (note.kind === "read") this.#size = note.size;
    else if (note.kind === "attempt") this.#attempts.set(thread, note.attempt);
    else this.#refuted ??= note.violation;
  }

  /** Of a thread that is still at work. */
  #lastAttempt(): Attempt | undefined {
    return [...this.#attempts].findLast(([thread]) => !thread.isEnded)?.[1];
  }

  #result(isCutShort: boolean): CheckResult {
    return resultOf({
      size: this.#size,
      parts: [...this.#parts, ...(this.#pool?.parts ?? [])],
      stopped: [...this.#stopped, ...(this.#pool?.stopped ?? [])],
      refuted: this.#refuted,
      extraSteps: this.#pool?.steps ?? 0,
      threadCount: this.#threadCount,
      isCutShort,
      endedAtMs: monotonicMs(),
    });
  }
}
