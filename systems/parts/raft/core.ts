// The Raft core of one node: a synchronous state machine without input or output. Inputs are methods, effects are taken
// from the outbox by the shell (`replica.ts`). Ongaro and Ousterhout, "In search of an understandable consensus
// algorithm" (2014), with pre-vote, check-quorum, ReadIndex, leases and leadership transfer from Ongaro's thesis
// (sections 3.10, 4.2.3, 6.4, 9.6). Different here: a node whose log lost its tail takes no part in elections until a
// leader has given it everything again (after Alagappan et al., "Protocol-aware recovery", FAST 2018).
import type { Json } from "../../../harness/json.ts";
import type { NodeName } from "../../../harness/operation.ts";
import type { RequestName } from "../sessions.ts";
import { Followership } from "./followership.ts";
import { Leadership, type LeadershipOptions } from "./leadership.ts";
import { RaftLog, type LogEnd } from "./log.ts";
import type {
  AppendReply,
  AppendRequest,
  Entry,
  RaftReply,
  RaftRequest,
  Snapshot,
  SnapshotRequest,
  TakeOverReply,
  VoteReply,
  VoteRequest,
} from "./messages.ts";
import type { RaftOptions, Recovered } from "./options.ts";
import { Outbox, type Effects, type Outgoing } from "./outbox.ts";
import { majorityOf } from "./progress.ts";

export type RaftRole = "leader" | "follower" | "pre-candidate" | "candidate";

export class RaftCore {
  readonly log: RaftLog = new RaftLog();
  protected readonly options: RaftOptions;
  protected readonly outbox: Outbox = new Outbox();
  protected readonly followership: Followership;
  protected term: number;
  protected votedFor: NodeName | null;
  protected role: RaftRole = "follower";
  protected leader: NodeName | null = null;
  protected leadership: Leadership | null = null;
  protected commitIndex = 0;
  /** Who granted the election under way, itself included; a set, so that a repeated grant counts once. */
  protected voters: Set<NodeName> = new Set<NodeName>();
  protected isTransfer = false;
  protected heardFromLeaderAt: number;
  protected electionDeadline = 0;
  protected isDoubtful: boolean;
  protected snapshot: Snapshot | null;

  constructor(options: RaftOptions, recovered: Recovered) {
    this.options = options;
    this.term = recovered.ballot.term;
    this.votedFor = recovered.ballot.votedFor;
    this.isDoubtful = recovered.isDoubtful;
    this.snapshot = recovered.snapshot;
    if (recovered.snapshot !== null) this.log.reset(recovered.snapshot.position);
    for (const entry of recovered.entries) this.log.append(entry);
    this.commitIndex = this.log.base.index;
    this.log.persisted(this.log.end);
    this.followership = this.createFollowership();
    // It may have promised a leader to ignore candidates just before it went down (lease reads rest on that promise).
    this.heardFromLeaderAt = this.term === 0 ? Number.NEGATIVE_INFINITY : options.clocks.now();
    this.armElection();
    this.outbox.fact("raft.recovered", {
      isDoubtful: this.isDoubtful,
      index: this.log.base.index,
      hash: this.log.base.hash,
      ...this.log.describeFrom(this.log.base.index + 1),
    });
  }

  /** When `tick` is wanted, on the monotonic clock. It mostly moves later: a shell re-arms its timer when it fires. */
  get deadline(): number {
    return this.leadership?.deadline ?? this.electionDeadline;
  }

  get status(): {
    readonly role: RaftRole;
    readonly term: number;
    readonly leader: NodeName | null;
    readonly commitIndex: number;
    readonly isDoubtful: boolean;
  } {
    return { role: this.role, term: this.term, leader: this.leader, commitIndex: this.commitIndex, isDoubtful: this.isDoubtful };
  }

  /** Effects since the last call; null if none. What is proposed and read between two calls travels together. */
  take(): Effects | null {
    this.leadership?.flush();
    return this.outbox.take();
  }

