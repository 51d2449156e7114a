// What the counter promises, per variant, and under which faults.
import type { FaultKind } from "../../harness/faults.ts";
import type { Claim, Premise } from "../../harness/system.ts";

const diskFaults: readonly FaultKind[] = ["power-cut", "torn-write", "disk-full", "disk-error"];
/** Faults that every variant survives with its safety claims intact: everything but damage to acknowledged disk data. */
export const survivedFaults: readonly FaultKind[] = [
  "partition",
  "slow",
  "loss",
  "duplicate",
  "reorder",
  "corrupt",
  "reset",
  "refuse",
  "half-open",
  "kill",
  "stop",
  "pause",
  "slow-cpu",
  "power-cut",
  "torn-write",
  "disk-full",
  "disk-error",
  "clock-step",
  "clock-drift",
];

const variants = ["raft", "crdt", "buffered"];
const counterWorkloads = ["counter", "cached-counter", "resharded-counter"];

function judges(property: string): string[] {
  return counterWorkloads.map((workload) => `${workload}:${property}`);
}

const answered: Premise = { text: "an operation succeeded", holds: (run) => Object.values(run.okCounts).some((count) => count > 0) };

const readsAndAdds: Premise = {
  text: "an add and a read succeeded",
  holds: (run) => counterWorkloads.includes(run.workload) && ok(run.okCounts, "add") && ok(run.okCounts, "read"),
};

export const claims: readonly Claim[] = [
  {
    id: "CN-C1",
    text: "A fresh read lies between the sum of all acknowledged adds and the sum of all adds begun, decrements taken the other way round.",
    variants: ["raft"],
    faults: survivedFaults,
    judgedBy: judges("bounds"),
    premise: readsAndAdds,
  },
  {
    id: "CN-C1-node",
    text: "A fresh read lies between those sums, where only adds acknowledged by the node that serves the read certainly count.",
    variants: ["crdt", "buffered"],
    faults: survivedFaults,
    judgedBy: judges("node-bounds"),
    premise: readsAndAdds,
  },
  {
    id: "CN-C2",
    text: "A fresh read is the sum of all acknowledged adds and some subset of those concurrent with it or of unknown outcome.",
    variants: ["raft"],
    faults: survivedFaults,
    judgedBy: judges("achievable"),
    premise: readsAndAdds,
  },
  {
    id: "CN-C3",
    text: "While nothing is taken away, fresh reads that follow each other in real time never go down.",
    variants: ["raft"],
    faults: survivedFaults,
    judgedBy: judges("monotone"),
    premise: readsAndAdds,
  },
  {
    id: "CN-C4",
    text: "After all faults have healed, all nodes agree on a sum of all acknowledged adds and some of unknown outcome.",
    variants,
    faults: survivedFaults,
    judgedBy: judges("final"),
    premise: readsAndAdds,
  },
  {
    id: "CN-C5",
    text: "A cached read that accepts a total of some age counts every add acknowledged before that.",
    variants: ["raft"],
    faults: survivedFaults,
    judgedBy: ["cached-counter:cached-bounds"],
    premise: readsAndAdds,
  },
  {
    id: "CN-C7",
    text: "The number of likes is the number of distinct users who like, however often a request was repeated.",
    variants: ["raft"],
    faults: survivedFaults,
    judgedBy: ["likes:unique-likes", "likes:final-likes"],
    premise: {
      text: "a user liked and the likes were read",
      holds: (run) => run.workload === "likes" && ok(run.okCounts, "like") && ok(run.okCounts, "likes"),
    },
  },
  {
    // Torn power cuts of a majority can leave its last records in doubt, and a node in doubt does not vote: that takes an operator.
    id: "CN-A1",
    text: "After faults other than power cuts have healed, every node answers again.",
    variants,
    faults: survivedFaults.filter((kind) => kind !== "power-cut" && kind !== "torn-write"),
    judgedBy: ["built-in:recovery"],
    premise: answered,
  },
  {
    // A replica with a damaged log waits for a leader before it votes, so a bare majority with one of those may elect nobody.
    id: "CN-A2",
    text: "While a majority with undamaged disks is healthy and connected, each of its nodes answers, whatever happens to the rest.",
    variants,
    faults: survivedFaults.filter((kind) => !diskFaults.includes(kind)),
    judgedBy: ["built-in:core-liveness"],
    premise: answered,
  },
  {
    id: "CN-A3",
    text: "Every request ends within its time limit, and no node dies of an exception that it did not catch.",
    variants,
    faults: survivedFaults,
    judgedBy: ["built-in:operations-end", "built-in:no-uncaught-exception"],
    premise: answered,
  },
];

function ok(counts: Readonly<Record<string, number>>, f: string): boolean {
  return (counts[f] ?? 0) > 0;
}
