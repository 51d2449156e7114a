// Jobs over all cores: threads of one entry file, each with a few jobs ahead so that it never waits, one answer a job. A
// job that hangs or takes its thread down costs that job alone. For explore, campaigns and bugs.
import { Worker, type MessagePort } from "node:worker_threads";
import { EnvironmentError, UsageError } from "./errors.ts";
import type { Json } from "./json.ts";

export interface WorkerPoolOptions {
  /** The file a thread runs; it must call `serveJobs`. */
  readonly entry: URL;
  readonly size: number;
  /** A job that takes longer than this is killed with its thread; measured from its start, not from that of the thread. */
  readonly wallLimitMs: number;
  /** How many jobs a thread has at once (it works on one); default 16. Hides the way there and back. */
  readonly jobsAhead?: number;
  /** Handed to every thread as `workerData`. */
  readonly workerData?: Json;
}

/** What came of a job. `stuck` and `crashed` say nothing about the job but that this machine could not finish it. */
export type JobOutcome =
  | { readonly kind: "done"; readonly result: Json }
  | { readonly kind: "failed"; readonly error: JobError }
  | { readonly kind: "stuck"; readonly afterMs: number }
  | { readonly kind: "crashed"; readonly reason: string }
  | { readonly kind: "cancelled" };

/** An exception of the handler. `wayOut` only of a UsageError, which has a `code` too, or of an EnvironmentError. */
export interface JobError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly code?: string;
  readonly wayOut?: string;
}

interface Job {
  readonly id: number;
  readonly payload: Json;
  settle(outcome: JobOutcome): void;
}

/** Use it with `await using`, or close it: threads keep the process alive. */
export class WorkerPool implements AsyncDisposable {
  readonly #options: WorkerPoolOptions;
  readonly #threads: Thread[] = [];
  readonly #waiting: Job[] = [];
  readonly #ending = new Set<Promise<unknown>>();
  #nextId = 0;
  #isClosed = false;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
  }

  /** How many jobs keep every thread busy; more only wait. */
  get capacity(): number {
    return this.#options.size * (this.#options.jobsAhead ?? 16);
  }

  /** Never rejects. Jobs start in the order in which they come. After `close`, or with a signal that is aborted: `cancelled`. */
  run(payload: Json, signal?: AbortSignal): Promise<JobOutcome> {
    const { promise, resolve } = Promise.withResolvers<JobOutcome>();
    if (this.#isClosed || signal?.aborted === true) return Promise.resolve({ kind: "cancelled" });
    const job: Job = { id: this.#nextId++, payload, settle: resolve };
    this.#waiting.push(job);
    if (signal !== undefined) this.#cancelOn(signal, job, promise);
    this.#feed();
    return promise;
  }

  /** Ends every thread at once, also in the middle of a job; what was not done is `cancelled`. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const job of this.#waiting.splice(0)) job.settle({ kind: "cancelled" });
    for (const thread of this.#threads.splice(0)) {
      for (const job of thread.end()) job.settle({ kind: "cancelled" });
      this.#ending.add(thread.ended);
    }
    await Promise.all(this.#ending);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Only what still waits can be taken back; a job on its thread runs to its end. */
  #cancelOn(signal: AbortSignal, job: Job, promise: Promise<JobOutcome>): void {
    const cancel = (): void => {
      const position = this.#waiting.indexOf(job);
      if (position < 0) return;
      this.#waiting.splice(position, 1);
      job.settle({ kind: "cancelled" });
    };
    signal.addEventListener("abort", cancel, { once: true });
    void promise.then(() => signal.removeEventListener("abort", cancel));
  }

  #feed(): void {
    const ahead = this.#options.jobsAhead ?? 16;
    while (this.#waiting.length > 0) {
      const thread = this.#leastBusy(ahead);
      const job = thread === undefined ? undefined : this.#waiting.shift();
      if (thread === undefined || job === undefined) return;
      thread.give(job);
    }
  }

  /** An idle thread, else a new one while there may be more, else the one with the fewest jobs. */
  #leastBusy(ahead: number): Thread | undefined {
    let best: Thread | undefined;
    for (const thread of this.#threads) if (best === undefined || thread.jobCount < best.jobCount) best = thread;
    if (best !== undefined && best.jobCount === 0) return best;
    if (this.#threads.length < this.#options.size) {
      const thread = new Thread(
        this.#options,
        (lost) => this.#replace(thread, lost),
        () => this.#feed(),
      );
      this.#threads.push(thread);
      return thread;
    }
    return best !== undefined && best.jobCount < ahead ? best : undefined;
  }

  /** Jobs that the thread had not begun go first in the queue again. */
  #replace(thread: Thread, unbegun: readonly Job[]): void {
    const position = this.#threads.indexOf(thread);
    if (position >= 0) this.#threads.splice(position, 1);
    this.#ending.add(thread.ended);
    void thread.ended.then(() => this.#ending.delete(thread.ended));
    this.#waiting.unshift(...unbegun);
    this.#feed();
  }
}

