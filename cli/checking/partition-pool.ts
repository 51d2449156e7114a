// The partitions that one thread alone would decide too slowly, over several threads: one round of one partition each at a
// time, in turn, so that a hopeless partition cannot hide the violation of another.
import type { Heard } from "./check-thread.ts";
import type { Attempt, Part, SharedPartition, Stopped } from "./part.ts";
import type { RoundOf } from "./partition-check.ts";

export interface PartitionPoolOptions {
  /** In the order of their first turns. */
  readonly partitions: readonly SharedPartition[];
  readonly firstRound: number;
  readonly threadCount: number;
  /** Starts a thread of role `partitions` that may use one `threadCount`-th of the memory. */
  start(threadCount: number): PoolThread;
  /** What to say of a partition whose thread has run out of memory. */
  whyOutOfMemory(attempt: Attempt | undefined): Stopped;
}

export interface PoolThread {
  readonly thread: {
    /** Never settles with anything but `ended` after `end`. */
    ask(turn: RoundOf): Promise<Heard>;
    end(): Promise<void>;
  };
  /** What it was last at work on. */
  readonly attempt: () => Attempt | undefined;
}

export class PartitionPool {
  readonly #options: PartitionPoolOptions;
  readonly #running = new Set<PoolThread["thread"]>();
  readonly #queue: RoundOf[];
  /** Those that met the limit of a share of the memory; the whole of it may be enough. */
  #starved: RoundOf[] = [];
  #isFinished = false;
  readonly parts: Part[] = [];
  /** Of partitions that have no part. */
  readonly stopped: Stopped[] = [];
  /** Of rounds that did not decide anything. */
  steps = 0;

  constructor(options: PartitionPoolOptions) {
    this.#options = options;
    this.#queue = options.partitions.map((partition) => ({ partition, round: options.firstRound }));
  }

  /** Until everything is decided, something is invalid, a limit ends all, or `end` is called. All threads are gone then. */
  async run(): Promise<void> {
    const { threadCount } = this.#options;
    try {
      await Promise.all(Array.from({ length: Math.min(threadCount, this.#queue.length) }, () => this.#serve(threadCount)));
      this.#queue.push(...this.#starved.splice(0));
      if (this.#queue.length > 0) await this.#serve(1);
    } finally {
      await this.end();
    }
  }

  async end(): Promise<void> {
    this.#isFinished = true;
    await Promise.all([...this.#running].map((thread) => thread.end()));
  }

  /** One thread after the other, since one that met its limit of memory would not give it back in time. */
  async #serve(threadCount: number): Promise<void> {
    // A partition that another thread gives back is taken by that thread, so nothing is left when this one stops.
    while (!this.#isFinished && this.#queue.length > 0) {
      const started = this.#options.start(threadCount);
      this.#running.add(started.thread);
      try {
        await this.#serveUntilFull(started, threadCount);
      } finally {
        this.#running.delete(started.thread);
        await started.thread.end();
      }
    }
  }

  async #serveUntilFull({ thread, attempt }: PoolThread, threadCount: number): Promise<void> {
    for (let turn = this.#take(); turn !== undefined; turn = this.#take()) {
      const heard = await thread.ask(turn);
      if (heard.kind === "ended") return;
      if (heard.kind === "undecided") {
        this.steps += heard.steps;
        this.#queue.push({ ...turn, round: turn.round + 1 });
        continue;
      }
      const isFull = heard.kind === "out-of-memory" || heard.part.stopped.some(({ reason }) => reason === "memory");
      if (isFull && threadCount > 1) this.#starved.push(turn);
      else if (heard.kind === "out-of-memory") this.stopped.push(this.#options.whyOutOfMemory(attempt()));
      else this.#accept(heard.part);
      if (isFull) return;
    }
  }

  #take(): RoundOf | undefined {
    return this.#isFinished ? undefined : this.#queue.shift();
  }

  #accept(part: Part): void {
    this.parts.push(part);
    if (part.violation !== undefined) void this.end();
    // Time and interruption hold for all; those at work now will notice themselves.
    if (part.stopped.some(({ reason }) => reason !== "memory" && reason !== "inapplicable")) this.#isFinished = true;
  }
}
