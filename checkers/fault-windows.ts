// When which fault was in force, from the record. For statistics that set operations against faults.
import type { History } from "../harness/history.ts";
import type { NodeName } from "../harness/operation.ts";

/** One fault from its injection to its end. */
export interface FaultWindow {
  readonly kind: string;
  readonly victims: readonly NodeName[];
  readonly fromNs: number;
  /** Infinity: the record ended first. */
  readonly untilNs: number;
}

/** All faults that were injected, in order of injection. A node that died by itself is no fault here. O(events). */
export function faultWindows(history: Pick<History, "faults">): FaultWindow[] {
  const windows: { kind: string; victims: readonly NodeName[]; fromNs: number; untilNs: number }[] = [];
  const open = new Map<string, (typeof windows)[number]>();
  for (const { action, id, kind, victims, timeNs } of history.faults) {
    if (action === "inject") {
      const window = { kind, victims, fromNs: timeNs, untilNs: Infinity };
      windows.push(window);
      open.set(id, window);
    } else if (action === "lift") {
      const window = open.get(id);
      if (window !== undefined) window.untilNs = timeNs;
      open.delete(id);
    }
  }
  return windows;
}
