// Options of the simulation, `plan.options.simulation`: how slow, lossy and hostile the world is without any fault. For plans and the search.
import { UsageError } from "../../harness/errors.ts";
import type { JsonObject } from "../../harness/json.ts";
import type { Plan } from "../../harness/plan.ts";
import { seededRandom, type Random } from "../../harness/random.ts";
import type { FailedFsync } from "./inode.ts";

export interface SimulationOptions {
  /** Draw all that `drawSwarm` lists from the seed; `resolve` puts the drawn values in its place. */
  readonly swarm: boolean;
  /** One-way latency of a message: minimum plus an exponential part of this mean, never above the maximum ... */
  readonly latencyMinMs: number;
  readonly latencyMeanMs: number;
  readonly latencyMaxMs: number;
  /** ... except, with this probability, up to the tail. */
  readonly tailProbability: number;
  readonly tailMaxMs: number;
  /** Of datagrams, without any fault. */
  readonly lossProbability: number;
  readonly duplicateProbability: number;
  /** Means of the exponential part of a disk operation. */
  readonly diskReadMs: number;
  readonly diskWriteMs: number;
  readonly diskFsyncMs: number;
  /** Chance, at every write, that the kernel writes back some of that file on its own. */
  readonly diskFlushProbability: number;
  readonly diskCapacityBytes: number;
  /** Dirty pages after a failed fsync; `drawn`: from the seed. */
  readonly failedFsync: FailedFsync | "drawn";
  /** Whether `probe.fault` may answer true. */
  readonly probeFaults: boolean;
  /** Shuffles events of different hosts that fall on one instant. */
  readonly shuffleTies: boolean;
  /** How long after a node died by itself the supervisor starts it again; doubled in a crash loop. */
  readonly restartDelayMs: number;
  /** How long `Node.stop()` may take at the end of a run. */
  readonly stopLimitMs: number;
  /** Events in one run; 0: a million, and 100,000 for every second of load. */
  readonly eventLimit: number;
  /** Virtual length of one run; 0: five minutes, and ten times the load. */
  readonly virtualLimitMs: number;
}

const defaults: SimulationOptions = {
  swarm: false,
  latencyMinMs: 0.1,
  latencyMeanMs: 1,
  latencyMaxMs: 10,
  tailProbability: 0.001,
  tailMaxMs: 50,
  lossProbability: 0,
  duplicateProbability: 0,
  diskReadMs: 0.1,
  diskWriteMs: 0.05,
  diskFsyncMs: 1,
  diskFlushProbability: 0.05,
  diskCapacityBytes: 256 * 1_024 * 1_024,
  failedFsync: "drawn",
  probeFaults: false,
  shuffleTies: false,
  restartDelayMs: 500,
  stopLimitMs: 5_000,
  eventLimit: 0,
  virtualLimitMs: 0,
};

/** Words that an option of type string may be. */
const words: Readonly<Record<string, readonly string[]>> = { failedFsync: ["kept", "reverted", "drawn"] };

/** @throws UsageError naming the member that is unknown, of the wrong type, or out of range */
export function simulationOptions(given: JsonObject | undefined): SimulationOptions {
  for (const [name, value] of Object.entries(given ?? {})) {
    const problem = problemOf(name, value);
    if (problem !== undefined)
      throw new UsageError("simulation-option", `options.simulation.${name} ${problem}`, `Known options: ${Object.keys(defaults).join(", ")}.`);
  }
  // The one place where JSON becomes SimulationOptions: every member was checked above.
  return { ...defaults, ...(given as Partial<SimulationOptions> | undefined) };
}

/** The plan with every value explicit that a run would draw from the seed, so that a re-seeded copy keeps it. Idempotent. */
export function resolveOptions(plan: Plan): Plan {
  const given = plan.options.simulation ?? {};
  const options = simulationOptions(given);
  if (!options.swarm && options.failedFsync !== "drawn") return plan;
  const random = seededRandom(plan.seed).fork("swarm");
  const drawn: Partial<SimulationOptions> = options.swarm ? drawSwarm(random) : { failedFsync: drawFailedFsync(random) };
  // What the plan says explicitly outranks the draw.
  const explicit = Object.fromEntries(Object.entries(given).filter(([name, value]) => name !== "swarm" && value !== "drawn"));
  const simulation: JsonObject = { ...drawn, ...explicit };
  return { ...plan, options: { ...plan.options, simulation } };
}

/** One world per seed. Ranges are start values after the swarm tables of TigerBeetle and FoundationDB. */
function drawSwarm(random: Random): Partial<SimulationOptions> {
  const latencyMaxMs = random.pick([5, 20, 60, 150], "latencyMaxMs");
  return {
    latencyMinMs: random.pick([0.1, 0.5, 1], "latencyMinMs"),
    latencyMeanMs: latencyMaxMs / random.pick([3, 5, 10], "latencyMeanMs"),
    latencyMaxMs,
    tailProbability: random.pick([0, 0.001, 0.005], "tailProbability"),
    tailMaxMs: latencyMaxMs * 5,
    lossProbability: random.pick([0, 0.02, 0.1, 0.25], "lossProbability"),
    duplicateProbability: random.pick([0, 0.05, 0.2, 0.5], "duplicateProbability"),
    diskReadMs: random.pick([0.1, 1, 5], "diskReadMs"),
    diskWriteMs: random.pick([0.02, 0.1, 1], "diskWriteMs"),
    diskFsyncMs: random.pick([0.2, 1, 5, 20], "diskFsyncMs"),
    diskFlushProbability: random.pick([0, 0.05, 0.3], "diskFlushProbability"),
    failedFsync: drawFailedFsync(random),
    probeFaults: random.chance(0.5, "probeFaults"),
    shuffleTies: random.chance(0.5, "shuffleTies"),
  };
}

function drawFailedFsync(random: Random): FailedFsync {
  return random.pick(["kept", "reverted"] as const, "failedFsync");
}

function problemOf(name: string, value: unknown): string | undefined {
  if (!Object.hasOwn(defaults, name)) return "does not exist";
  const expected: unknown = Reflect.get(defaults, name);
  if (typeof value !== typeof expected) return `must be a ${typeof expected}, not ${JSON.stringify(value)}`;
  if (typeof value === "number" && !(Number.isFinite(value) && value >= 0)) return `must be a number from 0 on, not ${value}`;
  if (name.endsWith("Probability") && Number(value) > 1) return `is a probability: at most 1, not ${String(value)}`;
  if (typeof value === "string" && words[name]?.includes(value) !== true)
    return `must be one of ${words[name]?.join(", ") ?? ""}, not ${JSON.stringify(value)}`;
  return undefined;
}
