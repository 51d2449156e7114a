// How a node of the `snowflake` variant comes by a slot and keeps it: asks, renews, and knows by its own monotonic clock how
// long it may believe in it.
import type { Environment } from "../../harness/environment.ts";
import type { Json } from "../../harness/json.ts";
import { HeldLease } from "../parts/lease.ts";
import type { Coordinator } from "./coordinator.ts";
import type { HoldCommand, SlotGrant, SlotMachine } from "./slot-machine.ts";

/** How long a holder may go without a renewal. */
export const leaseTermMs = 2000;
const renewEveryMs = 300;
const askTimeoutMs = 900;
/** The horizon is this far ahead of the clock at each renewal: the term, and some room for a clock that runs fast. */
const horizonAheadMs = leaseTermMs + 250;

export interface SlotTenancyOptions {
  readonly coordinator: Coordinator<SlotMachine>;
  /** Hears of every slot that is new to this incarnation, before it is used. */
  readonly adopted: (grant: SlotGrant) => void;
  /** Whether the clock has gone back so far that the present slot is of no use for a long time: then another one is asked for. */
  readonly isStuck: (wallMs: number) => boolean;
}

export class SlotTenancy {
  private readonly environment: Environment;
  private readonly coordinator: Coordinator<SlotMachine>;
  private readonly adopted: (grant: SlotGrant) => void;
  private readonly isStuck: (wallMs: number) => boolean;
  private current: SlotGrant | null = null;
  private lease: HeldLease | null = null;
  private isAsking = false;

  constructor(environment: Environment, options: SlotTenancyOptions) {
    this.environment = environment;
    this.coordinator = options.coordinator;
    this.adopted = options.adopted;
    this.isStuck = options.isStuck;
  }

  start(): void {
    this.ask();
    this.environment.timers.every(renewEveryMs, () => this.ask());
  }

  /** The last grant, whether or not its lease is still held. */
  grant(): SlotGrant | null {
    return this.current;
  }

  /** How much of the lease is left; 0 or less: it is over. */
  leftMs(): number {
    return this.lease === null ? 0 : this.lease.untilMs - this.environment.clock.monotonic();
  }

  /** Asks for a slot, or for more of the one it has, unless that is already under way. */
  ask(): void {
    if (this.isAsking) return;
    this.isAsking = true;
    const askedAtMs = this.environment.clock.monotonic();
    const wallMs = this.environment.clock.wall();
    const { self: node, incarnation } = this.environment;
    const command: HoldCommand = { kind: "hold", node, incarnation, wallMs, horizonMs: wallMs + horizonAheadMs, wantsAnother: this.isStuck(wallMs) };
    this.coordinator.submit(command, askTimeoutMs, (output) => this.answered(output, askedAtMs));
  }

  private answered(output: Json | null, askedAtMs: number): void {
    this.isAsking = false;
    if (output === null) return;
    // The output of `SlotMachine.hold`, over the log or the wire.
    const grant = output as unknown as SlotGrant;
    const isNew = grant.token !== this.current?.token;
    this.current = grant;
    this.lease = new HeldLease({ token: grant.token, askedAtMs, termMs: leaseTermMs });
    this.environment.probe.fact("sequencer.slot", grant);
    if (!isNew) return;
    this.environment.probe.mark("sequencer.slot-held");
    this.adopted(grant);
  }
}
