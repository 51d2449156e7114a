// What a leader knows about one follower, and what a majority of them amounts to.
import type { NodeName } from "../../../harness/operation.ts";

/**
 * `probe`: the leader looks for the point where the logs agree, one call with entries at a time. `pipeline`: it sends on
 * without waiting for replies. `snapshot`: the follower needs entries that are compacted; a snapshot is under way.
 */
export type ProgressMode = "probe" | "pipeline" | "snapshot";

export class Progress {
  readonly node: NodeName;
  mode: ProgressMode = "probe";
  /** Highest index known to be equal and durable there. */
  matchIndex = 0;
  nextIndex: number;
  /** Calls under way, of any kind. */
  outstandingCount = 0;
  /** The last call failed: nothing new is sent before the next heartbeat. */
  isFailing = false;
  /** Of the newest call that the follower answered in this term: its round, and when it was sent. */
  ackedRound = 0;
  ackedSentAtMs: number;
  ackedLeaseSentAtMs: number = Number.NEGATIVE_INFINITY;

  constructor(node: NodeName, options: { readonly nextIndex: number; readonly nowMs: number }) {
    this.node = node;
    this.nextIndex = options.nextIndex;
    this.ackedSentAtMs = options.nowMs;
  }
}

/** How many of `count` nodes are a majority. */
export function majorityOf(count: number): number {
  return Math.floor(count / 2) + 1;
}

/** The highest value that a majority has reached, the leader's own included. O(n^2) for n nodes, without any allocation: it is asked at every reply. */
export function majorityValue(own: number, followers: readonly Progress[], valueOf: (follower: Progress) => number): number {
  const needed = majorityOf(followers.length + 1);
  let best = countOfThoseAt(own, { own, followers, valueOf }) >= needed ? own : Number.NEGATIVE_INFINITY;
  for (const follower of followers) {
    const value = valueOf(follower);
    if (value > best && countOfThoseAt(value, { own, followers, valueOf }) >= needed) best = value;
  }
  return best;
}

interface Values {
  readonly own: number;
  readonly followers: readonly Progress[];
  readonly valueOf: (follower: Progress) => number;
}

function countOfThoseAt(value: number, { own, followers, valueOf }: Values): number {
  let count = own >= value ? 1 : 0;
  for (const follower of followers) if (valueOf(follower) >= value) count++;
  return count;
}
