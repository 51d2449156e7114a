// What is wrong with one host's disk right now. Written by the faults port, asked by the disk.
import type { Random } from "../../harness/random.ts";
import type { ActiveFault } from "./active-fault.ts";

export type DiskOperation = "read" | "write" | "fsync";

export class DiskFaults {
  readonly #active: ActiveFault[] = [];

  add(fault: ActiveFault): void {
    this.#active.push(fault);
  }

  remove(fault: ActiveFault): void {
    const index = this.#active.indexOf(fault);
    if (index >= 0) this.#active.splice(index, 1);
  }

  /** Draws whether this operation fails with EIO. */
  isFailing(operation: DiskOperation, random: Random): boolean {
    for (const active of this.#active) {
      if (active.fault.kind !== "disk-error") continue;
      const { operations, probability } = active.fault.params;
      if (!operations.includes(operation) || !random.chance(probability, "disk error")) continue;
      active.affect(`failed ${operation}`);
      return true;
    }
    return false;
  }

  /** Whether there is no space; a refusal counts as an effect. */
  isFull(): boolean {
    return this.#meets("disk-full", "refusedWrites");
  }

  /** Whether this fsync is answered but not done. */
  isLying(): boolean {
    return this.#meets("lying-disk", "unkeptSyncs");
  }

  /** Whether a power cut now tears the writes under way. */
  isTearing(): boolean {
    return this.#meets("torn-write", "tornPowerCuts");
  }

  #meets(kind: "disk-full" | "lying-disk" | "torn-write", effect: string): boolean {
    const active = this.#active.find((each) => each.kind === kind);
    active?.affect(effect);
    return active !== undefined;
  }
}
