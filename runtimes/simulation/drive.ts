// A host's drive: its volume, what is wrong with it, how slow it is. Outlives every process of the host. For disks and the faults port.
import type { Random } from "../../harness/random.ts";
import type { ActiveFault } from "./active-fault.ts";
import { DiskFaults } from "./disk-faults.ts";
import type { CutMode, FailedFsync } from "./inode.ts";
import type { LatencyModel } from "./latency.ts";
import { Volume, type CutLoss } from "./volume.ts";

export interface DriveTraits {
  readonly read: LatencyModel;
  readonly write: LatencyModel;
  readonly fsync: LatencyModel;
  /** Chance, at every write, that the kernel writes back some of that file on its own. */
  readonly flushProbability: number;
  readonly failedFsync: FailedFsync;
  readonly capacityBytes: number;
}

export class Drive {
  readonly random: Random;
  readonly traits: DriveTraits;
  readonly volume: Volume = new Volume();
  readonly faults: DiskFaults = new DiskFaults();

  constructor(random: Random, traits: DriveTraits) {
    this.random = random;
    this.traits = traits;
  }

  /** The power goes: of what was not synced a drawn part survives; torn only if asked for, or while a torn-write fault is in force. */
  cutPower(isTorn: boolean): CutLoss & { readonly mode: CutMode } {
    const mayTear = this.faults.isTearing() || isTorn;
    const modes: readonly CutMode[] = mayTear ? ["corrupted"] : ["written", "dropped"];
    const mode = this.random.pick(modes, "power cut mode");
    return { mode, ...this.volume.powerCut(mode, this.random) };
  }

  /** Ends a fault; a disk that lied now keeps its promises, rotten bits are whole again. */
  lift(fault: ActiveFault): void {
    this.faults.remove(fault);
    if (fault.kind === "lying-disk") this.volume.keepPromises();
    if (fault.kind === "bit-rot") this.volume.repair(fault);
  }
}
