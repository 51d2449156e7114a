// The replicated state of the `snowflake` variant: which node holds which slot, and up to which time each slot is used up.
// Deterministic: no clock is read here; times come with the commands, expiry is a command.
//
// Uniqueness does not hang on leases ending on time. Each grant carries a stretch of time, above all that earlier holders of
// the slot were ever allowed and up to a horizon that renewals move: two holders can never make the same id, whatever their
// clocks say and however long they pause. The lease only says when a slot may go to somebody else.
import type { Json } from "../../harness/json.ts";
import type { NodeName } from "../../harness/operation.ts";
import { LeaseTable, type Lease } from "../parts/lease.ts";
import type { StateMachine } from "../parts/replica.ts";
import { slotCount } from "../parts/snowflake.ts";

/**
 * Asks for a slot, or renews the one it has, or (`wantsAnother`) gives it back for another whose used times are behind the
 * asker's clock. Harmless when it takes effect twice, and refused when it comes from a dead incarnation.
 */
export type HoldCommand = {
  readonly kind: "hold";
  readonly node: NodeName;
  readonly incarnation: number;
  readonly wallMs: number;
  readonly horizonMs: number;
  readonly wantsAnother: boolean;
};
export type ExpireCommand = { readonly kind: "expire"; readonly name: string; readonly token: number; readonly renewal: number };

/** The right to make ids of this slot with times above `aboveMs` and up to `horizonMs`. */
export type SlotGrant = { readonly slot: number; readonly token: number; readonly aboveMs: number; readonly horizonMs: number };

type Tenant = { readonly slot: number; readonly incarnation: number; readonly aboveMs: number; readonly horizonMs: number };

export class SlotMachine implements StateMachine {
  private readonly leases = new LeaseTable();
  /** By slot, the last tenant: its horizon outlives its lease. */
  private readonly tenants = new Map<number, Tenant>();

  apply(command: Json): Json {
    // Commands come from `SlotTenancy` and `SlotWarden`, through the log.
    const decoded = command as unknown as HoldCommand | ExpireCommand;
    if (decoded.kind === "hold") return this.hold(decoded);
    this.leases.expire(decoded);
    return null;
  }

  /** In order of their grant. */
  held(): readonly Lease[] {
    return this.leases.all();
  }

  snapshot(): Json {
    return { leases: this.leases.snapshot(), tenants: [...this.tenants.values()] };
  }

  restore(snapshot: Json): void {
    // The shape is that of `snapshot` above: the replica vouches for its checksum.
    const saved = snapshot as unknown as { leases: ReturnType<LeaseTable["snapshot"]>; tenants: readonly Tenant[] };
    this.leases.restore(saved.leases);
    this.tenants.clear();
    for (const tenant of saved.tenants) this.tenants.set(tenant.slot, tenant);
  }

  /** Times up to this one may have been used by earlier holders of the slot. */
  protected usedUpToMs(slot: number): number {
    return this.tenants.get(slot)?.horizonMs ?? 0;
  }

  private hold(command: HoldCommand): SlotGrant | null {
    const mine = this.held().find(({ holder }) => holder === command.node);
    const tenant = mine === undefined ? undefined : this.tenants.get(Number(mine.name));
    if (mine === undefined || tenant === undefined) return this.grant(command);
    if (tenant.incarnation > command.incarnation) return null;
    if (tenant.incarnation === command.incarnation && !command.wantsAnother) return this.renew(command, mine, tenant);
    // A node runs once: a newer incarnation proves the older one dead. If that were wrong, the stretches would still differ.
    this.leases.release(mine.name, mine.token);
    return this.grant(command);
  }

  private renew(command: HoldCommand, lease: Lease, tenant: Tenant): SlotGrant | null {
    if (this.leases.renew(lease.name, lease.token) === null) return null;
    const extended = { ...tenant, horizonMs: Math.max(tenant.horizonMs, command.horizonMs) };
    this.tenants.set(tenant.slot, extended);
    return { slot: tenant.slot, token: lease.token, aboveMs: extended.aboveMs, horizonMs: extended.horizonMs };
  }

  /** The lowest free slot in which the asker's clock is past everything used; null: there is none. */
  private grant({ node, incarnation, wallMs, horizonMs }: HoldCommand): SlotGrant | null {
    for (let slot = 0; slot < slotCount; slot++) {
      const aboveMs = this.usedUpToMs(slot);
      const lease = aboveMs < wallMs ? this.leases.grant(String(slot), node) : null;
      if (lease === null) continue;
      this.tenants.set(slot, { slot, incarnation, aboveMs, horizonMs });
      return { slot, token: lease.token, aboveMs, horizonMs };
    }
    return null;
  }
}
