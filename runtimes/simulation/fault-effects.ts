// What each kind of fault does to the simulated world, and how it is undone. For the faults port.
import type { FaultKind } from "../../harness/faults.ts";
import type { Atlas } from "../shared/atlas.ts";
import { allNetworkFaults, linkRule, type NetworkFaultShape } from "../shared/links/fault-links.ts";
import type { ActiveFault } from "./active-fault.ts";
import type { Drive } from "./drive.ts";
import type { Host } from "./host.ts";
import type { LinkRule } from "./link.ts";
import type { Network } from "./network.ts";
import type { Processes } from "./processes.ts";

/** What the simulation can do: all but what it leaves to others, with the reason. */
export const capabilities: Readonly<Record<FaultKind, true | string>> = {
  ...allNetworkFaults,
  kill: true,
  stop: true,
  pause: true,
  "slow-cpu": true,
  "power-cut": true,
  "disk-full": true,
  "disk-error": true,
  "lying-disk": true,
  "bit-rot": true,
  "torn-write": true,
  wipe: true,
  "clock-step": true,
  "clock-drift": true,
  membership: "a change of membership is an operation of the system: a workload invokes it",
  move: "moving data is an operation of the system: a workload invokes it",
  load: "the load comes from the runner's clients, which the runtime does not own",
};

export interface FaultEffectsOptions {
  readonly network: Network;
  readonly processes: Processes;
  readonly atlas: Atlas;
  readonly driveOf: (host: Host) => Drive;
}

export class FaultEffects {
  readonly #options: FaultEffectsOptions;

  constructor(options: FaultEffectsOptions) {
    this.#options = options;
  }

  begin(active: ActiveFault, victims: readonly Host[]): void {
    const { fault } = active;
    const { network, processes, driveOf } = this.#options;
    const each = (action: (host: Host) => void): void => victims.forEach(action);
    switch (fault.kind) {
      case "partition":
      case "slow":
      case "loss":
      case "duplicate":
      case "reorder":
      case "corrupt":
      case "refuse":
      case "half-open":
        return network.add({ active, matches: matcher(fault, victims) });
      case "reset":
        return this.#reset(active, matcher(fault, victims));
      case "kill":
        return each((host) => this.#kill(active, host));
      case "stop":
        return each((host) => {
          processes.hold(host, active);
          if (processes.stop(host, fault.params.limitMs)) active.affect("stoppedProcesses");
        });
      case "pause":
        // A process that does not run cannot be stopped, and a signal does not outlive it.
        return each((host) => host.incarnation !== null && host.pause(active));
      case "slow-cpu":
        return each((host) => host.slow(active, fault.params.factor));
      case "power-cut":
        return each((host) => this.#cutPower(active, host, fault.params.torn));
      case "wipe":
        return each((host) => this.#wipe(active, host));
      case "bit-rot":
        return each((host) => this.#rot(active, host, fault.params.sectorCount));
      case "disk-full":
      case "disk-error":
      case "lying-disk":
      case "torn-write":
        return each((host) => driveOf(host).faults.add(active));
      case "clock-step":
        return each((host) => host.clock.step(active, fault.params.offsetMs));
      case "clock-drift":
        return each((host) => host.clock.drift(active, fault.params.ratePpm, host.scheduler.nowUs));
      case "membership":
      case "move":
      case "load":
        return undefined;
    }
  }

  end(active: ActiveFault, victims: readonly Host[]): void {
    this.#options.network.remove(active);
    for (const host of victims) {
      host.clock.lift(active, host.scheduler.nowUs);
      host.resume(active);
      host.quicken(active);
      this.#options.driveOf(host).lift(active);
      if (active.kind === "bit-rot") this.#options.atlas.repair(host.name);
      this.#options.processes.release(host, active);
    }
  }

  /** What is open now, and from now on each exchange with the fault's probability. */
  #reset(active: ActiveFault, matches: LinkRule["matches"]): void {
    const { network } = this.#options;
    network.add({ active, matches });
    for (let count = network.reset(matches); count > 0; count--) active.affect("resetConnections");
  }

  #kill(active: ActiveFault, host: Host): void {
    this.#options.processes.hold(host, active);
    if (this.#options.processes.kill(host)) active.affect("killedProcesses");
  }

  #cutPower(active: ActiveFault, host: Host, isTorn: boolean): void {
    this.#kill(active, host);
    const { lostWrites, lostNames } = this.#options.driveOf(host).cutPower(isTorn);
    for (let count = lostWrites; count > 0; count--) active.affect("lostWrites");
    for (let count = lostNames; count > 0; count--) active.affect("lostNames");
  }

  #wipe(active: ActiveFault, host: Host): void {
    this.#options.processes.hold(host, active);
    this.#options.processes.kill(host);
    this.#options.driveOf(host).volume.wipe();
    this.#options.atlas.damage(host.name);
    active.affect("wipedDisks");
  }

  #rot(active: ActiveFault, host: Host, sectorCount: number): void {
    const drive = this.#options.driveOf(host);
    this.#options.atlas.damage(host.name);
    drive.volume.damage(sectorCount, active, drive.random);
  }
}

/** The links that a fault hits, by the rules of all runtimes. */
function matcher(fault: NetworkFaultShape, victims: readonly Host[]): LinkRule["matches"] {
  return linkRule<Host>(fault, { isVictim: (host) => victims.includes(host), isClient: (host) => !host.isNode, nameOf: ({ name }) => name });
}
