// A node of the key-value store: the replica, and the exchanges that clients make with it.
import type { Answer, Environment, Exchange } from "../../harness/environment.ts";
import type { Json, JsonObject } from "../../harness/json.ts";
import type { NodeName } from "../../harness/operation.ts";
import type { Node, NodeOptions } from "../../harness/system.ts";
import { Replica, type ProposeResult, type ReplicaOptions } from "../parts/replica.ts";
import type { KvCommand } from "./commands.ts";
import { LeaseClock } from "./lease-clock.ts";
import { KvMachine } from "./machine.ts";
import { decodeExchange, type KvRequest } from "./requests.ts";
import { Watchers } from "./watchers.ts";

/** How often the leader looks for leases that are over. */
const leasePeriodMs = 100;
/** Small, so that short runs meet snapshots and compaction; `plan.options.system` changes them. */
const defaults = { snapshotEveryEntries: 24, historyLimit: 40 };

type ReadRequest = Extract<KvRequest, { kind: "read" | "list" }>;

export class KvNode implements Node {
  protected readonly environment: Environment;
  protected readonly options: NodeOptions;
  protected readonly machine: KvMachine;
  protected readonly replica: Replica;
  protected readonly watchers: Watchers;
  readonly #leases = new LeaseClock();
  #isWatchingLeases = false;
  /** Replies by status, since the start. */
  readonly #replies = new Map<number, number>();

  constructor(environment: Environment, options: NodeOptions) {
    this.environment = environment;
    this.options = options;
    this.machine = this.createMachine(numberOf(options.parameters["historyLimit"], defaults.historyLimit));
    this.watchers = this.createWatchers();
    this.replica = this.createReplica({
      nodes: options.nodes,
      machine: { apply: (command) => this.apply(command), snapshot: () => this.machine.snapshot(), restore: (snapshot) => this.restore(snapshot) },
      snapshotEveryEntries: numberOf(options.parameters["snapshotEveryEntries"], defaults.snapshotEveryEntries),
    });
  }

  async start(): Promise<void> {
    const { probe, network } = this.environment;
    probe.state(() => this.inspect());
    await this.replica.start();
    this.watchLeases();
    network.serve((request, from, answer) => this.handle(request, from, answer));
  }

  async stop(): Promise<void> {
    await this.replica.stop();
  }

  // Parts, for subclasses that replace one.

  protected createMachine(historyLimit: number): KvMachine {
    return new KvMachine(historyLimit);
  }

  protected createReplica(options: ReplicaOptions): Replica {
    return new Replica(this.environment, options);
  }

  protected createWatchers(): Watchers {
    return new Watchers(this.environment.timers, this.machine.keys);
  }

  protected handle(request: Exchange, from: NodeName, answer: Answer): void {
    if (this.replica.handle(request, from, answer)) return;
    const counted: Answer = (reply) => {
      this.#replies.set(reply.status, (this.#replies.get(reply.status) ?? 0) + 1);
      answer(reply);
    };
    if (request.method === "GET" && this.answerOperator(request.path, counted)) return;
    const decoded = decodeExchange(request);
    if (decoded === null) counted({ status: 400, body: { error: "no such request" } });
    else if (decoded.kind === "change") this.change(decoded, counted);
    else if (decoded.kind === "watch") this.watchers.watch(decoded, counted);
    else this.read(decoded, counted);
  }

  protected change({ command, session }: Extract<KvRequest, { kind: "change" }>, answer: Answer): void {
    this.replica.propose(asJson(command), session, (result) => {
      if (result.ok) answer({ status: 200, body: result.output });
      else answer(this.replyToFailure(result));
    });
  }

  protected read(request: ReadRequest, answer: Answer): void {
    this.replica.read(request.mode, (result) => {
      if (!result.ok) answer(this.replyToFailure(result));
      else if (this.isBehind(request.revision)) answer({ status: 409, body: { error: "behind", revision: String(this.machine.keys.revision) } });
      else answer({ status: 200, body: this.view(request) });
    });
  }

  /** A session must not go back to before what it has seen. */
  protected isBehind(revision: number): boolean {
    return this.machine.keys.revision < revision;
  }

  protected inspect(): JsonObject {
    return { ...this.replica.status(), revision: this.machine.keys.revision, keys: this.machine.keys.keyCount };
  }

  private view(request: ReadRequest): JsonObject {
    const { keys } = this.machine;
    const revision = String(keys.revision);
    if (request.kind === "list") return { revision, keys: keys.keysWith(request.prefix) };
    const found = keys.find(request.key);
    return { revision, value: found?.value ?? null, modRevision: found === null ? null : String(found.revision) };
  }

  /** 421 is definite: nothing happened. After 504 nobody knows. */
  private replyToFailure(result: Extract<ProposeResult, { ok: false }>): { readonly status: number; readonly body: JsonObject } {
    if (result.reason === "lost") return { status: 504, body: { error: "lost" } };
    return { status: 421, body: { error: "not the leader", leader: result.leader } };
  }

  private apply(command: Json): Json {
    const before = this.machine.keys.revision;
    const output = this.machine.apply(command);
    if (this.machine.keys.revision !== before) this.watchers.wake();
    this.watchLeases();
    return output;
  }

  private restore(snapshot: Json): void {
    this.machine.restore(snapshot);
    this.watchers.wake();
    this.watchLeases();
  }

  /** Without leases there is no timer: most stores have none. */
  private watchLeases(): void {
    if (this.#isWatchingLeases || this.machine.locks.leaseCount === 0) return;
    this.#isWatchingLeases = true;
    this.environment.timers.after(leasePeriodMs, () => {
      this.#isWatchingLeases = false;
      this.expireLeases();
      this.watchLeases();
    });
  }

  private expireLeases(): void {
    if (this.replica.status().role !== "leader") return this.#leases.forget();
    for (const { id, renewal } of this.#leases.due(this.machine.locks.leases, this.environment.clock.monotonic())) {
      this.replica.propose(asJson({ kind: "expire", lease: id, renewal }), null, () => {});
    }
  }

  /** What people and their tools ask every node. */
  private answerOperator(path: string, answer: Answer): boolean {
    const { role, term, leader, commitIndex, appliedIndex } = this.replica.status();
    if (path === "/healthz") answer({ status: 200, body: "ok" });
    else if (path === "/readyz") answer({ status: leader === null ? 503 : 200, body: { leader } });
    else if (path === "/debug/state") answer({ status: 200, body: this.inspect() });
    else if (path === "/metrics") {
      const replies = [...this.#replies].map(([status, count]) => `kv_replies_total{status="${status}"} ${count}\n`);
      const gauges = {
        raft_term: term,
        raft_is_leader: role === "leader" ? 1 : 0,
        raft_commit_index: commitIndex,
        raft_applied_index: appliedIndex,
        kv_revision: this.machine.keys.revision,
      };
      answer({
        status: 200,
        body: `${Object.entries(gauges)
          .map(([name, value]) => `${name} ${value}\n`)
          .join("")}${replies.join("")}`,
      });
    } else return false;
    return true;
  }
}

/** Commands are JSON by construction. */
function asJson(command: KvCommand): Json {
  return command;
}

function numberOf(value: Json | undefined, fallback: number): number {
  return typeof value === "number" ? value : fallback;
}
