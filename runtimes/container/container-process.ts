// Which process of this machine is the node in a container: the child of the container's init process. Linux, with an engine on this very machine.
import { readFileSync, readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { readProcessStat } from "../shared/undo/process-identity.ts";
import { identifyProcess, isRunning, type ProcessIdentity } from "../shared/undo/index.ts";

const pollMs = 2;

/**
 * The one child of the init process, once it runs its own program (before that it is a copy of init).
 * Undefined when init has gone, is not in this container (an engine elsewhere counts in other numbers), or has no child within the limit.
 */
export async function nodeProcessOf(
  initPid: number,
  { containerId, limitMs }: { readonly containerId: string; readonly limitMs: number },
): Promise<ProcessIdentity | undefined> {
  const init = identifyProcess(initPid);
  if (init === undefined || !isInContainer(initPid, containerId)) return undefined;
  for (const until = performance.now() + limitMs; performance.now() < until && isRunning(init); await sleep(pollMs)) {
    const child = childrenOf(initPid).find((pid) => !["", programOf(initPid)].includes(programOf(pid)));
    const identity = child === undefined ? undefined : identifyProcess(child);
    if (identity !== undefined) return identity;
  }
  return undefined;
}

function isInContainer(pid: number, containerId: string): boolean {
  return (readOrUndefined(`/proc/${pid}/cgroup`) ?? "").includes(containerId);
}

function childrenOf(pid: number): readonly number[] {
  const listed = readOrUndefined(`/proc/${pid}/task/${pid}/children`);
  if (listed !== undefined)
    return listed
      .split(" ")
      .filter((text) => text !== "")
      .map(Number);
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && readProcessStat(Number(name))?.parentPid === pid)
    .map(Number);
}

/** First word of its command line; empty while it is between programs. */
function programOf(pid: number): string {
  return (readOrUndefined(`/proc/${pid}/cmdline`) ?? "").split("\0")[0] ?? "";
}

function readOrUndefined(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return undefined;
  }
}
