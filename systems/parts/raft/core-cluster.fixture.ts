// Raft cores without any runtime: messages, disks and time are lists that a test moves by hand. For transcripts and properties.
import type { Fact } from "../../../harness/history.ts";
import type { Json, JsonObject } from "../../../harness/json.ts";
import type { NodeName } from "../../../harness/operation.ts";
import { seededRandom } from "../../../harness/random.ts";
import type { Violation } from "../../../harness/system.ts";
import { RaftCore } from "./core.ts";
import { hashJson } from "../checksum.ts";
import { raftInvariants } from "./invariants.ts";
import type { LogEnd } from "./log.ts";
import type { Ballot, Entry, RaftReply, Snapshot } from "./messages.ts";
import type { RaftOptions, Recovered } from "./options.ts";
import type { Effects, LogRecord, Outgoing } from "./outbox.ts";

/** A request on its way (`reply` undefined), or a reply on its way back. */
export interface Flying {
  readonly id: number;
  readonly from: NodeName;
  readonly to: NodeName;
  readonly sent: Outgoing;
  /** Incarnation of the sender of the request. */
  readonly incarnation: number;
  readonly reply?: RaftReply;
}

interface Batch {
  readonly effects: Effects | null;
  readonly replies: readonly (() => void)[];
  readonly end: LogEnd;
}

interface Disk {
  ballot: Ballot;
  snapshot: Snapshot | null;
  entries: Entry[];
  isDoubtful: boolean;
}

interface Member {
  core: RaftCore;
  incarnation: number;
  readonly disk: Disk;
  batches: Batch[];
  applied: Json[];
  appliedIndex: number;
  replies: (() => void)[];
}

export type CoreFactory = (options: RaftOptions, recovered: Recovered) => RaftCore;

export interface CoreClusterOptions {
  readonly nodes: readonly NodeName[];
  readonly seed: string;
  readonly createCore?: CoreFactory;
  /** Effects are durable at once. Default false: `persist` does it. */
  readonly persistsAtOnce?: boolean;
  /** A snapshot at every multiple of this index. Default: none. */
  readonly snapshotEvery?: number;
  /** Asked at every call. Default: never. */
  readonly wantsSmallCalls?: () => boolean;
  /** Called with whatever happens, in words. */
  readonly onEvent?: (text: string) => void;
}

export class CoreCluster {
  readonly members: Map<NodeName, Member> = new Map<NodeName, Member>();
  flying: Flying[] = [];
  nowMs = 0;
  readonly violations: Violation[] = [];
  readonly #options: CoreClusterOptions;
  readonly #judges: readonly { readonly facts: readonly string[]; readonly judge: ReturnType<ReturnType<typeof raftInvariants>[number]["start"]> }[];
  #messageCount = 0;
  #factCount = 0;

