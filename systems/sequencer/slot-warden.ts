// The leader's duty in the `snowflake` variant: slots whose holders have been silent for a term go back to the pool.
import type { Environment } from "../../harness/environment.ts";
import { LeaseWatch } from "../parts/lease.ts";
import type { Coordinator } from "./coordinator.ts";
import type { ExpireCommand, SlotMachine } from "./slot-machine.ts";
import { leaseTermMs } from "./slot-tenancy.ts";

const lookEveryMs = 100;
/** By how much a holder's clock may lose against the leader's within one term. */
const marginMs = 100;

export class SlotWarden {
  private readonly environment: Environment;
  private readonly coordinator: Coordinator<SlotMachine>;
  private readonly machine: SlotMachine;
  private readonly watch = new LeaseWatch(leaseTermMs + marginMs);
  private term = 0;

  constructor(environment: Environment, options: { readonly coordinator: Coordinator<SlotMachine>; readonly machine: SlotMachine }) {
    this.environment = environment;
    this.coordinator = options.coordinator;
    this.machine = options.machine;
  }

  start(): void {
    this.environment.timers.every(lookEveryMs, () => this.look());
  }

  private look(): void {
    const { role, term } = this.coordinator.status();
    // A new leader does not know when the old one last heard of a holder.
    if (role !== "leader" || term !== this.term) this.watch.forget();
    this.term = term;
    if (role !== "leader") return;
    for (const { name, token, renewal } of this.watch.due(this.machine.held(), this.environment.clock.monotonic())) {
      const command: ExpireCommand = { kind: "expire", name, token, renewal };
      this.coordinator.execute(command, () => {});
    }
  }
}
