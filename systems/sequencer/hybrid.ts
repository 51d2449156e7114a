// The `hlc` variant: each node makes ids from a hybrid logical clock, above every token it is shown, and asks nobody. A
// high-water mark on disk keeps a restarted node from going back, whatever became of its clock.
import type { Environment } from "../../harness/environment.ts";
import type { JsonObject } from "../../harness/json.ts";
import type { NodeOptions } from "../../harness/system.ts";
import { HighWaterMark } from "./high-water-mark.ts";
import { decodeHybridId, encodeHybridId, HybridClock, hybridNodeCount, hybridStride, type HybridTime } from "./hybrid-clock.ts";
import { waitLimitMs, type GenerateAnswer, type GenerateRequest, type IdSource } from "./id-source.ts";
import { WaitingRoom, type Waiting } from "./waiting-room.ts";

/** How far ahead of the wall clock times are reserved on disk: a restart makes the clock jump by at most this. */
const reserveMs = 400;
/** How far ahead of need when the clock is already ahead of the wall: a node that restarts again and again must not run away. */
const aheadReserveMs = 20;
/** A token further ahead of this node's clock than this is not believed: it would drag every id into the future for good. */
const believedAheadMs = 60_000;

export class HybridSource implements IdSource {
  protected readonly environment: Environment;
  private readonly clock: HybridClock;
  private readonly mark: HighWaterMark;
  private readonly node: number;
  private readonly waiting: WaitingRoom;
  /** Times up to here may be used: they are reserved on disk. */
  private reservedMs = 0;
  private isReserving = false;

  constructor(environment: Environment, options: NodeOptions) {
    this.environment = environment;
    this.clock = this.createClock();
    this.mark = this.createMark();
    this.node = options.nodes.indexOf(environment.self);
    if (this.node < 0 || this.node >= hybridNodeCount) throw new RangeError(`${environment.self} is none of the first ${hybridNodeCount} nodes`);
    this.waiting = new WaitingRoom(environment, { limitMs: waitLimitMs, refusal: () => ({ kind: "refused", reason: "slow-disk", isEntitled: false }) });
  }

  async start(): Promise<void> {
    this.reservedMs = await this.mark.open();
    this.clock.startAbove(this.reservedMs);
    await this.reserve(this.environment.clock.wall() + reserveMs);
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  generate(request: GenerateRequest, done: (answer: GenerateAnswer) => void): void {
    const answer = this.answerNow(request);
    if (answer === null) this.waiting.enter(request, done);
    else done(answer);
  }

  handlePeer(): boolean {
    return false;
  }

  isReady(): boolean {
    return true;
  }

  inspect(): JsonObject {
    return { role: "generator", timeMs: this.clock.now.timeMs, counter: this.clock.now.counter, reservedMs: this.reservedMs };
  }

  protected createClock(): HybridClock {
    return new HybridClock();
  }

  protected createMark(): HighWaterMark {
    return new HighWaterMark(this.environment, "high-water-mark");
  }

  /** Null: the times that it needs are not reserved yet. */
  private answerNow({ count, after }: GenerateRequest): GenerateAnswer | null {
    const token = after === null ? null : decodeHybridId(after);
    if (after !== null && token === null) return { kind: "bad-token" };
    const wallMs = this.environment.clock.wall();
    if (token !== null && token.timeMs > Math.max(wallMs, this.clock.now.timeMs) + believedAheadMs)
      return { kind: "refused", reason: "token-ahead", isEntitled: false };
    // The counter holds more than the largest batch, so a request moves the time by one millisecond at most.
    const neededMs = Math.max(wallMs, this.clock.now.timeMs, token?.timeMs ?? 0) + 1;
    const untilMs = Math.max(wallMs + reserveMs, neededMs + aheadReserveMs);
    if (neededMs + reserveMs / 2 > this.reservedMs) void this.reserve(untilMs);
    if (neededMs > this.reservedMs) return null;
    return { kind: "ids", ids: this.ids(count, token), holding: { lane: `node-${this.node}`, token: this.environment.incarnation, stride: hybridStride } };
  }

  private ids(count: number, token: HybridTime | null): string[] {
    if (token !== null) this.clock.merge(token);
    const wallMs = this.environment.clock.wall();
    return Array.from({ length: count }, () => encodeHybridId(this.clock.tick(wallMs), this.node));
  }

  /** One at a time; what waits is tried again afterwards, and asks for more if it was not enough. */
  private async reserve(untilMs: number): Promise<void> {
    if (this.isReserving || untilMs <= this.reservedMs) return;
    this.isReserving = true;
    await this.mark.save(untilMs);
    this.isReserving = false;
    this.reservedMs = untilMs;
    this.waiting.serve(({ request }: Waiting) => this.answerNow(request));
  }
}
