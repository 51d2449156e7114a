// The `raft` variant: shards live in one replicated log; every add carries its request id, so that a retry counts once.
import type { Answer, Exchange } from "../../harness/environment.ts";
import type { Json, JsonObject } from "../../harness/json.ts";
import type { NodeName } from "../../harness/operation.ts";
import { hashString } from "../../harness/random.ts";
import { Replica, type ProposeResult } from "../parts/replica.ts";
import { CounterMachine, type CounterAnswer, type CounterCommand } from "./machine.ts";
import { done, redirect, unavailable, unknown } from "./messages.ts";
import { CounterNode, type CounterChange, type CounterRead } from "./node.ts";

/** How often a leader looks whether a reshard that a former leader began is still moving. */
const moverPeriodMs = 500;
/** An add whose shard moved away is routed again this often before the client is asked to. */
const routeLimit = 4;
const snapshotEveryEntries = 16;

/** A total and the moment (this node's monotonic clock) at which the read that found it began. */
interface Cached {
  readonly value: string;
  readonly asOfMs: number;
}

export class RaftCounterNode extends CounterNode {
  protected machine: CounterMachine = this.createMachine();
  protected replica: Replica | null = null;
  protected cached: Cached | null = null;

  override async stop(): Promise<void> {
    await this.replica?.stop();
  }

  protected createMachine(): CounterMachine {
    return new CounterMachine();
  }

  protected createReplica(): Replica {
    return new Replica(this.environment, { nodes: this.options.nodes, machine: this.machine, snapshotEveryEntries });
  }

  protected async recover(): Promise<void> {
    this.replica = this.createReplica();
    await this.replica.start();
    this.environment.timers.every(moverPeriodMs, () => this.moveShards());
  }

  protected override handlePeer(request: Exchange, from: NodeName, answer: Answer): boolean {
    return this.replica?.handle(request, from, answer) ?? false;
  }

  protected change(request: CounterChange, answer: Answer): void {
    this.propose(request, answer, routeLimit);
  }

  protected read(request: CounterRead, answer: Answer): void {
    if (request.kind === "read" && this.isFresh(request.maxStaleMs)) return answer({ status: 200, body: { value: this.cached?.value ?? "0" } });
    const beganMs = this.environment.clock.monotonic();
    this.replica?.read("linearizable", (result) => {
      if (!result.ok) return answer(redirect(this.replica?.status().leader ?? null));
      const value = this.total();
      this.cached = { value, asOfMs: beganMs };
      answer({ status: 200, body: request.kind === "likes" ? { value: this.machine.likeCount() } : { value, ...this.machine.describe() } });
    });
  }

  protected total(): string {
    return this.machine.total();
  }

  /** Whether the cached total may answer a read that accepts totals of this age. */
  protected isFresh(maxStaleMs: number): boolean {
    return maxStaleMs > 0 && this.cached !== null && this.environment.clock.monotonic() - this.cached.asOfMs <= maxStaleMs;
  }

  protected commandFor(request: CounterChange): CounterCommand {
    if (request.kind !== "add") return request;
    const { client, sequence, delta } = request;
    return { kind: "add", client, sequence, delta, ...this.machine.route(hashString(`${client}:${sequence}`)) };
  }

  protected isReady(): boolean {
    return (this.replica?.status().leader ?? null) !== null;
  }

  protected inspect(): JsonObject {
    const status = this.replica?.status();
    return { role: status?.role ?? "starting", term: status?.term ?? 0, ...this.machine.describe() };
  }

  private propose(request: CounterChange, answer: Answer, routesLeft: number): void {
    this.replica?.propose(json(this.commandFor(request)), null, (result) => {
      const answered = result.ok ? (result.output as unknown as CounterAnswer) : null;
      if (answered?.status === "moved" && routesLeft > 1) return this.propose(request, answer, routesLeft - 1);
      if (answered?.status === "done") this.moveShards();
      answer(replyTo(result, answered));
    });
  }

  private moveShards(): void {
    const next = this.machine.nextMove();
    if (next === null || this.replica?.status().role !== "leader") return;
    this.environment.probe.mark("counter.shard-moving");
    this.replica.propose(json(next), null, (result) => {
      if (result.ok) this.moveShards();
    });
  }
}

function replyTo(result: ProposeResult, answered: CounterAnswer | null): ReturnType<typeof redirect> {
  if (result.ok) return answered?.status === "done" ? done : unavailable;
  return result.reason === "not-leader" ? redirect(result.leader) : unknown;
}

/** Commands are JSON by construction; an interface just has no index signature to say so. */
function json(command: CounterCommand): Json {
  return command as unknown as Json;
}