  /** The deadline has come. */
  tick(): void {
    if (this.leadership !== null) {
      if (this.leadership.hasQuorum()) this.leadership.tick();
      else this.becomeFollower(this.term, null);
    } else if (this.options.clocks.now() >= this.electionDeadline) this.campaign();
  }

  /** Appends a command if this node leads, and answers its index; null: not the leader, nothing happened. */
  propose(command: Json, session: RequestName | null): number | null {
    if (this.leadership === null) return null;
    this.appendOwn({ term: this.term, kind: "command", command, session });
    this.leadership.entriesCame();
    return this.log.lastIndex;
  }

  /** The outbox will hold a `ReadReady` with this ticket. `lease`: without a round of calls, if the lease holds. */
  read(ticket: number, mode: "linearizable" | "lease"): void {
    if (this.leadership === null) this.outbox.read({ ticket, index: null });
    else if (mode === "lease") this.leadership.readUnderLease(ticket);
    else this.leadership.read(ticket);
  }

  /** Asks `to` to take over; with null, whoever has most of the log. True if it was asked. */
  transferLeadership(to: NodeName | null): boolean {
    const successor = to ?? this.leadership?.bestFollower() ?? null;
    return successor !== null && (this.leadership?.handOver(successor) ?? false);
  }

  /** The effects that were taken when the log ended at `end` are durable. */
  persisted(end: LogEnd): void {
    if (this.log.persisted(end)) this.advanceCommit();
  }

  /** The last state of the machine that was captured or came from a leader; null: none yet. */
  get latestSnapshot(): Snapshot | null {
    return this.snapshot;
  }

  /** The state of the machine after `index` was captured. Some entries before it are kept for followers that lag a little. */
  compact(index: number, state: Json, options: { readonly retainedCount: number }): void {
    this.snapshot = { position: this.log.positionAt(index), state };
    const base = index - options.retainedCount;
    if (base > this.log.base.index) this.log.compactTo(base);
  }

  /** A call of another node. The reply may leave when the effects that are in the outbox now are durable. */
  receive(from: NodeName, request: RaftRequest): RaftReply {
    switch (request.type) {
      case "pre-vote":
        return this.onPreVote(request);
      case "vote":
        return this.onVote(from, request);
      case "append":
        return this.onAppend(from, request);
      case "snapshot":
        return this.onSnapshot(from, request);
      case "take-over":
        return this.onTakeOver(request);
    }
  }

  /** A call of this node was answered. */
  replied(sent: Outgoing, reply: RaftReply): void {
    if (reply.term > this.term) return this.becomeFollower(reply.term, null);
    if (reply.type === "vote") return this.onVoteReply(sent, reply);
    if (this.leadership === null || sent.request.term !== this.term || reply.type !== "append") return;
    this.leadership.replied(sent, reply);
    this.advanceCommit();
  }

  /** A call of this node failed; whether it arrived does not matter to Raft. */
  failed(sent: Outgoing): void {
    if (sent.request.term === this.term && this.leadership !== null) this.leadership.failed(sent);
  }

  // Elections.

  /** Pre-vote first: a node that was cut off must not raise the term of a healthy cluster (thesis, section 9.6). */
  protected campaign(): void {
    this.armElection();
    if (this.isDoubtful) return;
    this.becomeFollower(this.term, null);
    this.role = "pre-candidate";
    this.isTransfer = false;
    this.askForVotes("pre-vote", this.term + 1);
  }

  protected becomeCandidate(): void {
    this.armElection();
    this.term++;
    this.votedFor = this.options.self;
    this.role = "candidate";
    this.leader = null;
    this.persistBallot();
    this.outbox.fact("raft.vote", { term: this.term, candidate: this.options.self });
    this.outbox.mark("raft.became-candidate", { term: this.term });
    this.askForVotes("vote", this.term);
  }

  protected becomeLeader(): void {
    this.role = "leader";
    this.leader = this.options.self;
    const { lastIndex } = this.log;
    this.leadership = this.createLeadership(this.leadershipOptions());
    this.outbox.fact("raft.leader", { term: this.term, lastIndex, hash: this.log.hashAt(lastIndex) ?? 0 });
    this.outbox.mark("raft.became-leader", { term: this.term });
    this.appendOwn({ term: this.term, kind: "no-op", command: null, session: null });
    this.leadership.broadcast();
    this.advanceCommit();
  }

