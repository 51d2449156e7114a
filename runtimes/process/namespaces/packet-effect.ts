// How much a fault did, from the counters of its rules. For records and for the question whether a fault had any effect at all.
import type { FaultEffect } from "../../../harness/faults.ts";
import type { RuledFault } from "./packet-rules.ts";

export interface Counter {
  readonly packetCount: number;
  readonly byteCount: number;
}

export interface Kills {
  /** Connections that were reset when the fault began. */
  readonly resetCount: number;
  /** Connections that were reset when it ended. */
  readonly killedCount: number;
}

/** Rules that a `reset` has for each link, in this order. */
const resetRuleCount = 4;

/** Packets count each time they are sent: what a kernel sends again and again under a partition is counted again and again. */
export function effectOf(fault: RuledFault, counters: readonly Counter[], { resetCount, killedCount }: Kills): FaultEffect {
  switch (fault.kind) {
    case "partition": {
      const { packetCount, byteCount } = sumOf(counters);
      return { affectedCount: byteCount, detail: { packetCount, byteCount, cutCount: killedCount } };
    }
    case "loss":
    case "refuse":
      return { affectedCount: sumOf(counters).packetCount, detail: {} };
    case "half-open": {
      const { packetCount } = sumOf(counters);
      return { affectedCount: packetCount, detail: { packetCount, cutCount: killedCount } };
    }
    case "reset": {
      const beforeCount = sumOf(counters.filter((_, index) => index % resetRuleCount === 1)).packetCount;
      const afterCount = sumOf(counters.filter((_, index) => index % resetRuleCount === 2)).packetCount;
      return { affectedCount: resetCount + beforeCount + afterCount, detail: { openCount: resetCount, beforeCount, afterCount, cutCount: killedCount } };
    }
  }
}

function sumOf(counters: readonly Counter[]): Counter {
  return counters.reduce((sum, { packetCount, byteCount }) => ({ packetCount: sum.packetCount + packetCount, byteCount: sum.byteCount + byteCount }), {
    packetCount: 0,
    byteCount: 0,
  });
}
