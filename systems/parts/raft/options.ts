// What a Raft core is made from: its place in the cluster, its clocks, and what its disk held.
import type { NodeName } from "../../../harness/operation.ts";
import type { Random } from "../../../harness/random.ts";
import type { RaftClocks, RaftTimings } from "./leadership.ts";
import type { Ballot, Entry, Snapshot } from "./messages.ts";

export interface RaftOptions {
  readonly self: NodeName;
  /** All nodes, this one included. */
  readonly nodes: readonly NodeName[];
  readonly timings: RaftTimings;
  readonly clocks: RaftClocks;
  /** For election timeouts. */
  readonly random: Random;
  /** See `LeadershipOptions`. */
  wantsSmallCalls(): boolean;
}

/** What the disk held. A disk that never held anything: term 0 and an empty log. */
export interface Recovered {
  readonly ballot: Ballot;
  readonly snapshot: Snapshot | null;
  /** Those after the snapshot. */
  readonly entries: readonly Entry[];
  /** Acknowledged entries may be missing at the end. */
  readonly isDoubtful: boolean;
}
