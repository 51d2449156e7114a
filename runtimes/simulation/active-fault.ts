// A fault in force and what it has done so far. Written by whatever it hits, read by the faults port.
import type { Fault, FaultEffect, FaultKind } from "../../harness/faults.ts";
import type { NodeName } from "../../harness/operation.ts";

/** Counts truthfully: a fault that met nothing ends with 0. */
export class ActiveFault {
  readonly fault: Fault;
  readonly victims: readonly NodeName[];
  affectedCount = 0;
  readonly #detail: Record<string, number> = {};

  constructor(fault: Fault, victims: readonly NodeName[]) {
    this.fault = fault;
    this.victims = victims;
  }

  get kind(): FaultKind {
    return this.fault.kind;
  }

  /** One more effect, counted in total and under its name. */
  affect(name: string): void {
    this.affectedCount++;
    this.#detail[name] = (this.#detail[name] ?? 0) + 1;
  }

  effect(): FaultEffect {
    return { affectedCount: this.affectedCount, detail: { ...this.#detail } };
  }
}
