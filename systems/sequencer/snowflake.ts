// The `snowflake` variant: time, slot and sequence in 63 bits. A node that holds a slot asks nobody for an id; slots are
// leased through a small replicated log among the nodes themselves.
import type { Answer, Environment, Exchange } from "../../harness/environment.ts";
import type { JsonObject } from "../../harness/json.ts";
import type { NodeName } from "../../harness/operation.ts";
import type { NodeOptions } from "../../harness/system.ts";
import { decodeSnowflake } from "../parts/snowflake.ts";
import { Coordinator } from "./coordinator.ts";
import { waitLimitMs, type GenerateAnswer, type GenerateRequest, type IdSource, type RefusalReason } from "./id-source.ts";
import { SlotMachine, type SlotGrant } from "./slot-machine.ts";
import { SlotTenancy } from "./slot-tenancy.ts";
import { SlotWarden } from "./slot-warden.ts";
import { SnowflakeTicker } from "./snowflake-ticker.ts";

/** A request that finds no lease looks again this often. */
const leasePauseMs = 20;
const errandLimit = 1000;

/** A request under way: the ids that it has so far. */
interface Errand {
  readonly count: number;
  readonly afterMs: number;
  readonly ids: string[];
  /** Monotonic. */
  readonly deadlineMs: number;
  /** Ids of one answer come from one grant; 0: none yet. */
  readonly token: number;
  readonly done: (answer: GenerateAnswer) => void;
}

export class SnowflakeSource implements IdSource {
  protected readonly environment: Environment;
  protected readonly machine: SlotMachine;
  protected readonly coordinator: Coordinator<SlotMachine>;
  protected readonly tenancy: SlotTenancy;
  private readonly ticker: SnowflakeTicker;
  private readonly warden: SlotWarden;
  private errandCount = 0;

  constructor(environment: Environment, options: NodeOptions) {
    this.environment = environment;
    this.machine = this.createMachine();
    this.ticker = this.createTicker();
    this.coordinator = new Coordinator(environment, { nodes: options.nodes, machine: this.machine });
    this.tenancy = new SlotTenancy(environment, {
      coordinator: this.coordinator,
      adopted: (grant) => this.ticker.adopt({ ...grant, slot: this.slotOf(grant) }),
      isStuck: (wallMs) => this.ticker.isStuck(wallMs),
    });
    this.warden = new SlotWarden(environment, { coordinator: this.coordinator, machine: this.machine });
  }

  async start(): Promise<void> {
    await this.coordinator.start();
    this.tenancy.start();
    this.warden.start();
  }

  stop(): Promise<void> {
    return this.coordinator.stop();
  }

  generate({ count, after }: GenerateRequest, done: (answer: GenerateAnswer) => void): void {
    const token = after === null ? null : decodeSnowflake(after);
    if (after !== null && token === null) return done({ kind: "bad-token" });
    if (this.errandCount >= errandLimit) return done(this.refusal("no-lease"));
    this.errandCount++;
    const deadlineMs = this.environment.clock.monotonic() + waitLimitMs;
    this.goOn({ count, afterMs: token?.timeMs ?? -1, ids: [], deadlineMs, token: 0, done: (answer) => this.ended(answer, done) });
  }

  handlePeer(request: Exchange, from: NodeName, answer: Answer): boolean {
    return this.coordinator.handle(request, from, answer);
  }

  isReady(): boolean {
    const grant = this.tenancy.grant();
    return grant !== null && this.mayUse(grant, this.environment.clock.wall());
  }

  inspect(): JsonObject {
    const { role, term } = this.coordinator.status();
    return { role, term, slot: this.tenancy.grant()?.slot ?? null, token: this.tenancy.grant()?.token ?? null, leaseLeftMs: Math.round(this.tenancy.leftMs()) };
  }

  protected createMachine(): SlotMachine {
    return new SlotMachine();
  }

  protected createTicker(): SnowflakeTicker {
    return new SnowflakeTicker();
  }

  /** The slot that goes into ids. */
  protected slotOf(grant: SlotGrant): number {
    return grant.slot;
  }

  /** Asked again for every id, since any amount of time may have passed since the last. */
  protected mayUse(grant: SlotGrant, wallMs: number): boolean {
    return this.tenancy.leftMs() > 0 && wallMs <= grant.horizonMs;
  }

  private ended(answer: GenerateAnswer, done: (answer: GenerateAnswer) => void): void {
    this.errandCount--;
    done(answer);
  }

  private goOn(errand: Errand): void {
    const wallMs = this.environment.clock.wall();
    const grant = this.tenancy.grant();
    if (grant === null || !this.mayUse(grant, wallMs)) return this.wait(errand, leasePauseMs, "no-lease");
    if (grant.token !== errand.token) return this.goOn({ ...errand, token: grant.token, ids: [] });
    while (errand.ids.length < errand.count) {
      const tick = this.ticker.next(wallMs, errand.afterMs);
      if (tick.kind === "refuse") return errand.done(this.refusal(tick.reason));
      if (tick.kind === "wait") return this.wait(errand, tick.waitMs, "clock-regress");
      errand.ids.push(tick.id);
    }
    errand.done({ kind: "ids", ids: errand.ids, holding: { lane: `slot-${this.ticker.slot}`, token: grant.token, stride: 1 } });
  }

  private wait(errand: Errand, waitMs: number, reason: RefusalReason): void {
    if (reason === "no-lease") this.tenancy.ask();
    if (this.environment.clock.monotonic() + waitMs > errand.deadlineMs) return errand.done(this.refusal(reason));
    this.environment.timers.after(waitMs, () => this.goOn(errand));
  }

  private refusal(reason: RefusalReason): GenerateAnswer {
    const horizonMs = this.tenancy.grant()?.horizonMs ?? 0;
    return { kind: "refused", reason, isEntitled: reason === "no-lease" && this.tenancy.leftMs() > 0 && this.environment.clock.wall() <= horizonMs };
  }
}
