// Options of real time, `plan.options.realTime`: by which means faults are done in processes and containers. For plans, the runtimes and doctor.
import { UsageError } from "../../../harness/errors.ts";
import type { JsonObject } from "../../../harness/json.ts";
import { suggestion } from "../../../harness/spelling.ts";

export interface RealTimeOptions {
  /** How clocks are set wrong: in the node's Environment (exact), by delaying its questions to a time service, or in its vDSO (any program). */
  readonly clock: "environment" | "time-link" | "vdso";
  /** How a power cut forgets what was not fsynced: by the disk layer's image, or by a file system of its own that is shut down (root). */
  readonly powerCut: "layer" | "filesystem";
  /** What links go through: a proxy each, or network namespaces with iptables (processes only, root). */
  readonly network: "proxy" | "namespaces";
  /** URL of a Toxiproxy to use in place of the embedded proxy. Empty: the embedded one, in containers a proxy of ours in one. */
  readonly toxiproxy: string;
  /** How long after a node died by itself the supervisor starts it again; doubled in a crash loop. */
  readonly restartDelayMs: number;
  /** How long `Node.stop()` may take at the end of a run. */
  readonly stopLimitMs: number;
  /** How long a node may take to be up when the cluster starts, and its process, whenever it starts, to report to the harness. */
  readonly startLimitMs: number;
  /** Processors of one container; 0: no limit. */
  readonly cpus: number;
  /** Memory of one container; 0: no limit. */
  readonly memoryMb: number;
}

const defaults: RealTimeOptions = {
  clock: "environment",
  powerCut: "layer",
  network: "proxy",
  toxiproxy: "",
  restartDelayMs: 500,
  stopLimitMs: 5_000,
  startLimitMs: 60_000,
  cpus: 0,
  memoryMb: 0,
};

/** Words that an option of type string may be; `toxiproxy` is free. */
const words: Readonly<Record<string, readonly string[]>> = {
  clock: ["environment", "time-link", "vdso"],
  powerCut: ["layer", "filesystem"],
  network: ["proxy", "namespaces"],
};

/** @throws UsageError naming the member that is unknown, of the wrong type, or out of range */
export function realTimeOptions(given: JsonObject | undefined): RealTimeOptions {
  for (const [name, value] of Object.entries(given ?? {})) {
    if (!Object.hasOwn(defaults, name))
      throw new UsageError("real-time-option", `options.realTime.${name} does not exist`, suggestion(name, Object.keys(defaults)));
    const problem = problemOf(name, value);
    if (problem !== undefined) throw new UsageError("real-time-option", `options.realTime.${name} ${problem.text}`, problem.wayOut);
  }
  // The one place where JSON becomes RealTimeOptions: every member was checked above.
  return { ...defaults, ...(given as Partial<RealTimeOptions> | undefined) };
}

interface Problem {
  readonly text: string;
  readonly wayOut: string;
}

function problemOf(name: string, value: unknown): Problem | undefined {
  const expected: unknown = Reflect.get(defaults, name);
  if (typeof value !== typeof expected)
    return { text: `must be a ${typeof expected}, not ${JSON.stringify(value)}`, wayOut: `Its default is ${JSON.stringify(expected)}.` };
  if (typeof value === "number" && !(Number.isFinite(value) && value >= 0))
    return { text: `must be a number from 0 on, not ${value}`, wayOut: "Give a larger one." };
  if (name === "startLimitMs" && value === 0) return { text: "must be above 0: no node starts in no time", wayOut: "Leave it out for 20 seconds." };
  if (name === "toxiproxy") return urlProblem(String(value));
  const allowed = words[name];
  if (allowed === undefined || allowed.includes(String(value))) return undefined;
  return { text: `must be one of ${allowed.join(", ")}, not ${JSON.stringify(value)}`, wayOut: suggestion(String(value), allowed) };
}

function urlProblem(text: string): Problem | undefined {
  if (text === "" || (URL.canParse(text) && new URL(text).protocol === "http:")) return undefined;
  return { text: `must be the URL of a Toxiproxy, not ${JSON.stringify(text)}`, wayOut: "Give one such as http://127.0.0.1:8474." };
}
