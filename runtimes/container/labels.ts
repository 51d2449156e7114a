// What is written on everything that a run makes in a container engine, so that a later run recognises what a dead harness left.
import { EnvironmentError } from "../../harness/errors.ts";
import { isElsewhere } from "../shared/undo/process-identity.ts";
import { identifyProcess, isRunning, type ProcessIdentity } from "../shared/undo/index.ts";

/** Present on containers, networks and images alike; its value says what it is: `node`, `proxy`, `network`, `base-image`, `node-image`. */
export const kindLabel = "faultline";
const runLabel = "faultline.run";
/** `PID:START TIME`. */
export const harnessLabel = "faultline.harness";
const bootLabel = "faultline.boot";

export type Labels = Readonly<Record<string, string>>;

/** @throws EnvironmentError where processes cannot be identified (no /proc) */
export function runLabels(kind: "node" | "proxy" | "network", runId: string): Record<string, string> {
  const harness = identifyProcess(process.pid);
  if (harness === undefined) throw new EnvironmentError("This machine has no /proc to identify processes by.", "Run containers on Linux.");
  return { [kindLabel]: kind, [runLabel]: runId, [harnessLabel]: `${harness.pid}:${harness.startTime}`, [bootLabel]: harness.boot };
}

/** The run something belongs to; undefined: not one of ours. */
export function runOf(labels: Labels): string | undefined {
  return labels[kindLabel] === undefined ? undefined : labels[runLabel];
}

/**
 * True iff it is certain that the harness that made it is dead. What does not name its harness as we do is never abandoned,
 * nor is what a harness in another pid namespace made: from here nobody can tell whether that one runs.
 */
export function isAbandoned(labels: Labels): boolean {
  const harness = harnessOf(labels);
  return harness !== undefined && runOf(labels) !== undefined && !isRunning(harness) && !isElsewhere(harness);
}

function harnessOf(labels: Labels): ProcessIdentity | undefined {
  const match = /^([1-9]\d{0,9}):(\d+)$/.exec(labels[harnessLabel] ?? "");
  const [pid, startTime, boot] = [match?.[1], match?.[2], labels[bootLabel]];
  return pid === undefined || startTime === undefined || boot === undefined || boot === "" ? undefined : { pid: Number(pid), startTime, boot };
}