/** One thread with the jobs it was given, oldest first: the oldest is the one it works on. */
class Thread {
  readonly #worker: Worker;
  readonly #wallLimitMs: number;
  readonly #onLost: (unbegun: readonly Job[]) => void;
  readonly #onFree: () => void;
  #jobs: Job[] = [];
  #wall: NodeJS.Timeout | undefined;
  #isReady = false;
  #isEnded = false;
  ended: Promise<unknown> = Promise.resolve();

  constructor(options: WorkerPoolOptions, onLost: (unbegun: readonly Job[]) => void, onFree: () => void) {
    this.#wallLimitMs = options.wallLimitMs;
    this.#onLost = onLost;
    this.#onFree = onFree;
    this.#worker = new Worker(options.entry, { workerData: options.workerData });
    this.#worker.on("message", (message: FromThread) => (message === "ready" ? this.#ready() : this.#answered(message)));
    this.#worker.on("error", (error: unknown) =>
      this.#lost({ kind: "crashed", reason: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
    this.#worker.on("exit", (code) => this.#lost({ kind: "crashed", reason: `the worker thread ended with exit code ${code}` }));
  }

  get jobCount(): number {
    return this.#jobs.length;
  }

  give(job: Job): void {
    this.#jobs.push(job);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- windows have origins, threads have not
    this.#worker.postMessage({ id: job.id, payload: job.payload });
    if (this.#jobs.length === 1) this.#watch();
  }

  /** Answers the jobs that it leaves. */
  end(): readonly Job[] {
    this.#isEnded = true;
    clearTimeout(this.#wall);
    this.ended = this.#worker.terminate();
    return this.#jobs.splice(0);
  }

  #ready(): void {
    this.#isReady = true;
    if (!this.#isEnded) this.#watch();
  }

  #answered({ id, outcome }: Answer): void {
    if (this.#isEnded) return;
    const job = this.#jobs.shift();
    if (job?.id !== id) throw new Error(`a worker thread answered job ${id} although it was to do job ${job?.id ?? "none"}`);
    this.#watch();
    job.settle(outcome);
    this.#onFree();
  }

  #watch(): void {
    clearTimeout(this.#wall);
    if (this.#jobs.length === 0) return;
    const watched = this.#jobs[0];
    const limitMs = this.#isReady ? this.#wallLimitMs : startLimitMs + this.#wallLimitMs;
    // If this thread was busy itself, the answer may be there already, unread: look once before judging.
    const judge = (): void => {
      if (this.#jobs[0] === watched) this.#lost({ kind: "stuck", afterMs: limitMs });
    };
    this.#wall = setTimeout(() => setImmediate(judge), limitMs);
  }

  #lost(outcome: JobOutcome): void {
    if (this.#isEnded) return;
    const [begun, ...unbegun] = this.end();
    begun?.settle(outcome);
    this.#onLost(unbegun);
  }
}

/** Loading the entry of a thread is no job's fault, and slow on a busy machine. */
const startLimitMs = 60_000;

type FromThread = "ready" | Answer;

interface Answer {
  readonly id: number;
  readonly outcome: JobOutcome;
}

/**
 * The loop of a thread: one job after the other, in order, an answer for each. An exception of the handler is its answer.
 * Call it once in the entry file, with its `parentPort`.
 */
export function serveJobs(port: MessagePort, handler: (payload: Json) => Promise<Json>): void {
  let turn = Promise.resolve();
  port.postMessage("ready" satisfies FromThread);
  port.on("message", ({ id, payload }: { readonly id: number; readonly payload: Json }) => {
    // Never rejects, so that the chain never ends: `attempt` turns every exception into an outcome.
    turn = turn.then(async () => port.postMessage({ id, outcome: await attempt(handler, payload) } satisfies Answer));
  });
}

async function attempt(handler: (payload: Json) => Promise<Json>, payload: Json): Promise<JobOutcome> {
  try {
    return { kind: "done", result: await handler(payload) };
  } catch (error) {
    return { kind: "failed", error: jobError(error) };
  }
}

function jobError(error: unknown): JobError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error), stack: "" };
  const { name, message, stack = "" } = error;
  if (error instanceof UsageError) return { name, message, stack, code: error.code, wayOut: error.wayOut };
  return error instanceof EnvironmentError ? { name, message, stack, wayOut: error.wayOut } : { name, message, stack };
}

/** The exception that a job ended with, in this thread again: mistakes of the user and of the machine as such, all else as an Error with the far stack. */
export function errorOfJob({ name, message, stack, code, wayOut }: JobError): Error {
  if (wayOut !== undefined) return code === undefined ? new EnvironmentError(message, wayOut) : new UsageError(code, message, wayOut);
  const error = new Error(message);
  error.name = name;
  if (stack !== "") error.stack = stack;
  return error;
}
