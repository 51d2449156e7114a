// One term of one leader: replication, commit, confirmation of reads, lease. Made when an election is won, dropped at its end.
import type { NodeName } from "../../../harness/operation.ts";
import type { RaftLog } from "./log.ts";
import type { AppendReply, Entry, RaftRequest, Snapshot } from "./messages.ts";
import type { Outbox, Outgoing } from "./outbox.ts";
import { majorityValue, Progress } from "./progress.ts";

/** Milliseconds; see `ReplicaOptions`. */
export interface RaftTimings {
  readonly heartbeatMs: number;
  readonly electionMinMs: number;
  readonly electionMaxMs: number;
}

export interface RaftClocks {
  /** Monotonic, milliseconds. */
  now(): number;
  /** What leases are measured with: monotonic, too. */
  leaseNow(): number;
}

export interface LeadershipOptions {
  readonly term: number;
  readonly peers: readonly NodeName[];
  readonly log: RaftLog;
  readonly outbox: Outbox;
  readonly timings: RaftTimings;
  readonly clocks: RaftClocks;
  /** Of the machine, as of the base of the log. */
  snapshot(): Snapshot;
  commitIndex(): number;
  /** Asked at every call: true when as little as possible should travel at once, so that rare interleavings occur. */
  wantsSmallCalls(): boolean;
}

interface WaitingRead {
  readonly ticket: number;
  readonly index: number;
  /** The broadcast whose confirmation it needs; null: the next one. */
  round: number | null;
}

const noEntries: readonly Entry[] = [];

const ackedSentAtMsOf = (follower: Progress): number => follower.ackedSentAtMs;
const ackedLeaseSentAtMsOf = (follower: Progress): number => follower.ackedLeaseSentAtMs;
const ackedRoundOf = (follower: Progress): number => follower.ackedRound;
const matchIndexOf = (follower: Progress): number => follower.matchIndex;

/** Entries in one call; calls under way per follower, heartbeats and small calls. A few, so that they overtake each other. */
const entriesPerCall = 64;
const callsPerFollower = 5;
/** In longest election timeouts. */
const quorumPatience = 3;
/** Part of the followers' promise that a lease uses; the rest allows for clocks that run up to 25 % faster here. */
const leaseShare = 0.75;

export class Leadership {
  protected readonly options: LeadershipOptions;
  protected readonly followers: readonly Progress[];
  /** The no-op of this term: reads wait until it is committed, because only then the commit index is up to date. */
  protected readonly firstIndex: number;
  protected round = 0;
  protected confirmedRound = 0;
  protected reads: WaitingRead[] = [];
  protected nextHeartbeatAt: number;
  /** Reads or entries have come that nobody has been told of. */
  protected hasNews = false;
  /** The followers were told to ignore the lease: it may not be used in this term any more. */
  protected hasLetGo = false;

  constructor(options: LeadershipOptions) {
    this.options = options;
    this.firstIndex = options.log.lastIndex + 1;
    this.nextHeartbeatAt = options.clocks.now();
    this.followers = options.peers.map((node) => new Progress(node, { nextIndex: options.log.lastIndex + 1, nowMs: options.clocks.now() }));
  }

  get deadline(): number {
    return this.nextHeartbeatAt;
  }

  /** Sends heartbeats that are due. */
  tick(): void {
    if (this.options.clocks.now() < this.nextHeartbeatAt) return;
    this.broadcast();
  }

  /** A call to every follower: what it lacks, or nothing. Its confirmation by a majority also confirms waiting reads. */
  broadcast(): void {
    this.round++;
    for (const read of this.reads) read.round ??= this.round;
    this.nextHeartbeatAt = this.options.clocks.now() + this.options.timings.heartbeatMs;
    for (const follower of this.followers) this.sendNext(follower, true);
    this.confirmReads();
  }

  /** New entries are in the log: `flush` sends them. */
  entriesCame(): void {
    this.hasNews = true;
  }

  /** Tells followers that keep up what has come since the last time: everything in one call to each. */
  flush(): void {
    if (!this.hasNews) return;
    this.hasNews = false;
    // One round at a time: reads that come meanwhile share the next one.
    if (this.reads.length > 0 && !this.isConfirming()) this.broadcast();
    else for (const follower of this.followers) this.sendNext(follower, false);
  }