  /** For subclasses that replace the rules of a leader (below: of a follower). */
  protected createLeadership(options: LeadershipOptions): Leadership {
    return new Leadership(options);
  }

  protected createFollowership(): Followership {
    return new Followership(this.log, this.outbox);
  }

  protected becomeFollower(term: number, leader: NodeName | null): void {
    if (this.leadership !== null) {
      this.leadership.resign();
      this.leadership = null;
      this.armElection();
    }
    this.role = "follower";
    this.leader = leader;
    if (term <= this.term) return;
    this.term = term;
    this.votedFor = null;
    this.persistBallot();
  }

  protected onPreVote(request: VoteRequest): VoteReply {
    const isGranted = request.term > this.term && !this.isDoubtful && !this.missesNoLeader() && this.isUpToDate(request);
    return { type: "vote", term: this.term, isGranted };
  }

  protected onVote(from: NodeName, request: VoteRequest): VoteReply {
    // Not even the term is taken over from a candidate whom nobody needs (thesis, section 4.2.3).
    if (request.term < this.term || (!request.isTransfer && this.missesNoLeader())) return { type: "vote", term: this.term, isGranted: false };
    if (request.term > this.term) this.becomeFollower(request.term, null);
    const isGranted = !this.isDoubtful && this.mayVoteFor(from) && this.isUpToDate(request);
    if (isGranted) this.grant(from);
    return { type: "vote", term: this.term, isGranted };
  }

  protected grant(candidate: NodeName): void {
    this.armElection();
    if (this.votedFor === null) {
      this.votedFor = candidate;
      this.persistBallot();
    }
    this.outbox.fact("raft.vote", { term: this.term, candidate });
    this.outbox.mark("raft.vote-granted", { term: this.term, candidate });
  }

  protected mayVoteFor(candidate: NodeName): boolean {
    return this.votedFor === null || this.votedFor === candidate;
  }

  /** Raft section 5.4.1: a candidate that lacks a committed entry finds no majority. */
  protected isUpToDate(request: VoteRequest): boolean {
    return request.lastTerm > this.log.lastTerm || (request.lastTerm === this.log.lastTerm && request.lastIndex >= this.log.lastIndex);
  }

  /** Term and vote must be on the disk before anybody hears of them: a forgotten vote can be given twice. */
  protected persistBallot(): void {
    this.outbox.ballot({ term: this.term, votedFor: this.votedFor });
  }

  protected missesNoLeader(): boolean {
    return this.leadership !== null || this.options.clocks.now() - this.heardFromLeaderAt < this.options.timings.electionMinMs;
  }

  protected onVoteReply(sent: Outgoing, reply: VoteReply): void {
    const { request } = sent;
    if (!reply.isGranted) return;
    if (this.role === "pre-candidate" && request.type === "pre-vote" && request.term === this.term + 1) this.countVote(sent.to);
    if (this.role === "candidate" && request.type === "vote" && request.term === this.term) this.countVote(sent.to);
  }

  protected countVote(voter: NodeName): void {
    this.voters.add(voter);
    if (this.voters.size < majorityOf(this.options.nodes.length)) return;
    if (this.role === "pre-candidate") this.becomeCandidate();
    else if (this.role === "candidate") this.becomeLeader();
  }

  /** The leader wants to leave: no pre-vote, and the voters need not miss it. */
  protected onTakeOver(request: { readonly term: number }): TakeOverReply {
    if (request.term === this.term && this.role !== "leader" && !this.isDoubtful) {
      this.isTransfer = true;
      this.becomeCandidate();
    }
    return { type: "take-over", term: this.term };
  }

  // Replication, on the side of a follower.

  protected onAppend(from: NodeName, request: AppendRequest): AppendReply {
    if (request.term < this.term) return { type: "append", term: this.term, result: "refused" };
    this.follow(from, request.term);
    const reply = this.followership.append(request);
    if (reply.result !== "matched") return reply;
    this.commitTo(this.followership.commitBound(request));
    if (this.isDoubtful && reply.matchIndex === request.lastIndex) this.regainTrust();
    return reply;
  }

