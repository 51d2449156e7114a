// One fault of a kind with everything that chance decides: whom it hits, how hard. For all nemeses that draw.
import type { Fault, FaultKind, PlannedFault } from "../harness/faults.ts";
import type { NemesisContext } from "../harness/nemesis.ts";
import type { Random } from "../harness/random.ts";
import { drawPartition } from "./draw-partition.ts";
import { currentLeader, leadingRole, oneNode, someNodes, withinMinority, type Victims } from "./victims.ts";
import type { Window } from "./windows.ts";

/** What a fault does to whom, without its name and its time. */
export type FaultBody = Fault extends infer F ? (F extends Fault ? Omit<F, "id"> : never) : never;

/** What a draw may look at. */
export type Stage = Victims & Pick<NemesisContext, "roles">;

/**
 * Rates of clocks differ by at most this much: 1 %, ten times the drift that quartz and a broken time daemon have together.
 * Systems that rely on rates (leases) must leave more room than this.
 */
export const largestDriftPpm = 10_000;

/** A fault of this kind; undefined: what it does depends on the system (membership, move, load), or it takes more nodes than there are. */
export function drawFault(kind: FaultKind, stage: Stage): FaultBody | undefined {
  const draw = draws[kind];
  return draw?.(stage);
}

/** Kinds that `drawFault` can draw. */
export function isDrawable(kind: FaultKind): boolean {
  return draws[kind] !== undefined;
}

/** Shortest and longest duration of one fault of a kind, milliseconds: brief for what stops everything, long for what only disturbs. */
export function lengthsOf(kind: FaultKind): readonly [number, number] {
  return lengths[kind] ?? [200, 3000];
}

/** The fault as data of a plan. */
export function planned(id: string, body: FaultBody, window: Window): PlannedFault {
  return { ...body, id, when: { atMs: window.atMs }, durationMs: window.durationMs };
}

type Draw = (stage: Stage) => FaultBody | undefined;

const draws: Readonly<Partial<Record<FaultKind, Draw>>> = {
  partition: drawPartition,
  slow: (stage) => ({ kind: "slow", targets: oneNode(stage), params: drawLatency(stage.random) }),
  loss: (stage) => ({ kind: "loss", targets: anyNumber(stage), params: { probability: percent(stage.random, 5, 30) } }),
  duplicate: (stage) => ({ kind: "duplicate", targets: anyNumber(stage), params: { probability: percent(stage.random, 5, 50) } }),
  reorder: (stage) => ({
    kind: "reorder",
    targets: anyNumber(stage),
    params: { probability: percent(stage.random, 5, 50), delayMs: stage.random.between(5, 200, "reorder-delay") },
  }),
  corrupt: (stage) => ({ kind: "corrupt", targets: anyNumber(stage), params: { probability: percent(stage.random, 1, 20) } }),
  reset: (stage) => ({ kind: "reset", targets: anyNumber(stage), params: { probability: percent(stage.random, 5, 50) } }),
  refuse: (stage) => ({ kind: "refuse", targets: oneNode(stage), params: {} }),
  "half-open": (stage) => ({ kind: "half-open", targets: oneNode(stage), params: {} }),
  kill: (stage) => ({ kind: "kill", targets: leaderOrMinority(stage), params: {} }),
  stop: (stage) => ({ kind: "stop", targets: leaderOrMinority(stage), params: { limitMs: stage.random.between(50, 500, "stop-limit") } }),
  pause: (stage) => ({ kind: "pause", targets: leaderOrMinority(stage), params: {} }),
  "slow-cpu": (stage) => ({ kind: "slow-cpu", targets: leaderOrMinority(stage), params: { factor: stage.random.between(2, 20, "slow-factor") } }),
  "power-cut": drawPowerCut,
  "disk-full": (stage) => ({ kind: "disk-full", targets: oneNode(stage), params: {} }),
  "disk-error": (stage) => ({
    kind: "disk-error",
    targets: oneNode(stage),
    params: { probability: percent(stage.random, 5, 100), operations: drawDiskOperations(stage.random) },
  }),
  "lying-disk": (stage) => ({ kind: "lying-disk", targets: oneNode(stage), params: {} }),
  "bit-rot": (stage) => ({ kind: "bit-rot", targets: oneNode(stage), params: { sectorCount: stage.random.between(1, 4, "sectors") } }),
  "torn-write": (stage) => ({ kind: "torn-write", targets: anyNumber(stage), params: {} }),
  wipe: (stage) => ({ kind: "wipe", targets: oneNode(stage), params: {} }),
  "clock-step": (stage) => ({ kind: "clock-step", targets: leaderOrMinority(stage), params: { offsetMs: drawStep(stage.random) } }),
  "clock-drift": (stage) => ({
    kind: "clock-drift",
    targets: anyNumber(stage),
    params: { ratePpm: signed(stage.random, logUniform(stage.random, 100, largestDriftPpm)) },
  }),
};

