// What is wrong with a node's disk right now, as the harness says. For node disks.
import type { FaultParameters } from "../../../harness/faults.ts";
import type { Random } from "../../../harness/random.ts";
import type { DiskSwitch } from "../wire/control.ts";
import type { ImageKeeper } from "./image-journal.ts";

export type FailingOperation = FaultParameters["disk-error"]["operations"][number];

export class DiskSwitches {
  readonly #random: Random;
  readonly #effect: (id: string, name: string, count: number) => void;
  #inForce: readonly DiskSwitch[] = [];

  constructor(random: Random, effect: (id: string, name: string, count: number) => void) {
    this.#random = random;
    this.#effect = effect;
  }

  set(switches: readonly DiskSwitch[]): void {
    this.#inForce = switches;
  }

  /** Draws whether this operation fails. */
  isFailing(operation: FailingOperation): boolean {
    for (const each of this.#inForce) {
      if (each.kind !== "disk-error") continue;
      const { operations, probability } = each.params;
      if (!operations.includes(operation) || !this.#random.chance(probability, "disk error")) continue;
      this.#effect(each.id, `failed ${operation}`, 1);
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

  #meets(kind: "disk-full" | "lying-disk", effect: string): boolean {
    const found = this.#inForce.find((each) => each.kind === kind);
    if (found !== undefined) this.#effect(found.id, effect, 1);
    return found !== undefined;
  }
}

/** What the faults in force, and those lifted, mean for what is durable. @throws what the operating system says */
export function settleLifted(keeper: ImageKeeper, inForce: readonly DiskSwitch[]): void {
  const isInForce = (kind: DiskSwitch["kind"]): boolean => inForce.some((each) => each.kind === kind);
  if (!isInForce("lying-disk") && keeper.hasPromises) keeper.record({ kind: "kept" });
  const isTearing = isInForce("torn-write");
  if (keeper.image.isTearing !== isTearing) keeper.record({ kind: "tearing", isTearing: isTearing ? 1 : 0 });
}
