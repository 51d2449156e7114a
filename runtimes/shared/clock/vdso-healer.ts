// Gives the processes of a killed harness their own clocks back. For replay and sweep of undo logs.
import type { JsonObject } from "../../../harness/json.ts";
import type { Healer, Healing } from "../undo/healers.ts";
import type { ProcessIdentity } from "../undo/process-identity.ts";
import { decodeProcess } from "../undo/undo-entry.ts";
import { isNeverPatched, VdsoError } from "./vdso-error.ts";
import { familyOf } from "./vdso-clock.ts";
import { VdsoPatch } from "./vdso-patch.ts";

const stopLimitMs = 1_000;

/**
 * Undoes `restoreVdso` for that very process and its descendants, forks that the harness had not seen included. What is not
 * ours is only read: a log that names a stranger does nothing to it.
 */
export const vdsoHealer: Healer = {
  kind: "restore-vdso",
  heal(data: JsonObject): Healing {
    const identity = decodeProcess(data["process"]);
    if (identity === undefined) return { outcome: "refused", reason: "names no process" };
    if (identity.pid === process.pid) return { outcome: "refused", reason: "names the sweeping process itself" };
    return combined(familyOf(identity).toReversed().map(restore));
  },
};

function restore(identity: ProcessIdentity): Healing {
  try {
    const patch = new VdsoPatch(identity, { stopLimitMs });
    try {
      return { outcome: patch.restore() ? "healed" : "needless" };
    } finally {
      patch.close();
    }
  } catch (error) {
    if (!(error instanceof VdsoError)) throw error;
    const isWhole = error.reason === "gone" || isNeverPatched(error.reason);
    return isWhole ? { outcome: "needless" } : { outcome: "failed", reason: error.message };
  }
}

function combined(healings: readonly Healing[]): Healing {
  const failure = healings.find(({ outcome }) => outcome === "failed");
  return failure ?? { outcome: healings.some(({ outcome }) => outcome === "healed") ? "healed" : "needless" };
}
