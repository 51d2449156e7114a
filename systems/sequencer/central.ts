// The `central` variant: one counter in a replicated log. Every answer costs a round of the log, which all requests that
// came during the last round share; in return ids grow in real time across all clients.
import type { Answer, Environment, Exchange } from "../../harness/environment.ts";
import type { Json, JsonObject } from "../../harness/json.ts";
import type { NodeName } from "../../harness/operation.ts";
import type { NodeOptions } from "../../harness/system.ts";
import type { ProposeResult } from "../parts/replica.ts";
import { Coordinator } from "./coordinator.ts";
import { largestBatch, waitLimitMs, type GenerateAnswer, type GenerateRequest, type IdSource } from "./id-source.ts";
import { allocate, allocationOf, NumberMachine } from "./number-machine.ts";
import { idsFrom, tokenNumber } from "./numbers.ts";
import { WaitingRoom, type Waiting } from "./waiting-room.ts";

export class CentralSource implements IdSource {
  protected readonly environment: Environment;
  protected readonly machine: NumberMachine = new NumberMachine();
  protected readonly coordinator: Coordinator<NumberMachine>;
  private readonly waiting: WaitingRoom;
  private isRoundUnderWay = false;

  constructor(environment: Environment, options: NodeOptions) {
    this.environment = environment;
    this.coordinator = new Coordinator(environment, { nodes: options.nodes, machine: this.machine });
    this.waiting = new WaitingRoom(environment, { limitMs: waitLimitMs, refusal: () => ({ kind: "refused", reason: "no-quorum", isEntitled: false }) });
  }

  start(): Promise<void> {
    return this.coordinator.start();
  }

  stop(): Promise<void> {
    return this.coordinator.stop();
  }

  generate(request: GenerateRequest, done: (answer: GenerateAnswer) => void): void {
    const { role, leader } = this.coordinator.status();
    if (role !== "leader") return done({ kind: "elsewhere", leader });
    this.waiting.enter(request, done);
    if (!this.isRoundUnderWay) this.round();
  }

  handlePeer(request: Exchange, from: NodeName, answer: Answer): boolean {
    return this.coordinator.handle(request, from, answer);
  }

  isReady(): boolean {
    return this.coordinator.status().leader !== null;
  }

  inspect(): JsonObject {
    const { role, term } = this.coordinator.status();
    return { role, term, next: this.machine.next.toString(), waitingCount: this.waiting.size };
  }

  /** `count` numbers that nobody else has, in order after all numbers allocated before this call. */
  protected allocate(count: number, done: (result: ProposeResult) => void): void {
    this.coordinator.execute(allocate(count), done);
  }

  /** Only requests that are here before the round begins take part: so their ids are above all that were answered before they came. */
  private round(): void {
    const batch = this.waiting.leaveTogether(largestBatch);
    if (batch.length === 0) return;
    this.isRoundUnderWay = true;
    const count = batch.reduce((sum, { request }) => sum + request.count, 0);
    this.allocate(count, (result) => {
      this.isRoundUnderWay = false;
      if (result.ok) this.hand(batch, result.output);
      else for (const { done } of batch) done(result.reason === "not-leader" ? { kind: "elsewhere", leader: result.leader } : { kind: "unknown" });
      if (!this.isRoundUnderWay) this.round();
    });
  }

  private hand(batch: readonly Waiting[], output: Json): void {
    let next = allocationOf(output)?.from ?? 0n;
    this.environment.probe.mark("sequencer.allocated");
    for (const { request, done } of batch) {
      done(answerFrom(next, request));
      next += BigInt(request.count);
    }
  }
}

/** All numbers given so far are below `from`, so a token that is not was never given. */
function answerFrom(from: bigint, request: GenerateRequest): GenerateAnswer {
  const token = tokenNumber(request.after);
  if (token === "bad" || token >= from) return { kind: "bad-token" };
  return { kind: "ids", ids: idsFrom(from, request.count), holding: { lane: "counter", token: 0, stride: 1 } };
}
