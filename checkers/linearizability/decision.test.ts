// Rounds taken apart: whoever shares partitions out must come to the same end as one who does not.
import { describe, expect, test } from "vitest";
import { stepLimits } from "../../harness/checker.ts";
import { seededRandom } from "../../harness/random.ts";
import { Decider } from "./decision.ts";
import { fifoQueueModel, type QueueInput, type QueueOutput } from "./models/fifo-queue.ts";
import { partitionsOf, type Partition } from "./partition.ts";
import { simulateOperations } from "./simulated/simulated-history.ts";
import { simulatedQueue } from "./simulated/simulated-objects.ts";

/** Few values and many clients: more than one round on most keys. */
function partitions(seed: string, bad: boolean): Partition<QueueInput, QueueOutput>[] {
  const settings = { operationCount: 240, clientCount: 12, indeterminate: 0.05, ...(bad ? { bad: "late" as const } : {}) };
  return partitionsOf(fifoQueueModel, simulateOperations(simulatedQueue({ keyCount: 6, valueCount: 3 }), settings, seededRandom(seed)));
}

const limits = stepLimits(50_000_000);
const decider = new Decider(fifoQueueModel, "search");

describe("some rounds", () => {
  test("of which there are none leave everything undecided", () => {
    const all = partitions("none", false);
    expect(decider.decideRounds(all, limits, { from: 0, to: 0 })).toEqual({ verdict: "unknown", decided: [], stopped: undefined, steps: 0, undecided: all });
  });

  test("give every undecided partition one attempt each, and say so beforehand", () => {
    const told: [string, number][] = [];
    const all = partitions("told", false);
    const { decided, undecided, verdict } = decider.decideRounds(all, limits, { from: 0, to: 2, onAttempt: ({ key }, round) => told.push([key, round]) });
    const first = told.filter(([, round]) => round === 0).map(([key]) => key);
    expect(first).toEqual(all.map(({ key }) => key));
    expect([...decided.map(({ partition }) => partition.key), ...undecided.map(({ key }) => key)].toSorted()).toEqual(first.toSorted());
    expect(told.filter(([, round]) => round === 1).length).toBeGreaterThan(0);
    expect(verdict).toBe(undecided.length === 0 ? "valid" : "unknown");
  });

  test("are handed on the smallest partition first", () => {
    const sizes = decider.decideRounds(partitions("told", false), limits, { from: 0, to: 1 }).undecided.map(({ operations }) => operations.length);
    expect(sizes.length).toBeGreaterThan(1);
    expect(sizes).toEqual(sizes.toSorted((one, other) => one - other));
  });

  test.each([false, true])("come to the same verdict as all of them in one go (with a violation: %s)", (bad) => {
    const all = partitions("same", bad);
    const whole = decider.decide(all, limits);
    let { undecided, verdict, decided } = decider.decideRounds(all, limits, { from: 0, to: 1 });
    for (let round = 1; undecided.length > 0 && verdict !== "invalid"; round++) {
      const next = decider.decideRounds(undecided, limits, { from: round, to: round + 1 });
      [undecided, verdict, decided] = [next.undecided, next.verdict, [...decided, ...next.decided]];
    }
    expect(verdict).toBe(bad ? "invalid" : "valid");
    expect([whole.verdict, whole.decided.map(({ partition }) => partition.key)]).toEqual([verdict, decided.map(({ partition }) => partition.key)]);
  });
});