  /** Whoever sends appends in a term was elected in it. */
  protected follow(leader: NodeName, term: number): void {
    this.becomeFollower(term, leader);
    this.heardFromLeaderAt = this.options.clocks.now();
    this.armElection();
  }

  /** Entries acknowledged before the damage were acknowledged to this leader or are in its log since its election. */
  protected regainTrust(): void {
    this.isDoubtful = false;
    this.outbox.record({ kind: "trust" });
    this.outbox.mark("raft.trusted-again", { index: this.log.lastIndex });
  }

  protected onSnapshot(from: NodeName, request: SnapshotRequest): AppendReply {
    if (request.term < this.term) return { type: "append", term: this.term, result: "refused" };
    this.follow(from, request.term);
    const { position } = request.snapshot;
    if (position.index > this.commitIndex) this.install(request.snapshot);
    return { type: "append", term: this.term, result: "matched", matchIndex: position.index };
  }

  /** Entries that follow the snapshot are kept if they are known to follow it, else the log is dropped (Raft section 7). */
  protected install(snapshot: Snapshot): void {
    const { position } = snapshot;
    if (this.log.termAt(position.index) === position.term) this.log.compactTo(position.index);
    else this.log.reset(position);
    this.snapshot = snapshot;
    this.commitIndex = position.index;
    this.outbox.restore(snapshot);
    this.outbox.fact("raft.installed", { index: position.index, hash: position.hash, ...this.log.describeFrom(position.index + 1) });
    this.outbox.mark("raft.snapshot-installed", { index: position.index });
  }

  // Commit.

  protected advanceCommit(): void {
    if (this.leadership === null) return;
    const index = this.leadership.replicatedIndex();
    if (index <= this.commitIndex || !this.leadership.mayCommit(index)) return;
    this.commitTo(index);
    this.leadership.confirmReads();
  }

  protected commitTo(index: number): void {
    const committed = Math.min(index, this.log.lastIndex);
    if (committed <= this.commitIndex) return;
    for (let next = this.commitIndex + 1; next <= committed; next++) {
      const entry = this.log.entryAt(next);
      if (entry !== undefined) this.outbox.apply(next, entry);
    }
    this.commitIndex = committed;
    this.outbox.fact("raft.committed", { ...this.log.positionAt(committed), currentTerm: this.term, isLeader: this.role === "leader" });
    this.outbox.mark("raft.committed", { index: committed });
  }

  protected appendOwn(entry: Entry): void {
    this.log.append(entry);
    this.outbox.appended(this.log, this.log.lastIndex, [entry]);
  }

  private askForVotes(type: VoteRequest["type"], term: number): void {
    this.voters = new Set();
    const request: VoteRequest = { type, term, lastIndex: this.log.lastIndex, lastTerm: this.log.lastTerm, isTransfer: this.isTransfer };
    const [sentAtMs, leaseSentAtMs] = [this.options.clocks.now(), this.options.clocks.leaseNow()];
    for (const to of this.options.nodes) if (to !== this.options.self) this.outbox.send({ to, request, round: 0, sentAtMs, leaseSentAtMs });
    this.countVote(this.options.self);
  }

  private armElection(): void {
    const { electionMinMs, electionMaxMs } = this.options.timings;
    this.electionDeadline = this.options.clocks.now() + this.options.random.between(electionMinMs, electionMaxMs, "election timeout");
  }

  private leadershipOptions(): LeadershipOptions {
    const { nodes, self, timings, clocks } = this.options;
    return {
      term: this.term,
      peers: nodes.filter((node) => node !== self),
      log: this.log,
      outbox: this.outbox,
      timings,
      clocks,
      snapshot: () => this.snapshot ?? { position: this.log.base, state: null },
      commitIndex: () => this.commitIndex,
      wantsSmallCalls: () => this.options.wantsSmallCalls(),
    };
  }
}