  constructor(options: CoreClusterOptions) {
    this.#options = options;
    this.#judges = raftInvariants(["test"]).map((invariant) => ({ facts: invariant.facts, judge: invariant.start() }));
    for (const name of options.nodes) {
      const disk: Disk = { ballot: { term: 0, votedFor: null }, snapshot: null, entries: [], isDoubtful: false };
      this.members.set(name, { core: this.#start(name, 1, disk), incarnation: 1, disk, batches: [], applied: [], appliedIndex: 0, replies: [] });
      this.settle(name);
    }
  }

  /** The first one, in words. */
  get violation(): string | undefined {
    return this.violations[0]?.explanation;
  }

  member(name: NodeName): Member {
    const member = this.members.get(name);
    if (member === undefined) throw new Error(`no node ${name}`);
    return member;
  }

  tick(name: NodeName): void {
    this.member(name).core.tick();
    this.settle(name);
  }

  propose(name: NodeName, command: Json): void {
    const index = this.member(name).core.propose(command, null);
    this.#tell(index === null ? `${name} refuses ${JSON.stringify(command)}` : `${name} takes ${JSON.stringify(command)} as ${index}`);
    this.settle(name);
  }

  read(name: NodeName, mode: "linearizable" | "lease"): void {
    this.member(name).core.read(this.#messageCount++, mode);
    this.settle(name);
  }

  transfer(name: NodeName, to: NodeName): void {
    this.member(name).core.transferLeadership(to);
    this.settle(name);
  }

  /** Hands over one message; a request makes a reply, which flies when the receiver's disk allows. */
  deliver(message: Flying): void {
    this.flying = this.flying.filter((other) => other !== message);
    const receiver = this.member(message.to);
    if (message.reply !== undefined) {
      if (message.incarnation === receiver.incarnation) receiver.core.replied(message.sent, message.reply);
    } else {
      const reply = receiver.core.receive(message.from, message.sent.request);
      receiver.replies.push(() => this.#fly({ ...message, from: message.to, to: message.from, reply }));
    }
    this.settle(message.to);
  }

  /** Loses one message; the caller hears of it. */
  lose(message: Flying): void {
    this.flying = this.flying.filter((other) => other !== message);
    const caller = message.reply === undefined ? message.from : message.to;
    const member = this.member(caller);
    if (message.incarnation === member.incarnation) member.core.failed(message.sent);
    this.settle(caller);
  }

  /** The oldest batch of effects reaches the disk and is released. */
  persist(name: NodeName): void {
    const member = this.member(name);
    const batch = member.batches.shift();
    if (batch === undefined) return;
    if (batch.effects !== null) save(member, batch.effects);
    member.core.persisted(batch.end);
    for (const reply of batch.replies) reply();
    for (const sent of batch.effects?.sends ?? []) this.#fly({ id: 0, from: name, to: sent.to, sent, incarnation: member.incarnation });
    for (const { as, kind, data } of batch.effects?.observations ?? []) if (as === "fact") this.#fact(name, kind, data);
    this.settle(name);
  }

  /** The node dies, with everything that is not on its disk, and comes back. `losesTail`: the last entry is damaged, too. */
  restart(name: NodeName, options: { readonly losesTail?: boolean } = {}): void {
    const member = this.member(name);
    if (options.losesTail === true && member.disk.entries.length > 0) {
      member.disk.entries.pop();
      member.disk.isDoubtful = true;
    }
    member.incarnation++;
    member.batches = [];
    member.replies = [];
    member.applied = [...((member.disk.snapshot?.state ?? []) as Json[])];
    member.appliedIndex = member.disk.snapshot?.position.index ?? 0;
    member.core = this.#start(name, member.incarnation, member.disk);
    // Streams belong to an incarnation: what was under way to it is reset.
    for (const message of this.flying.filter((flying) => flying.to === name)) this.lose(message);
    this.settle(name);
  }

  settle(name: NodeName): void {
    const member = this.member(name);
    const { core } = member;
    for (let effects = core.take(); effects !== null || member.replies.length > 0; effects = core.take()) {
      member.batches.push({ effects, replies: member.replies.splice(0), end: core.log.end });
      if (effects !== null) this.#apply(name, effects);
    }
    if (this.#options.persistsAtOnce === true && member.batches.length > 0) this.persist(name);
  }

  #start(name: NodeName, incarnation: number, disk: Disk): RaftCore {
    const clock = (): number => this.nowMs;
    const options: RaftOptions = {
      self: name,
      nodes: this.#options.nodes,
      timings: { heartbeatMs: 100, electionMinMs: 300, electionMaxMs: 600 },
      clocks: { now: clock, leaseNow: clock },
      random: seededRandom(`${this.#options.seed} ${name} ${incarnation}`),
      wantsSmallCalls: this.#options.wantsSmallCalls ?? (() => false),
    };
    const recovered: Recovered = { ballot: disk.ballot, snapshot: disk.snapshot, entries: [...disk.entries], isDoubtful: disk.isDoubtful };
    return this.#options.createCore?.(options, recovered) ?? new RaftCore(options, recovered);
  }

  #apply(name: NodeName, { restore, apply, applyFrom, reads }: Effects): void {
    const member = this.member(name);
    if (restore !== null) {
      member.applied = [...(restore.state as Json[])];
      member.appliedIndex = restore.position.index;
    }
    for (const [offset, entry] of apply.entries()) {
      const index = applyFrom + offset;
      if (entry.kind === "command") member.applied.push(entry.command);
      member.appliedIndex = index;
      this.#tell(`${name} applies ${index}: ${entry.kind === "no-op" ? "no-op" : JSON.stringify(entry.command)}`);
      this.#fact(name, "raft.applied", { from: index, terms: [entry.term], hashes: [hashJson(entry.command)] });
      if (this.#options.snapshotEvery !== undefined && index % this.#options.snapshotEvery === 0) this.#capture(name, index);
    }
    for (const { index } of reads) this.#tell(index === null ? `${name} cannot confirm a read` : `${name} answers a read at ${index}`);
  }

  #capture(name: NodeName, index: number): void {
    const member = this.member(name);
    member.core.compact(index, [...member.applied], { retainedCount: 1 });
    this.#fact(name, "replica.captured", { index, hash: JSON.stringify(member.applied) });
  }

  #fly(message: Flying): void {
    const flying = { ...message, id: ++this.#messageCount };
    this.flying.push(flying);
    this.#tell(describe(flying));
  }

  #fact(node: NodeName, kind: string, data: JsonObject): void {
    const index = this.#factCount++;
    const fact: Fact = { index, timeNs: index, node, incarnation: this.members.get(node)?.incarnation ?? 1, kind, data };
    if (kind === "raft.leader" || kind === "raft.committed")
      this.#tell(
        `${node} ${kind} t${JSON.stringify(data["term"])} ${kind === "raft.leader" ? "after" : "up to"} ${JSON.stringify(data["lastIndex"] ?? data["index"])}`,
      );
    for (const { facts, judge } of this.#judges) {
      const violation = facts.includes(kind) ? judge.observe(fact) : undefined;
      if (violation !== undefined) this.violations.push(violation);
    }
  }

  #tell(text: string): void {
    this.#options.onEvent?.(text);
  }
}

