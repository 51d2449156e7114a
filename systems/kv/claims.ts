// What the key-value store promises, under which faults. What it does not promise is in README.md.
import type { FaultKind } from "../../harness/faults.ts";
import type { Claim, Premise, RunSummary } from "../../harness/system.ts";
import { raftAgreementIds, raftDurabilityIds } from "../parts/raft/invariants.ts";

const networkFaults: readonly FaultKind[] = ["partition", "slow", "loss", "duplicate", "reorder", "corrupt", "reset", "refuse", "half-open"];
const processFaults: readonly FaultKind[] = ["kill", "stop", "pause", "slow-cpu", "clock-step", "clock-drift", "load"];
const diskFaults: readonly FaultKind[] = ["power-cut", "torn-write", "disk-full", "disk-error", "bit-rot"];
/** Not survived: disks that lie about fsync, and disks that lose everything. */
export const survivedFaults: readonly FaultKind[] = [...networkFaults, ...processFaults, ...diskFaults];

/** After which every node answers again without anybody's help. */
const recoverableFaults: readonly FaultKind[] = survivedFaults.filter((kind) => !["bit-rot", "power-cut", "torn-write"].includes(kind));

const variants = ["raft"];

function did(names: readonly string[], { okCounts }: RunSummary): boolean {
  return names.every((name) => (okCounts[name] ?? 0) > 0);
}

const changedAndRead: Premise = {
  text: "a change and a read succeeded",
  holds: (run) => did(["read"], run) && ["write", "cas", "delete", "add"].some((name) => did([name], run)),
};

const damaged: Premise = {
  text: "an entry was committed, and a power cut or a disk fault took effect",
  holds: (run) => (run.factCounts["raft.committed"] ?? 0) > 0 && diskFaults.some((kind) => (run.effectiveFaults[kind] ?? 0) > 0),
};

const answered: Premise = { text: "an operation succeeded", holds: ({ okCounts }) => Object.values(okCounts).some((count) => count > 0) };

const watched: Premise = { text: "a put and a watch succeeded", holds: (run) => did(["put", "watch"], run) };

export const claims: readonly Claim[] = [
  {
    id: "KV-C1",
    text: "Every key is a linearizable register, reads under a lease included, and a listing shows every acknowledged change.",
    variants,
    faults: survivedFaults,
    judgedBy: ["register:linearizable", "lease-register:linearizable", "set:no-stale", "set:no-duplicated", "set:no-unexpected"],
    premise: changedAndRead,
  },
  {
    id: "KV-C2",
    text: "What was acknowledged survives power cuts of all nodes; damaged disks lose nothing that a majority had (a node refuses to start, or is given everything again before it votes).",
    variants,
    faults: survivedFaults,
    judgedBy: ["register:linearizable", "lease-register:linearizable", "set:no-lost", "set:converged", ...raftDurabilityIds.map((id) => `invariant:${id}`)],
    premise: damaged,
  },
  {
    id: "KV-C3",
    text: "A watch shows every change once and in order, or says that it was compacted.",
    variants,
    faults: survivedFaults,
    judgedBy: ["watch:ordered", "watch:no-duplicate", "watch:gapless", "watch:consistent", "watch:applied-once", "watch:revisions-increase"],
    premise: watched,
  },
  {
    // A node that was behind catches up with a leader, and after power cuts there may be none: see KV-A1.
    id: "KV-C3-end",
    text: "After faults other than power cuts and rot have healed, the feeds of all nodes are complete.",
    variants,
    faults: recoverableFaults,
    judgedBy: ["watch:complete"],
    premise: watched,
  },
  {
    id: "KV-C4",
    text: "A stale read shows the store as it was at the revision that it names, and never an older one than the session asks for.",
    variants,
    faults: survivedFaults,
    judgedBy: ["stale-register:prefix", "stale-register:session-monotonic", "stale-register:revisions-increase"],
    premise: { text: "a write and a stale read succeeded", holds: (run) => did(["write", "stale-read"], run) },
  },
  {
    id: "KV-C5",
    text: "Fencing tokens of a lock strictly increase, and a resource that checks them never takes a lower one after a higher one. (Without the check two clients may believe that they hold the lock.)",
    variants,
    faults: survivedFaults,
    judgedBy: ["lock:fences-unique", "lock:fences-increase", "lock:sink-monotone"],
    premise: { text: "a lock was acquired and a value stored", holds: (run) => did(["acquire", "store"], run) },
  },
  {
    id: "KV-C8",
    text: "Replicas agree: one leader per term, one vote per node and term, equal histories, complete leaders, the same command at the same index, and nothing that is committed changes.",
    variants,
    faults: survivedFaults,
    judgedBy: raftAgreementIds.map((id) => `invariant:${id}`),
    premise: {
      text: "a leader was elected and an entry committed",
      holds: ({ factCounts }) => (factCounts["raft.leader"] ?? 0) > 0 && (factCounts["raft.committed"] ?? 0) > 0,
    },
  },
  {
    // Rotted records keep a node from starting, and torn power cuts of a majority can leave its last records in doubt, so
    // that nobody may vote: both take an operator, not time.
    id: "KV-A1",
    text: "After faults other than power cuts and rot have healed, every node answers again.",
    variants,
    faults: recoverableFaults,
    judgedBy: ["built-in:recovery"],
    premise: answered,
  },
  {
    // A replica with a damaged log waits for a leader before it votes, so a bare majority with one of those may elect nobody.
    id: "KV-A2",
    text: "While a majority with undamaged disks is healthy and connected, each of its nodes answers, whatever happens to the rest.",
    variants,
    faults: survivedFaults.filter((kind) => !diskFaults.includes(kind)),
    judgedBy: ["built-in:core-liveness"],
    premise: answered,
  },
  {
    id: "KV-A3",
    text: "Every request ends within its time limit, and no node dies of an exception that it did not catch.",
    variants,
    faults: survivedFaults,
    judgedBy: ["built-in:operations-end", "built-in:no-uncaught-exception"],
    premise: answered,
  },
];
