// The `central-block` variant: every node serves from blocks of numbers that it leased through the replicated log. Cheap and
// available until the block ends; in return ids of different nodes do not grow in real time.
import type { Answer, Environment, Exchange } from "../../harness/environment.ts";
import type { Json, JsonObject } from "../../harness/json.ts";
import type { NodeName } from "../../harness/operation.ts";
import type { NodeOptions } from "../../harness/system.ts";
import { BlockStock } from "./block-stock.ts";
import { Coordinator } from "./coordinator.ts";
import { waitLimitMs, type GenerateAnswer, type GenerateRequest, type IdSource } from "./id-source.ts";
import { allocate, allocationOf, NumberMachine } from "./number-machine.ts";
import { tokenNumber } from "./numbers.ts";
import { WaitingRoom } from "./waiting-room.ts";

const blockSize = 200;
/** With less than this in stock the next block is fetched, so that requests seldom wait. */
const lowStock = 100n;
const leaseTimeoutMs = 900;
const pauseMs = 50;

export class BlockSource implements IdSource {
  protected readonly environment: Environment;
  protected readonly machine: NumberMachine = new NumberMachine();
  protected readonly coordinator: Coordinator<NumberMachine>;
  protected readonly stock: BlockStock;
  private readonly waiting: WaitingRoom;
  private isLeasing = false;
  /** When the newest block was asked for (monotonic): ids that anybody had by then are below it. */
  private newestAskedMs = -1;

  constructor(environment: Environment, options: NodeOptions) {
    this.environment = environment;
    this.coordinator = this.createCoordinator(options);
    this.stock = this.createStock();
    this.waiting = new WaitingRoom(environment, { limitMs: waitLimitMs, refusal: (request) => this.refusal(request) });
  }

  async start(): Promise<void> {
    await this.coordinator.start();
    this.environment.timers.every(pauseMs, () => this.replenish());
  }

  stop(): Promise<void> {
    return this.coordinator.stop();
  }

  generate(request: GenerateRequest, done: (answer: GenerateAnswer) => void): void {
    const answer = this.answerNow(request);
    if (answer === null) this.waiting.enter(request, done);
    this.replenish();
    if (answer !== null) done(answer);
  }

  handlePeer(request: Exchange, from: NodeName, answer: Answer): boolean {
    return this.coordinator.handle(request, from, answer);
  }

  isReady(): boolean {
    return this.stock.left > 0n;
  }

  inspect(): JsonObject {
    const { role, term } = this.coordinator.status();
    return { role, term, next: this.machine.next.toString(), stock: this.stock.left.toString(), waitingCount: this.waiting.size };
  }

  protected createCoordinator(options: NodeOptions): Coordinator<NumberMachine> {
    return new Coordinator(this.environment, { nodes: options.nodes, machine: this.machine });
  }

  protected createStock(): BlockStock {
    return new BlockStock();
  }

  /** A block in stock is this node's alone, so it may serve from it whether or not it can reach anybody. */
  protected mayServe(): boolean {
    return true;
  }

  /** Null: wait for a block. */
  private answerNow(request: GenerateRequest): GenerateAnswer | null {
    const token = tokenNumber(request.after);
    if (token === "bad") return { kind: "bad-token" };
    if (!this.mayServe()) return this.refusal(request);
    const numbers = this.stock.take(request.count, token);
    return numbers === null ? null : { kind: "ids", ids: numbers.map(String), holding: { lane: "counter", token: 0, stride: 1 } };
  }

  private refusal({ count, after }: GenerateRequest): GenerateAnswer {
    return { kind: "refused", reason: "no-block", isEntitled: after === null && this.stock.left >= BigInt(count) };
  }

  private replenish(): void {
    const wanted = BigInt(this.waiting.demand) + lowStock;
    if (this.isLeasing || (this.stock.left >= wanted && this.waiting.size === 0)) return;
    this.isLeasing = true;
    const askedMs = this.environment.clock.monotonic();
    const missing = wanted - this.stock.left;
    this.coordinator.submit(allocate(Math.max(blockSize, Number(missing))), leaseTimeoutMs, (output) => this.leased(output, askedMs));
  }

  private leased(output: Json | null, askedMs: number): void {
    this.isLeasing = false;
    const block = allocationOf(output);
    if (block === null || !this.stock.add(block.from, block.to)) return;
    this.newestAskedMs = askedMs;
    const { probe } = this.environment;
    probe.mark("sequencer.block-leased");
    probe.fact("sequencer.block", { from: block.from.toString(), to: block.to.toString() });
    this.waiting.serve(({ request, arrivedMs }) => this.answerNow(request) ?? this.hopeless(request, arrivedMs));
    if (this.waiting.size > 0) this.replenish();
  }

  /** A block asked for after the request came is above every id given before: a token above even that is none of ours. */
  private hopeless(request: GenerateRequest, arrivedMs: number): GenerateAnswer | null {
    return this.newestAskedMs >= arrivedMs && this.stock.left === 0n && request.after !== null ? { kind: "bad-token" } : null;
  }
}
