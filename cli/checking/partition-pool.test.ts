// Who gets which turn, and when threads end: with threads made of promises.
import { describe, expect, test } from "vitest";
import type { Heard } from "./check-thread.ts";
import type { Part, SharedPartition, Stopped, Violation } from "./part.ts";
import type { RoundOf } from "./partition-check.ts";
import { PartitionPool } from "./partition-pool.ts";

const empty: Part = { decided: [], violation: undefined, stopped: [], linearizations: [], steps: 0, configurations: 0, deepest: 0, finishedAtMs: 0 };
const valid: Heard = { kind: "part", part: { ...empty, decided: [{ by: "search", because: "it was asked for", count: 1 }] }, rest: [] };
const undecided: Heard = { kind: "undecided", steps: 10 };
const violation: Violation = { why: "impossible", partition: "b", by: "search", because: "it was asked for", witness: null };
const invalid: Heard = { kind: "part", part: { ...empty, violation }, rest: [] };
const stoppedBy = (reason: Stopped["reason"]): Heard => ({ kind: "part", part: { ...empty, stopped: [{ reason, by: "search", why: reason }] }, rest: [] });
const outOfMemory: Heard = { kind: "out-of-memory" };

/** Threads that answer from a script: partition index, round and share of the memory lead to an answer; undefined is never. */
class Threads {
  readonly asked: string[] = [];
  started = 0;
  ended = 0;
  readonly pool: PartitionPool;
  readonly #answer: (index: number, round: number, threadCount: number) => Heard | undefined;

  constructor(
    options: { readonly partitions: number; readonly threadCount: number },
    answer: (index: number, round: number, threadCount: number) => Heard | undefined,
  ) {
    this.#answer = answer;
    const partitions = Array.from({ length: options.partitions }, (_, index): SharedPartition => ({ index, size: 1, bytes: new SharedArrayBuffer(0) }));
    this.pool = new PartitionPool({
      partitions,
      threadCount: options.threadCount,
      firstRound: 3,
      start: (threadCount) => this.#start(threadCount),
      whyOutOfMemory: () => ({ reason: "memory", by: "search", why: "out of memory" }),
    });
  }

  #start(threadCount: number): ReturnType<ConstructorParameters<typeof PartitionPool>[0]["start"]> {
    this.started++;
    let settle = (_heard: Heard): void => undefined;
    let isEnded = false;
    const ask = async ({ partition: { index }, round }: RoundOf): Promise<Heard> => {
      this.asked.push(`${index}.${round}`);
      const answer = this.#answer(index, round, threadCount);
      if (answer !== undefined) return answer;
      return await new Promise((resolve) => {
        settle = resolve;
      });
    };
    const end = async (): Promise<void> => {
      if (!isEnded) this.ended++;
      isEnded = true;
      settle({ kind: "ended" });
    };
    return { thread: { ask, end }, attempt: () => undefined };
  }
}

describe("turns", () => {
  test("go round: nobody gets a second one before everybody had a first", async () => {
    const threads = new Threads({ partitions: 3, threadCount: 1 }, (index, round) => (index === 1 || round === 5 ? valid : undecided));
    await threads.pool.run();
    expect(threads.asked).toEqual(["0.3", "1.3", "2.3", "0.4", "2.4", "0.5", "2.5"]);
    expect([threads.pool.parts.length, threads.pool.steps, threads.started, threads.ended]).toEqual([3, 40, 1, 1]);
  });

  test("are given to no more threads than there are partitions, and every partition is decided once", async () => {
    const threads = new Threads({ partitions: 3, threadCount: 8 }, (_index, round) => (round < 6 ? undecided : valid));
    await threads.pool.run();
    expect([threads.pool.parts.length, threads.started, threads.ended, threads.asked.length]).toEqual([3, 3, 3, 12]);
  });
});

describe("a violation", () => {
  test("ends everything at once, also threads that never answer", async () => {
    const threads = new Threads({ partitions: 4, threadCount: 2 }, (index) => (index === 1 ? invalid : undefined));
    await threads.pool.run();
    expect(threads.pool.parts.map((part) => part.violation)).toEqual([violation]);
    expect([threads.asked, threads.started, threads.ended]).toEqual([["0.3", "1.3"], 2, 2]);
  });
});

describe("a limit", () => {
  test.each(["time", "interrupted"] as const)("of %s ends the turns, and lets those at work say how far they came", async (reason) => {
    const threads = new Threads({ partitions: 3, threadCount: 2 }, () => stoppedBy(reason));
    await threads.pool.run();
    expect(threads.asked).toEqual(["0.3", "1.3"]);
    expect(threads.pool.parts).toHaveLength(2);
    expect(threads.ended).toBe(2);
  });

  test("of a share of the memory is no last word: with all of it the partition gets another turn, in a new thread", async () => {
    const threads = new Threads({ partitions: 2, threadCount: 2 }, (index, _round, threadCount) =>
      index === 0 && threadCount > 1 ? stoppedBy("memory") : valid,
    );
    await threads.pool.run();
    expect(threads.asked).toEqual(["0.3", "1.3", "0.3"]);
    expect(threads.pool.parts.map((part) => part.stopped.length)).toEqual([0, 0]);
    expect([threads.started, threads.ended]).toEqual([3, 3]);
  });

  test("of the whole memory stands, and the others are still decided by new threads", async () => {
    const threads = new Threads({ partitions: 3, threadCount: 1 }, (index) => (index === 0 ? stoppedBy("memory") : index === 1 ? outOfMemory : valid));
    await threads.pool.run();
    expect(threads.asked).toEqual(["0.3", "1.3", "2.3"]);
    expect(threads.pool.parts.map((part) => part.stopped.map(({ why }) => why))).toEqual([["memory"], []]);
    expect(threads.pool.stopped.map(({ why }) => why)).toEqual(["out of memory"]);
    expect([threads.started, threads.ended]).toEqual([3, 3]);
  });
});

describe("the end", () => {
  test("from outside settles the run and leaves no thread", async () => {
    const threads = new Threads({ partitions: 3, threadCount: 2 }, () => undefined);
    const run = threads.pool.run();
    await threads.pool.end();
    await run;
    expect([threads.asked.length, threads.started, threads.ended]).toEqual([2, 2, 2]);
  });

  test("comes also when a thread breaks, whose error is not swallowed", async () => {
    const threads = new Threads({ partitions: 2, threadCount: 2 }, (index) => {
      if (index === 1) throw new Error("broken");
      return undefined;
    });
    await expect(threads.pool.run()).rejects.toThrow("broken");
    expect([threads.started, threads.ended]).toEqual([2, 2]);
  });
});
