// A replicated state machine for systems to build on: Raft core, write-ahead log and sessions behind four methods. This is
// the shell that carries out what the core decides: it persists before it sends, and applies what is committed.
import { assert } from "../../harness/errors.ts";
import type { Answer, Environment, Exchange, TimerId } from "../../harness/environment.ts";
import type { Json } from "../../harness/json.ts";
import type { NodeName } from "../../harness/operation.ts";
import { hashJson } from "./checksum.ts";
import { BallotFile } from "./raft/ballot-file.ts";
import { RaftCore } from "./raft/core.ts";
import { decodeReply, decodeRequest, type Entry, type RaftReply } from "./raft/messages.ts";
import type { RaftOptions, Recovered } from "./raft/options.ts";
import type { Effects, Outgoing, ReadReady } from "./raft/outbox.ts";
import { added, describeApplied, isForTheDisk, type Batch } from "./replica-batch.ts";
import { ReplicaStorage, type LogImage } from "./replica-storage.ts";
import { Sessions, type Admission, type RequestName, type SavedSession } from "./sessions.ts";
import { snapshotDistance } from "./snapshot-distance.ts";
import { WriteAheadLog } from "./write-ahead-log.ts";

export type { RequestName } from "./sessions.ts";

/** Deterministic: the same commands in the same order give the same outputs and the same snapshot on every node. */
export interface StateMachine {
  apply(command: Json, context: ApplyContext): Json;
  /** The whole state, as JSON that is given away (never changed afterwards). Equal states give equal snapshots. */
  snapshot(): Json;
  /** Replaces the whole state by one that `snapshot` made, perhaps on another node. */
  restore(snapshot: Json): void;
}

/** Where in the replicated log a command stands. */
interface ApplyContext {
  readonly index: number;
  readonly term: number;
}

/** `not-leader` is definite: nothing happened and nothing will. `lost` is unknown: the command may still take effect. */
export type ProposeResult =
  | { readonly ok: true; readonly index: number; readonly output: Json }
  | { readonly ok: false; readonly reason: "not-leader"; readonly leader: NodeName | null }
  | { readonly ok: false; readonly reason: "lost" };

/** After `ok` the machine may be read at once, in the callback; `index`: the last command that it has applied. */
export type ReadResult =
  | { readonly ok: true; readonly index: number }
  | { readonly ok: false; readonly reason: "not-leader"; readonly leader: NodeName | null }
  | { readonly ok: false; readonly reason: "lost" };

/**
 * `linearizable`: confirmed by a majority. `lease`: the same, but without a round of calls while monotonic clocks run at
 * about the same rate. `stale`: whatever this node has applied.
 */
export type ReadMode = "linearizable" | "lease" | "stale";

export interface ReplicaOptions {
  readonly nodes: readonly NodeName[];
  readonly machine: StateMachine;
  /** Default 100. */
  readonly heartbeatMs?: number;
  /** Default 300. Followers ignore candidates for this long after they heard from a leader; lease reads rest on it. */
  readonly electionMinMs?: number;
  /** Default 600. */
  readonly electionMaxMs?: number;
  /** Time limit of one call between replicas. Default 500. */
  readonly callTimeoutMs?: number;
  /** A snapshot is taken at every multiple of this index; further on in a long log they are rarer, see `snapshotDistance`. Default 1,000. */
  readonly snapshotEveryEntries?: number;
}

export interface ReplicaStatus {
  readonly role: "leader" | "follower" | "candidate";
  readonly term: number;
  readonly leader: NodeName | null;
  readonly commitIndex: number;
  readonly appliedIndex: number;
}

/** The state in a snapshot: that of the machine, and which requests it has seen. */
type ReplicatedState = {
  readonly machine: Json;
  readonly sessions: readonly SavedSession[];
};

interface Proposal {
  readonly term: number;
  readonly done: (result: ProposeResult) => void;
}

const raftPath = "/raft";
const nothing: readonly never[] = [];
/** Commands that wait for their commit; more are refused. */
const proposalLimit = 4_096;

