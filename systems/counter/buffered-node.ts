// The `buffered` variant: an add is acknowledged when the node's own journal has it, and flushed in numbered batches to the
// replicated total, where a batch counts once however often it is sent.
import type { Answer, Exchange, Reply } from "../../harness/environment.ts";
import type { Json, JsonObject } from "../../harness/json.ts";
import type { NodeName } from "../../harness/operation.ts";
import { Replica } from "../parts/replica.ts";
import { JournaledCounterNode, type JournalRecord } from "./journaled-node.ts";
import { CounterMachine, type CounterAnswer } from "./machine.ts";
import { badRequest, done, redirect, unavailable, unknown } from "./messages.ts";
import type { CounterRead } from "./node.ts";

const flushPeriodMs = 200;
const flushTimeoutMs = 1000;
const snapshotEveryEntries = 16;

/** What the leader tells a node: the replicated total, and which of the node's batches are in it. */
interface Total {
  readonly value: string;
  readonly batch: number;
}

interface Batch {
  readonly batch: number;
  readonly delta: bigint;
}

/** Flushed batches are kept this long, because a total that is on its way here may be older than the flush. */
const keptBatchCount = 64;

export class BufferedCounterNode extends JournaledCounterNode {
  protected readonly machine: CounterMachine = new CounterMachine();
  #replica: Replica | null = null;
  /** Adds in no batch yet. */
  #open = 0n;
  /** The newest batches, oldest first; those up to `#flushed` are in the replicated total. */
  #batches: Batch[] = [];
  #lastBatch = 0;
  #flushed = 0;
  #isFlushing = false;

  override async stop(): Promise<void> {
    await this.#replica?.stop();
  }

  protected override async recover(): Promise<void> {
    await super.recover();
    this.#replica = this.createReplica();
    await this.#replica.start();
    this.environment.timers.every(flushPeriodMs, () => this.flush());
  }

  protected createReplica(): Replica {
    return new Replica(this.environment, { nodes: this.options.nodes, machine: this.machine, snapshotEveryEntries });
  }

  protected override replay(record: JournalRecord): void {
    super.replay(record);
    if (record.kind === "batch") this.closeBatch({ batch: record.batch, delta: BigInt(record.delta) });
    if (record.kind === "flushed") this.noteFlushed(record.batch);
  }

  protected count(delta: bigint): void {
    this.#open += delta;
  }

  protected override handlePeer(request: Exchange, from: NodeName, answer: Answer): boolean {
    if (this.#replica?.handle(request, from, answer) === true) return true;
    if (request.path === "/internal/flush") this.applyBatch(request.body as JsonObject, answer);
    else if (request.path === "/internal/total") this.answerTotal(request.query?.["owner"] ?? from, answer);
    else return false;
    return true;
  }

  protected read(request: CounterRead, answer: Answer): void {
    if (request.kind !== "read") return answer(badRequest);
    this.ask({ method: "GET", path: "/internal/total", query: { owner: this.batchOwner() } }, (reply) => {
      if (reply?.status !== 200) return answer(unavailable);
      const { value, batch } = reply.body as unknown as Total;
      answer({ status: 200, body: { value: (BigInt(value) + this.unflushed(batch)).toString() } });
    });
  }

  protected isReady(): boolean {
    return (this.#replica?.status().leader ?? null) !== null;
  }

  protected inspect(): JsonObject {
    const status = this.#replica?.status();
    return {
      role: status?.role ?? "starting",
      term: status?.term ?? 0,
      open: this.#open.toString(),
      batches: this.#batches.length,
      ...this.machine.describe(),
    };
  }

  /** Adds acknowledged here that a total with our batches up to this one does not hold. */
  protected unflushed(batch: number): bigint {
    return this.#batches.reduce((sum, waiting) => (waiting.batch > batch ? sum + waiting.delta : sum), this.#open);
  }

  /** The name under which the replicated total recognises a batch that it has already counted. */
  protected batchOwner(): string {
    return this.environment.self;
  }

  private flush(): void {
    if (this.#isFlushing) return;
    if (this.#lastBatch > this.#flushed) return this.sendOldest();
    if (this.#open === 0n) return;
    this.#isFlushing = true;
    const closing = { batch: this.#lastBatch + 1, delta: this.#open };
    this.closeBatch(closing);
    // What a batch holds is durable before it leaves: after a restart it is sent again with the same amount.
    this.persist({ kind: "batch", batch: closing.batch, delta: closing.delta.toString() }, () => {
      this.environment.probe.mark("counter.batch-closed");
      this.sendOldest();
    });
  }

  private sendOldest(): void {
    this.#isFlushing = true;
    const oldest = this.#batches.find((waiting) => waiting.batch > this.#flushed);
    if (oldest === undefined) return this.pauseFlushing();
    const body = { client: this.batchOwner(), sequence: oldest.batch, delta: oldest.delta.toString() };
    this.ask({ method: "POST", path: "/internal/flush", body }, (reply) => {
      if (reply?.status !== 200) return this.pauseFlushing();
      this.environment.probe.mark("counter.batch-flushed");
      this.persist({ kind: "flushed", batch: oldest.batch }, () => {
        this.noteFlushed(oldest.batch);
        this.pauseFlushing();
      });
    });
  }

  private pauseFlushing(): void {
    this.#isFlushing = false;
  }

  private closeBatch(closing: Batch): void {
    this.#batches.push(closing);
    this.#open -= closing.delta;
    this.#lastBatch = closing.batch;
  }

  private noteFlushed(batch: number): void {
    this.#flushed = batch;
    this.#batches = this.#batches.filter((kept) => kept.batch > batch - keptBatchCount);
  }

  /** Asks whoever leads, this node included. Null: nobody answered. */
  private ask(request: Exchange, answered: (reply: Reply | null) => void): void {
    const leader = this.#replica?.status().leader ?? null;
    if (leader === null) return answered(null);
    if (leader === this.environment.self) return void this.handlePeer(request, leader, answered);
    this.environment.network.call(leader, request, { timeoutMs: flushTimeoutMs }, (_error, reply) => answered(reply));
  }

  private applyBatch(batch: JsonObject, answer: Answer): void {
    this.#replica?.propose({ ...batch, kind: "add", ...this.machine.route(Number(batch["sequence"])) }, null, (result) => {
      if (!result.ok) return answer(result.reason === "lost" ? unknown : redirect(result.leader));
      answer((result.output as unknown as CounterAnswer).status === "done" ? done : unavailable);
    });
  }

  private answerTotal(owner: string, answer: Answer): void {
    this.#replica?.read("linearizable", (result) => {
      if (!result.ok) return answer(unavailable);
      const total: Total = { value: this.machine.total(), batch: this.machine.sequenceOf(owner) };
      answer({ status: 200, body: total as unknown as Json });
    });
  }
}
