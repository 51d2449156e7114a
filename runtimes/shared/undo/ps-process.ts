// Processes as `ps` shows them, for systems without /proc (macOS). A call costs some milliseconds. For process identities.
import { spawnSync } from "node:child_process";
import type { ProcessStat } from "./process-stat.ts";

const limitMs = 5_000;

/** Undefined when there is no such process, or no `ps`. The start time has a resolution of one second. */
export function statByPs(pid: number): ProcessStat | undefined {
  const line = outputOf("ps", ["-o", "state=,ppid=,lstart=", "-p", String(pid)]);
  const [, state, parentPid, startTime] = /^(\S)\S*\s+(\d+)\s+(\S.*)$/.exec(line) ?? [];
  return state === undefined || startTime === undefined ? undefined : { state, parentPid: Number(parentPid), startTime };
}

/** When this system was started, as text. */
export function bootBySysctl(): string | undefined {
  return /sec = (\d+)/.exec(outputOf("sysctl", ["-n", "kern.boottime"]))?.[1];
}

/** Empty: it failed. */
function outputOf(program: string, parameters: readonly string[]): string {
  const { status, stdout } = spawnSync(program, parameters, {
    encoding: "utf8",
    timeout: limitMs,
    env: { ...process.env, LC_ALL: "C" },
    stdio: ["ignore", "pipe", "ignore"],
  });
  return status === 0 ? stdout.trim() : "";
}