/** What a write-ahead log would bring back. */
function save({ disk, core }: Member, effects: Effects): void {
  if (effects.ballot !== null) disk.ballot = effects.ballot;
  const base = disk.snapshot?.position.index ?? 0;
  for (const record of effects.records) saveRecord(disk, record, base);
  const snapshot = core.latestSnapshot;
  if (snapshot !== null && snapshot.position.index > base) {
    disk.snapshot = snapshot;
    disk.entries = core.log.slice(snapshot.position.index + 1, Number.POSITIVE_INFINITY);
  }
}

function saveRecord(disk: Disk, record: LogRecord, base: number): void {
  if (record.kind !== "entries") disk.isDoubtful = record.kind === "doubt";
  else disk.entries.splice(Math.max(0, record.from - base - 1), Number.POSITIVE_INFINITY, ...record.entries.slice(Math.max(0, base + 1 - record.from)));
}

function describe({ id, from, to, sent, reply }: Flying): string {
  return `  #${id} ${from} -> ${to} ${reply === undefined ? describeRequest(sent) : describeReply(reply)}`;
}

function describeRequest({ request }: Outgoing): string {
  switch (request.type) {
    case "append":
      return `append t${request.term} after ${request.previousIndex}/t${request.previousTerm} [${request.entries.map((entry) => `t${entry.term} ${JSON.stringify(entry.command)}`).join(", ")}] commit ${request.commitIndex}`;
    case "snapshot":
      return `snapshot t${request.term} up to ${request.snapshot.position.index}`;
    case "take-over":
      return `take-over t${request.term}`;
    case "pre-vote":
    case "vote":
      return `${request.type} t${request.term} with ${request.lastIndex}/t${request.lastTerm}`;
  }
}

function describeReply(reply: RaftReply): string {
  if (reply.type === "vote") return `${reply.isGranted ? "granted" : "denied"} t${reply.term}`;
  if (reply.type === "take-over") return `noted t${reply.term}`;
  if (reply.result === "matched") return `matched ${reply.matchIndex} t${reply.term}`;
  return reply.result === "refused" ? `refused t${reply.term}` : `conflict t${reply.term}, try ${reply.conflictIndex} (t${reply.conflictTerm ?? "-"})`;
}