  /** False when no majority answered for long: another leader must have been elected. For liveness only; reads are confirmed each on their own. */
  hasQuorum(): boolean {
    const now = this.options.clocks.now();
    return now - majorityValue(now, this.followers, ackedSentAtMsOf) <= quorumPatience * this.options.timings.electionMaxMs;
  }

  /** The highest index that a majority has on disk. */
  replicatedIndex(): number {
    return majorityValue(this.options.log.durableIndex, this.followers, matchIndexOf);
  }

  /** Only entries of the leader's own term are committed by counting; older ones with them (Raft section 5.4.2, figure 8). */
  mayCommit(index: number): boolean {
    return this.options.log.termAt(index) === this.options.term;
  }

  /** Linearizable without clocks: whoever is still the leader after the request came was it when the request came (Raft section 8). */
  read(ticket: number): void {
    this.reads.push({ ticket, index: Math.max(this.options.commitIndex(), this.firstIndex), round: null });
    this.hasNews = true;
  }

  /** Linearizable as long as monotonic clocks run at rates within 25 % of each other; falls back to `read`. */
  readUnderLease(ticket: number): void {
    if (!this.holdsLease() || this.options.commitIndex() < this.firstIndex) return this.read(ticket);
    this.options.outbox.read({ ticket, index: this.options.commitIndex() });
  }

  /** Followers refuse every candidate for the shortest election timeout after they heard from this leader. */
  protected holdsLease(): boolean {
    if (this.hasLetGo) return false;
    const now = this.options.clocks.leaseNow();
    return now - majorityValue(now, this.followers, ackedLeaseSentAtMsOf) < this.options.timings.electionMinMs * leaseShare;
  }

  /** Answers waiting reads that need nothing more. Called when a round is confirmed or the commit index moves. */
  confirmReads(): void {
    if (this.reads.length === 0 || this.options.commitIndex() < this.firstIndex) return;
    this.confirmedRound = Math.max(this.confirmedRound, majorityValue(this.round, this.followers, ackedRoundOf));
    const ready = this.reads.filter((read) => this.isConfirmed(read.round));
    if (ready.length === 0) return;
    this.reads = this.reads.filter((read) => !this.isConfirmed(read.round));
    for (const { ticket, index } of ready) this.options.outbox.read({ ticket, index });
    if (this.reads.length > 0 && !this.isConfirming()) this.broadcast();
  }

  protected isConfirmed(round: number | null): boolean {
    return round !== null && round <= this.confirmedRound;
  }

  /** The end of this leadership: waiting reads are told. */
  resign(): void {
    for (const { ticket } of this.reads) this.options.outbox.read({ ticket, index: null });
    this.reads = [];
  }

  /** True if `to` is up to date and was asked to start an election at once. */
  handOver(to: NodeName): boolean {
    const follower = this.followers.find(({ node }) => node === to);
    if (follower === undefined || follower.matchIndex !== this.options.log.lastIndex) return false;
    // The request may arrive late, even after a partition: so this term has seen its last lease.
    this.hasLetGo = true;
    this.call(follower, { type: "take-over", term: this.options.term });
    return true;
  }

  /** The follower that has most of the log, for leaving in good order. */
  bestFollower(): NodeName | null {
    return this.followers.toSorted((a, b) => b.matchIndex - a.matchIndex)[0]?.node ?? null;
  }

  /** The reply to an append or a snapshot of this term, whatever it says, confirms the leader. */
  replied(sent: Outgoing, reply: AppendReply): void {
    const follower = this.progressOf(sent.to);
    if (follower === undefined) return;
    follower.outstandingCount--;
    follower.isFailing = false;
    if (reply.result === "refused") return;
    follower.ackedRound = Math.max(follower.ackedRound, sent.round);
    follower.ackedSentAtMs = Math.max(follower.ackedSentAtMs, sent.sentAtMs);
    follower.ackedLeaseSentAtMs = Math.max(follower.ackedLeaseSentAtMs, sent.leaseSentAtMs);
    if (reply.result === "matched") this.matched(follower, reply.matchIndex);
    else this.conflicted(follower, reply, sent.request);
    this.confirmReads();
  }

