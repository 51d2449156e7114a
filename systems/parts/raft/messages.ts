// What Raft nodes say to each other and what they keep in their logs. Type aliases, not interfaces, so that they are JSON.
import type { Json } from "../../../harness/json.ts";
import type { RequestName } from "../sessions.ts";

/** `no-op`: the first entry of every leader; it commits what earlier leaders left behind (Raft section 8). */
export type Entry = {
  readonly term: number;
  readonly kind: "command" | "no-op";
  readonly command: Json;
  readonly session: RequestName | null;
};

/** The end of a compacted prefix; `hash` chains over all entries up to and including `index`. */
export type Position = {
  readonly index: number;
  readonly term: number;
  readonly hash: number;
};

/** The state of the machine after `position.index`. */
export type Snapshot = {
  readonly position: Position;
  readonly state: Json;
};

/** What must survive a power cut before a vote counts (Raft figure 2, persistent state). */
export type Ballot = {
  readonly term: number;
  readonly votedFor: string | null;
};

export type VoteRequest = {
  readonly type: "pre-vote" | "vote";
  /** Pre-vote: the term that the candidate would have. */
  readonly term: number;
  readonly lastIndex: number;
  readonly lastTerm: number;
  /** The leader itself asked for this election: its followers need not wait until they miss it. */
  readonly isTransfer: boolean;
};

export type AppendRequest = {
  readonly type: "append";
  readonly term: number;
  readonly previousIndex: number;
  readonly previousTerm: number;
  readonly entries: readonly Entry[];
  readonly commitIndex: number;
  /** The end of the leader's log: a follower that may have lost entries is whole again when it got that far. */
  readonly lastIndex: number;
};

export type SnapshotRequest = {
  readonly type: "snapshot";
  readonly term: number;
  readonly snapshot: Snapshot;
};

type TakeOverRequest = {
  readonly type: "take-over";
  readonly term: number;
};

export type RaftRequest = VoteRequest | AppendRequest | SnapshotRequest | TakeOverRequest;

export type VoteReply = {
  readonly type: "vote";
  readonly term: number;
  readonly isGranted: boolean;
};

/**
 * `matched`: the follower's log equals the leader's up to `matchIndex`. `conflict`: try again from `conflictIndex`;
 * `conflictTerm` is the term found at `previousIndex`, null if the log ends before it. `refused`: the term was old.
 */
export type AppendReply =
  | { readonly type: "append"; readonly term: number; readonly result: "matched"; readonly matchIndex: number }
  | { readonly type: "append"; readonly term: number; readonly result: "conflict"; readonly conflictIndex: number; readonly conflictTerm: number | null }
  | { readonly type: "append"; readonly term: number; readonly result: "refused" };

export type TakeOverReply = {
  readonly type: "take-over";
  readonly term: number;
};

export type RaftReply = VoteReply | AppendReply | TakeOverReply;

/** The one decode of bodies that came from another node of the same system: they were made by this very code. */
export function decodeRequest(body: Json): RaftRequest {
  return body as unknown as RaftRequest;
}

/** The reply to a request that this node sent, made by this very code on the other side. */
export function decodeReply(body: Json): RaftReply {
  return body as unknown as RaftReply;
}
