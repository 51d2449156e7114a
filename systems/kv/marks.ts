// The store's trigger points for targeted faults, most interesting first, with about how often they occur in 10 s.
import type { MarkDescription } from "../../harness/nemesis.ts";

export const marks: readonly MarkDescription[] = [
  { kind: "raft.vote-granted", typicalCount: 6 },
  { kind: "raft.appended", typicalCount: 100 },
  { kind: "raft.became-leader", typicalCount: 4 },
  { kind: "wal.written", typicalCount: 120 },
  { kind: "raft.committed", typicalCount: 100 },
  { kind: "replica.snapshot-saved", typicalCount: 6 },
  { kind: "raft.became-candidate", typicalCount: 5 },
  { kind: "replica.applied", typicalCount: 120 },
  { kind: "wal.rolled", typicalCount: 9 },
  { kind: "raft.snapshot-installed", typicalCount: 2 },
];
