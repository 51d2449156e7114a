// Ends processes that a killed harness has left, stopped ones too. For sweeps and for the end of a run.
import { setTimeout as sleep } from "node:timers/promises";
import type { JsonObject } from "../../../harness/json.ts";
import type { Healer, Healing } from "./healers.ts";
import { codeOf, isRunning, signalProcess } from "./process-identity.ts";
import { decodeProcess } from "./undo-entry.ts";

/** A process that waits for a disk cannot end at once. */
const endLimitMs = 5_000;
const lookIntervalMs = 5;

/** Kills the process of `killProcess` if it is still that process, and waits until it has ended. */
export const killHealer: Healer = {
  kind: "kill-process",
  async heal(data: JsonObject): Promise<Healing> {
    const identity = decodeProcess(data["process"]);
    if (identity === undefined) return { outcome: "refused", reason: "names no process" };
    if (identity.pid === process.pid) return { outcome: "refused", reason: "names the sweeping process itself" };
    try {
      if (!signalProcess(identity, "SIGKILL")) return { outcome: "needless" };
    } catch (error) {
      return { outcome: "failed", reason: `SIGKILL: ${codeOf(error) ?? String(error)}` };
    }
    const limitMs = performance.now() + endLimitMs;
    while (isRunning(identity)) {
      if (performance.now() > limitMs) return { outcome: "failed", reason: "still running after SIGKILL" };
      await sleep(lookIntervalMs);
    }
    return { outcome: "healed" };
  },
};