export class Replica {
  protected readonly environment: Environment;
  protected readonly options: ReplicaOptions;
  protected readonly sessions: Sessions = new Sessions();
  readonly #snapshotEvery: number;
  #core: RaftCore | null = null;
  #storage: ReplicaStorage | null = null;
  #appliedIndex = 0;
  #answers: readonly (() => void)[] = nothing;
  #batches: readonly Batch[] = nothing;
  #isSettling = false;
  #isSaving = false;
  #wantsImage = false;
  readonly #proposals = new Map<number, Proposal>();
  readonly #reads = new Map<number, (result: ReadResult) => void>();
  #ticketCount = 0;
  #timer: { readonly id: TimerId; readonly at: number } | null = null;
  #isStopped = false;

  constructor(environment: Environment, options: ReplicaOptions) {
    this.environment = environment;
    this.options = options;
    this.#snapshotEvery = options.snapshotEveryEntries ?? 1_000;
  }

  /** Recovers from the disk and takes part; resolves when it has recovered (not: when there is a leader). */
  async start(): Promise<void> {
    const storage = new ReplicaStorage(this.createBallotFile(), this.createLog());
    const recovered = await storage.recover();
    if (recovered.snapshot !== null) this.#restore(recovered.snapshot.state, recovered.snapshot.position.index);
    this.#storage = storage;
    this.#core = this.createCore(this.coreOptions(), recovered);
    this.#settle();
  }

  /** Hands leadership over, if there is any, and waits until nothing is on its way to the disk. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    if (this.#timer !== null) this.environment.timers.cancel(this.#timer.id);
    this.#core?.transferLeadership(null);
    this.#settle();
    await new Promise<void>((resolve) => {
      this.#answers = added(this.#answers, resolve);
      this.#settle();
    });
  }

  /** True if the exchange was for the replica (path `/raft`); it is then answered. */
  handle(request: Exchange, from: NodeName, answer: Answer): boolean {
    if (request.path !== raftPath) return false;
    const { body } = request;
    if (this.#core === null || body === undefined || body instanceof Uint8Array) {
      answer({ status: 503 });
      return true;
    }
    const reply: RaftReply = this.#core.receive(from, decodeRequest(body));
    this.#answers = added(this.#answers, () => answer({ status: 200, body: reply }));
    this.#settle();
    return true;
  }

