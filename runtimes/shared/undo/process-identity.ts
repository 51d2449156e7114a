// Which process a number meant when it was written down, so that a recycled pid is never touched. For whoever signals or patches a process.
import { readFileSync, readlinkSync } from "node:fs";
import type { ProcessStat } from "./process-stat.ts";
import { bootBySysctl, statByPs } from "./ps-process.ts";

export type { ProcessStat } from "./process-stat.ts";

/** One process of one boot. On macOS by `ps`, with a start time in whole seconds. It survives exec, because the kernel keeps pid and start time. */
export interface ProcessIdentity {
  /** As seen from the pid namespace named in `boot`. */
  readonly pid: number;
  /** Linux: field 22 of `/proc/PID/stat`, clock ticks since boot, as the kernel prints it. */
  readonly startTime: string;
  /** Boot id and pid namespace: the same pid and start time after a reboot or in another container mean another process. */
  readonly boot: string;
}

/** Undefined when there is no such process, or this system cannot tell (Windows). */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const stat = readProcessStat(pid);
  const boot = currentBoot();
  return stat === undefined || boot === undefined ? undefined : { pid, startTime: stat.startTime, boot };
}

/** True while that very process exists and has not ended; a zombie has ended. */
export function isRunning(identity: ProcessIdentity): boolean {
  const stat = statOf(identity);
  return stat !== undefined && stat.state !== "Z" && stat.state !== "X";
}

/** True for a process of this boot in another pid namespace: from here nobody can tell whether it runs. */
export function isElsewhere({ boot }: ProcessIdentity): boolean {
  const here = currentBoot();
  return here !== undefined && boot !== here && boot.split(" ")[0] === here.split(" ")[0];
}

/** Undefined when that very process is gone, whoever has its number now. */
export function statOf(identity: ProcessIdentity): ProcessStat | undefined {
  const stat = readProcessStat(identity.pid);
  return stat !== undefined && stat.startTime === identity.startTime && currentBoot() === identity.boot ? stat : undefined;
}

/**
 * Signals that very process; false when it is gone. Between the look and the signal lie some microseconds in which the pid
 * would have to be waited for and given out again: Linux gives out all other numbers first.
 * @throws the system's error, e.g. EPERM
 */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isRunning(identity)) return false;
  try {
    process.kill(identity.pid, signal);
    return true;
  } catch (error) {
    if (codeOf(error) === "ESRCH") return false;
    throw error;
  }
}

/** Undefined when there is no such process. `of`: a thread's path below `/proc`, e.g. `17/task/18`. */
export function readProcessStat(of: number | string): ProcessStat | undefined {
  if (typeof of === "number" && !(Number.isSafeInteger(of) && of > 0)) return undefined;
  if (process.platform === "darwin") return typeof of === "number" ? statByPs(of) : undefined;
  const text = readOrUndefined(`/proc/${of}/stat`);
  if (text === undefined) return undefined;
  // The second field is the program's name in parentheses and may hold blanks and parentheses itself.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, parentPid, startTime] = [fields[0], fields[1], fields[19]];
  return state === undefined || startTime === undefined ? undefined : { state, parentPid: Number(parentPid), startTime };
}

/** The `code` of a system error, e.g. ENOENT. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

function currentBoot(): string | undefined {
  if (process.platform === "darwin") return bootBySysctl();
  const id = readOrUndefined("/proc/sys/kernel/random/boot_id")?.trim();
  try {
    return id === undefined ? undefined : `${id} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return undefined;
  }
}

function readOrUndefined(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return undefined;
  }
}