const lengths: Readonly<Partial<Record<FaultKind, readonly [number, number]>>> = {
  partition: [100, 4000],
  loss: [300, 5000],
  duplicate: [300, 5000],
  reorder: [300, 5000],
  corrupt: [300, 3000],
  reset: [10, 1000],
  refuse: [50, 1000],
  "half-open": [50, 1500],
  kill: [20, 2000],
  stop: [20, 2000],
  pause: [50, 3000],
  "power-cut": [20, 2000],
  "disk-full": [50, 1000],
  "disk-error": [50, 1000],
  "lying-disk": [500, 5000],
  "torn-write": [1000, 8000],
  "clock-step": [300, 8000],
  "clock-drift": [500, 8000],
};

/** A third of the faults that stop a node aim at whoever leads at that moment: the measured gain is large (see docs on searching). */
function leaderOrMinority(stage: Stage): Fault["targets"] {
  const role = leadingRole(stage.roles);
  return role !== undefined && stage.random.chance(1 / 3, "aim-at-leader") ? currentLeader(role) : withinMinority(stage);
}

function anyNumber({ random, nodes }: Stage): Fault["targets"] {
  return random.chance(0.4, "all-nodes") ? { all: true } : someNodes(random, nodes, random.between(1, nodes.length, "victim-count"));
}

/** One node, several, or all at once: only a cut of all nodes tells whether what was acknowledged had been fsynced. */
function drawPowerCut(stage: Stage): FaultBody {
  const { random } = stage;
  const draw = random.below(100, "power-cut-size");
  const targets: Fault["targets"] =
    draw < 25 ? { all: true } : draw < 45 ? someNodes(random, stage.nodes, Math.floor(stage.nodes.length / 2) + 1) : leaderOrMinority(stage);
  return { kind: "power-cut", targets, params: { torn: random.chance(0.5, "torn") } };
}

function drawDiskOperations(random: Random): readonly ("read" | "write" | "fsync")[] {
  return random.pick([["fsync"], ["write"], ["write", "fsync"], ["read"], ["read", "write", "fsync"]] as const, "disk-operations");
}

function drawLatency(random: Random): { latencyMs: number; jitterMs: number } {
  const latencyMs = logUniform(random, 10, 500);
  return { latencyMs, jitterMs: random.between(0, latencyMs, "jitter") };
}

/** As Jepsen's clock bumps: exponential in size, here 10 ms to about 100 s, forwards or backwards. */
function drawStep(random: Random): number {
  return signed(random, logUniform(random, 10, 100_000));
}

function signed(random: Random, magnitude: number): number {
  return random.chance(0.5, "negative") ? -magnitude : magnitude;
}

function logUniform(random: Random, least: number, most: number): number {
  return Math.round(least * (most / least) ** random.float("size"));
}

function percent(random: Random, least: number, most: number): number {
  return random.between(least, most, "percent") / 100;
}
