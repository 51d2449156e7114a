// Everything that breaks a cluster in one run, and the one way back: healing happens once, on every path.
import type { PlannedFault } from "./faults.ts";
import type { JsonObject } from "./json.ts";
import type { NodeName } from "./operation.ts";
import { recordOf, type FaultAgenda } from "./run-faults.ts";
import type { Recorder } from "./run-recorder.ts";
import type { Cluster } from "./runtime.ts";

export class Healing {
  /** All faults of the run, for its script. */
  readonly planned: PlannedFault[] = [];
  agenda: FaultAgenda | undefined;
  readonly #cluster: Cluster;
  readonly #recorder: Recorder;
  #isolation: PlannedFault | undefined;
  #healed: Promise<void> | undefined;

  constructor(cluster: Cluster, recorder: Recorder) {
    this.#cluster = cluster;
    this.#recorder = recorder;
  }

  /** Cuts off all but the core, until `heal`; false if that was not possible (recorded as a skip). */
  async isolate(fault: PlannedFault, core: readonly NodeName[]): Promise<boolean> {
    const capability = this.#cluster.faults.capabilities()[fault.kind];
    const { when: _when, durationMs: _durationMs, ...bare } = fault;
    const injection = capability === true ? await this.#cluster.faults.inject(bare) : { skipped: capability, victims: [], detail: {} };
    if (injection.skipped !== undefined) {
      this.#record(fault, "skip", { reason: injection.skipped });
      return false;
    }
    this.#isolation = fault;
    this.#record(fault, "inject", { ...injection.detail, core }, injection.victims);
    return true;
  }

  /** Ends the planned faults one by one, so that what each of them did is recorded. */
  async releaseFaults(): Promise<void> {
    await this.agenda?.release();
  }

  /** Lifts everything and lets the runtime heal what is left. The second call waits for the first. */
  heal(): Promise<void> {
    this.#healed ??= this.#heal();
    return this.#healed;
  }

  async #heal(): Promise<void> {
    try {
      await this.releaseFaults();
      await this.#endIsolation();
    } finally {
      await this.#cluster.faults.heal();
    }
  }

  async #endIsolation(): Promise<void> {
    const fault = this.#isolation;
    if (fault === undefined) return;
    this.#isolation = undefined;
    this.#record(fault, "lift", recordOf(await this.#cluster.faults.lift(fault.id)));
  }

  #record(fault: PlannedFault, action: "inject" | "lift" | "skip", detail: JsonObject, victims: readonly NodeName[] = []): void {
    this.#recorder.fault({ id: fault.id, kind: fault.kind, action, victims, detail });
  }
}