  /** The call failed: nobody knows what arrived, so the follower is asked again from what is known. */
  failed(sent: Outgoing): void {
    const follower = this.progressOf(sent.to);
    if (follower === undefined) return;
    follower.outstandingCount--;
    follower.isFailing = true;
    follower.mode = "probe";
    follower.nextIndex = follower.matchIndex + 1;
  }

  protected matched(follower: Progress, index: number): void {
    follower.matchIndex = Math.max(follower.matchIndex, index);
    follower.nextIndex = Math.max(follower.nextIndex, follower.matchIndex + 1);
    follower.mode = "pipeline";
    if (follower.nextIndex <= this.options.log.lastIndex) this.sendNext(follower, false);
  }

  /**
   * Fast back-up (Raft section 5.3, end): skips a whole term at a time. The reply may be an old one that was overtaken;
   * then some entries are sent twice, which is harmless.
   */
  protected conflicted(follower: Progress, reply: Extract<AppendReply, { result: "conflict" }>, request: RaftRequest): void {
    // A heartbeat meanwhile: the snapshot will settle it.
    if (follower.mode === "snapshot" || request.type !== "append") return;
    const sameTerm = reply.conflictTerm === null ? undefined : this.options.log.lastOfTerm(reply.conflictTerm, request.previousIndex);
    follower.nextIndex = Math.max(1, Math.min(follower.nextIndex, sameTerm === undefined ? reply.conflictIndex : sameTerm + 1));
    follower.mode = "probe";
    this.sendNext(follower, false);
  }

  /** `isRequired`: also if there is nothing new (a heartbeat). Never more calls than the limit: a stalled link is not flooded. */
  protected sendNext(follower: Progress, isRequired: boolean): void {
    const { log, term } = this.options;
    if (follower.outstandingCount >= callsPerFollower) return;
    if (!isRequired && (follower.isFailing || (follower.mode === "pipeline" ? follower.nextIndex > log.lastIndex : follower.outstandingCount > 0))) return;
    const isSmall = this.options.wantsSmallCalls();
    // New entries wait for the answer to the call under way, and then travel together: a call costs more than what it carries.
    if (!isRequired && !isSmall && follower.outstandingCount > 0) return;
    if (follower.nextIndex <= log.base.index) return this.sendSnapshot(follower, isRequired);
    const previousIndex = follower.nextIndex - 1;
    const limit = this.entryLimit(follower, { isHeartbeat: isRequired, isSmall });
    const entries = previousIndex === log.lastIndex ? noEntries : log.slice(follower.nextIndex, limit);
    if (follower.mode === "pipeline") follower.nextIndex += entries.length;
    this.call(follower, {
      type: "append",
      term,
      previousIndex,
      previousTerm: log.termAt(previousIndex) ?? 0,
      entries,
      commitIndex: this.options.commitIndex(),
      lastIndex: log.lastIndex,
    });
  }

  /** One while it is not known where the logs agree. Heartbeats carry entries as well, unless calls are to be small. */
  protected entryLimit(follower: Progress, { isHeartbeat, isSmall }: { readonly isHeartbeat: boolean; readonly isSmall: boolean }): number {
    if (isSmall) return isHeartbeat ? 0 : 1;
    return follower.mode === "probe" ? 1 : entriesPerCall;
  }

  /** While a snapshot is under way, heartbeats are appends that will conflict: they keep the follower from an election. */
  protected sendSnapshot(follower: Progress, isRequired: boolean): void {
    const { log, term } = this.options;
    if (follower.mode !== "snapshot") {
      follower.mode = "snapshot";
      return this.call(follower, { type: "snapshot", term, snapshot: this.options.snapshot() });
    }
    if (isRequired)
      this.call(follower, {
        type: "append",
        term,
        previousIndex: log.base.index,
        previousTerm: log.base.term,
        entries: [],
        commitIndex: log.base.index,
        lastIndex: log.lastIndex,
      });
  }

  protected call(follower: Progress, request: RaftRequest): void {
    follower.outstandingCount++;
    const { clocks, outbox } = this.options;
    outbox.send({ to: follower.node, request, round: this.round, sentAtMs: clocks.now(), leaseSentAtMs: clocks.leaseNow() });
  }

  private isConfirming(): boolean {
    return this.reads.some((read) => read.round !== null);
  }

  private progressOf(node: NodeName): Progress | undefined {
    return this.followers.find((follower) => follower.node === node);
  }
}
