// What each kind of fault does to real nodes and links, by which mechanism, and how it is undone. For the faults port.
import type { Fault, FaultKind } from "../../../harness/faults.ts";
import type { NodeName } from "../../../harness/operation.ts";
import { linksHit, type Links, type NetworkFault } from "../links/index.ts";
import type { DiskSwitch } from "../wire/control.ts";
import type { ActiveFault } from "./active-fault.ts";
import type { Atlas } from "../atlas.ts";
import type { ClockFaults } from "./clock-faults.ts";
import type { DiskFaults } from "./disk-faults.ts";
import type { ProcessFaults } from "./process-faults.ts";

export interface FaultEffectsOptions {
  readonly nodes: readonly NodeName[];
  readonly clients: readonly NodeName[];
  readonly links: Links;
  readonly atlas: Atlas;
  readonly processes: ProcessFaults;
  readonly disks: DiskFaults;
  readonly clocks: ClockFaults;
}

/** What no runtime does, with the reason: the same words as in simulation. */
export const leftToOthers: Readonly<Record<"membership" | "move" | "load", string>> = {
  membership: "a change of membership is an operation of the system: a workload invokes it",
  move: "moving data is an operation of the system: a workload invokes it",
  load: "the load comes from the runner's clients, which the runtime does not own",
};

export class FaultEffects {
  readonly #options: FaultEffectsOptions;

  constructor(options: FaultEffectsOptions) {
    this.#options = options;
  }

  /** In force when it resolves. After a rejection it may be in force in part: `end` undoes that, too. */
  async begin(active: ActiveFault): Promise<void> {
    const { clocks, disks, processes } = this.#options;
    const { fault } = active;
    switch (fault.kind) {
      case "partition":
      case "slow":
      case "loss":
      case "duplicate":
      case "reorder":
      case "corrupt":
      case "reset":
      case "refuse":
      case "half-open":
        return await this.#beginOnLinks(active, fault);
      case "kill":
        return await processes.kill(active, "killedProcesses");
      case "stop":
        return await processes.stop(active, fault.params.limitMs);
      case "pause":
        return await processes.pause(active);
      case "slow-cpu":
        return await processes.slow(active, fault.params.factor);
      case "power-cut":
        // All of them lose their power at once: no disk is touched while another victim still runs.
        await processes.kill(active, "killedProcesses");
        return await disks.cutPower(active, fault.params.torn);
      case "wipe":
        await processes.kill(active, undefined);
        return await disks.wipe(active);
      case "bit-rot":
        return await disks.rot(active, fault.params.sectorCount);
      case "disk-full":
      case "disk-error":
      case "lying-disk":
      case "torn-write":
        return await disks.begin(active, switchOf(fault));
      case "clock-step":
        return await clocks.begin(active, { offsetMs: fault.params.offsetMs });
      case "clock-drift":
        return await clocks.begin(active, { ratePpm: fault.params.ratePpm });
      case "membership":
      case "move":
      case "load":
        throw new Error(leftToOthers[fault.kind]);
    }
  }

  /** Undone when it resolves. After a rejection it can be called again. */
  async end(active: ActiveFault): Promise<void> {
    const { atlas, clocks, disks, links, processes } = this.#options;
    if (isOnLinks(active.fault)) active.add(await links.end(active.id));
    await clocks.end(active);
    await disks.end(active);
    await processes.end(active);
    if (active.fault.kind === "bit-rot") for (const name of await disks.restore(active)) atlas.repair(name);
  }

  /** Word for records: by which means it is done here. */
  mechanismOf(kind: FaultKind): string {
    if (kind === "clock-step" || kind === "clock-drift") return this.#options.clocks.mechanism;
    return means[kind] ?? this.#options.links.mechanism;
  }

  async #beginOnLinks(active: ActiveFault, { targets: _targets, ...fault }: Extract<Fault, { kind: NetworkFault["kind"] }>): Promise<void> {
    const { clients, links, nodes } = this.#options;
    await links.begin({ ...fault, links: linksHit(fault, active.names, { nodes, clients }) });
  }
}

const means: Partial<Readonly<Record<FaultKind, string>>> = {
  kill: "signal",
  stop: "control",
  pause: "signal",
  "slow-cpu": "signal",
  "power-cut": "power cut",
  "disk-full": "disk layer",
  "disk-error": "disk layer",
  "lying-disk": "disk layer",
  "torn-write": "disk layer",
  "bit-rot": "files",
  wipe: "files",
};

const onLinks: ReadonlySet<FaultKind> = new Set<FaultKind>(["partition", "slow", "loss", "duplicate", "reorder", "corrupt", "reset", "refuse", "half-open"]);

function isOnLinks({ kind }: Fault): boolean {
  return onLinks.has(kind);
}

function switchOf({ targets: _targets, ...fault }: Extract<Fault, { kind: DiskSwitch["kind"] }>): DiskSwitch {
  return fault;
}