  /** `done` runs once, always, unless this incarnation dies first. */
  propose(command: Json, session: RequestName | null, done: (result: ProposeResult) => void): void {
    const core = this.#core;
    const index = this.#proposals.size < proposalLimit ? (core?.propose(command, session) ?? null) : null;
    if (core === null || index === null) return done({ ok: false, reason: "not-leader", leader: core?.status.leader ?? null });
    this.#proposals.set(index, { term: core.status.term, done });
    // While the disk is busy nothing can come of it: what is proposed meanwhile shares a write, a fact and the calls to the followers.
    if (!this.#isSaving) this.#settle();
  }

  /** `done` runs once, always, unless this incarnation dies first. */
  read(mode: ReadMode, done: (result: ReadResult) => void): void {
    const core = this.#core;
    if (mode === "stale" && core !== null) return done({ ok: true, index: this.#appliedIndex });
    if (mode === "stale" || core === null) return done({ ok: false, reason: "not-leader", leader: null });
    const ticket = this.#ticketCount++;
    this.#reads.set(ticket, done);
    core.read(ticket, mode);
    if (!this.#isSaving || mode === "lease") this.#settle();
  }

  status(): ReplicaStatus {
    if (this.#core === null) return { role: "follower", term: 0, leader: null, commitIndex: 0, appliedIndex: 0 };
    const { role, term, leader, commitIndex } = this.#core.status;
    return { role: role === "pre-candidate" ? "candidate" : role, term, leader, commitIndex, appliedIndex: this.#appliedIndex };
  }

  /** Asks another node to take over; nothing happens unless this node leads and the other one is up to date. */
  transferLeadership(to: NodeName): void {
    this.#core?.transferLeadership(to);
    this.#settle();
  }

  // Parts, for subclasses that replace one.

  protected createCore(options: RaftOptions, recovered: Recovered): RaftCore {
    return new RaftCore(options, recovered);
  }

  protected createLog(): WriteAheadLog {
    return new WriteAheadLog(this.environment, "raft");
  }

  protected createBallotFile(): BallotFile {
    return new BallotFile(this.environment);
  }

  /** What leases are measured with. The wall clock may be set back, and then a lease would not end. */
  protected leaseNow(): number {
    return this.environment.clock.monotonic();
  }

  protected admit(request: RequestName): Admission {
    return this.sessions.admit(request);
  }

  /** Sessions belong to the state: a snapshot without them would let a retry take effect again. */
  protected savedSessions(): readonly SavedSession[] {
    return this.sessions.snapshot();
  }

  private coreOptions(): RaftOptions {
    const { clock, self, random, probe } = this.environment;
    const { nodes, heartbeatMs = 100, electionMinMs = 300, electionMaxMs = 600 } = this.options;
    const clocks = { now: () => clock.monotonic(), leaseNow: () => this.leaseNow() };
    return {
      self,
      nodes,
      timings: { heartbeatMs, electionMinMs, electionMaxMs },
      clocks,
      random: random.fork("raft"),
      wantsSmallCalls: () => probe.fault("raft.small-calls", 0.5),
    };
  }

  /** Carries out everything that the core has decided. Callbacks may ask for more meanwhile: the loop goes on with it. */
  #settle(): void {
    const core = this.#core;
    if (core === null || this.#isSettling) return;
    this.#isSettling = true;
    for (let effects = core.take(); effects !== null || this.#answers.length > 0; effects = core.take()) {
      const batch: Batch = { effects, answers: this.#answers, end: core.log.end };
      this.#answers = nothing;
      this.#batches = added(this.#batches, batch);
      if (effects !== null) this.#carryOut(effects);
    }
    this.#loseProposals(core);
    this.#isSettling = false;
    this.#save(core);
    this.#arm(core);
  }

  /** The part of the effects that need not wait for the disk: what is committed is on the disks of a majority. */
  #carryOut({ restore, apply, applyFrom, reads }: Effects): void {
    if (restore !== null) {
      this.#restore(restore.state, restore.position.index);
      this.#wantsImage = true;
    }
    if (apply.length > 0) this.environment.probe.fact("raft.applied", describeApplied(applyFrom, apply));
    let index = applyFrom;
    for (const entry of apply) this.#apply(index++, entry);
    for (const ready of reads) this.#answerRead(ready);
  }

  #apply(index: number, entry: Entry): void {
    assert(index === this.#appliedIndex + 1, `entry ${index} is to be applied after ${this.#appliedIndex}`);
    this.#appliedIndex = index;
    const result = this.#execute(index, entry);
    const proposal = this.#proposals.get(index);
    this.#proposals.delete(index);
    proposal?.done(proposal.term === entry.term ? result : { ok: false, reason: "lost" });
    this.environment.probe.mark("replica.applied", { index });
    if (index % snapshotDistance(index, this.#snapshotEvery) === 0) this.#capture(index);
  }

  #execute(index: number, { term, kind, command, session }: Entry): ProposeResult {
    if (kind === "no-op") return { ok: true, index, output: null };
    const admission: Admission = session === null ? { kind: "new" } : this.admit(session);
    if (admission.kind === "forgotten") return { ok: false, reason: "lost" };
    if (admission.kind === "repeated") return { ok: true, index, output: admission.output };
    const output = this.options.machine.apply(command, { index, term });
    if (session !== null) this.sessions.remember(session, output);
    return { ok: true, index, output };
  }

  /** All replicas capture at the same indices, so that their states can be compared. */
  #capture(index: number): void {
    const state: ReplicatedState = { machine: this.options.machine.snapshot(), sessions: this.savedSessions() };
    this.#core?.compact(index, state, { retainedCount: Math.floor(snapshotDistance(index, this.#snapshotEvery) / 4) });
    this.#wantsImage = true;
    this.environment.probe.fact("replica.captured", { index, hash: hashJson(state) });
  }

  #restore(saved: Json, index: number): void {
    // Only `#capture` makes such states; their bytes are vouched for by checksums.
    const state = saved as ReplicatedState;
    this.options.machine.restore(state.machine);
    this.sessions.restore(state.sessions);
    this.#appliedIndex = index;
  }

  #answerRead({ ticket, index }: ReadReady): void {
    const done = this.#reads.get(ticket);
    this.#reads.delete(ticket);
    if (index === null) return done?.({ ok: false, reason: "not-leader", leader: this.#core?.status.leader ?? null });
    assert(index <= this.#appliedIndex, `a read of ${index} was released at ${this.#appliedIndex}`);
    done?.({ ok: true, index: this.#appliedIndex });
  }

  /** Whoever stopped leading does not learn what becomes of its proposals. */
  #loseProposals(core: RaftCore): void {
    if (this.#proposals.size === 0) return;
    const { role, term } = core.status;
    for (const [index, proposal] of this.#proposals) {
      if (role === "leader" && proposal.term === term) continue;
      this.#proposals.delete(index);
      proposal.done({ ok: false, reason: "lost" });
    }
  }

  /** Batches leave in order, each when it is on the disk; those that wait meanwhile share the next write. */
  #save(core: RaftCore): void {
    while (!this.#isSaving && this.#batches.length > 0) {
      const group = this.#batches;
      this.#batches = nothing;
      // Most have nothing to save; while nothing is being saved they need not wait for anything.
      if (!this.#wantsImage && !group.some(isForTheDisk)) {
        this.#saved(core, group);
        continue;
      }
      this.#isSaving = true;
      const ballot = group.findLast((batch) => batch.effects?.ballot)?.effects?.ballot ?? null;
      const records = group.flatMap((batch) => batch.effects?.records ?? []);
      const image = this.#wantsImage ? this.#image(core) : null;
      this.#wantsImage = false;
      this.#storage?.save({ ballot, image, records }, () => {
        if (image !== null) this.environment.probe.mark("replica.snapshot-saved", { index: image.snapshot?.position.index ?? 0 });
        this.#saved(core, group);
      });
    }
  }

  #saved(core: RaftCore, group: readonly Batch[]): void {
    this.#isSaving = false;
    for (const batch of group) {
      core.persisted(batch.end);
      this.#release(batch);
    }
    this.#settle();
  }

  #release({ effects, answers }: Batch): void {
    for (const answer of answers) answer();
    if (effects === null) return;
    for (const outgoing of effects.sends) this.#send(outgoing);
    for (const { as, kind, data } of effects.observations) {
      if (as === "fact") this.environment.probe.fact(kind, data);
      else this.environment.probe.mark(kind, data);
    }
  }

  #send(outgoing: Outgoing): void {
    const request: Exchange = { method: "POST", path: raftPath, body: outgoing.request };
    this.environment.network.call(outgoing.to, request, { timeoutMs: this.options.callTimeoutMs ?? 500 }, (error, reply) => {
      const body = reply?.body;
      if (error !== null || body === undefined || body instanceof Uint8Array) this.#core?.failed(outgoing);
      else this.#core?.replied(outgoing, decodeReply(body));
      this.#settle();
    });
  }

  #image(core: RaftCore): LogImage {
    const snapshot = core.latestSnapshot;
    const from = (snapshot?.position.index ?? core.log.base.index) + 1;
    return { snapshot, entries: core.log.slice(from, Number.POSITIVE_INFINITY), isDoubtful: core.status.isDoubtful };
  }

  /** One timer, set again when it fires: heartbeats move the deadline without touching it. */
  #arm(core: RaftCore): void {
    if (this.#isStopped) return;
    const { deadline } = core;
    if (this.#timer !== null && this.#timer.at <= deadline) return;
    if (this.#timer !== null) this.environment.timers.cancel(this.#timer.id);
    const now = this.environment.clock.monotonic();
    // Whole milliseconds, and at least one: a timer that fires a moment early must not spin.
    const id = this.environment.timers.after(Math.max(1, Math.ceil(deadline - now)), () => {
      this.#timer = null;
      if (this.environment.clock.monotonic() >= core.deadline) core.tick();
      this.#settle();
    });
    this.#timer = { id, at: deadline };
  }
}
