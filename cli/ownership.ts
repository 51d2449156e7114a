// Which process a run belongs to, as `running.json` says it, and whether that process still lives. For runs in real time.
import type { JsonObject } from "../harness/json.ts";
import type { RunFolder } from "../harness/store-run.ts";
import { decodeProcess, identifyProcess, isRunning } from "../runtimes/shared/undo/index.ts";

/** This process, for `running.json`. Where processes cannot be told apart by more (no /proc), by its number alone. */
export function ownOwner(): JsonObject {
  const identity = identifyProcess(process.pid);
  return identity === undefined ? { pid: process.pid } : { ...identity };
}

/**
 * `ended`: came to its end, or was never in real time; `running`: its harness lives; `cut`: its harness is gone, or the record stops without a verdict.
 */
export type RunState = "ended" | "running" | "cut";

/** Reads files only. A harness in another container counts as gone: its run is cut for whoever looks from here. */
export function stateOf(folder: RunFolder): RunState {
  const running = folder.readRunning();
  if (running !== undefined) return isAlive(running.owner) ? "running" : "cut";
  return folder.readVerdict() === undefined ? "cut" : "ended";
}

function isAlive(owner: JsonObject): boolean {
  const identity = decodeProcess(owner);
  if (identity !== undefined) return isRunning(identity);
  const { pid } = owner;
  if (typeof pid !== "number" || !Number.isSafeInteger(pid) || pid < 2) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: somebody else's process has it.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
