// The real-time parts of a campaign: a few cells of each system and a few planted bugs, in processes and, where Docker answers, in containers.
import { campaignCells, type Cell } from "../harness/campaign-cells.ts";
import { assert } from "../harness/errors.ts";
import { searchPlan, type SearchOverrides } from "../harness/search.ts";
import type { System } from "../harness/system.ts";
import { nemeses } from "../nemesis/index.ts";
import { fewSideBySide, runCells, type CellLimits, type CellsRun, type Entrants } from "./campaigning.ts";
import type { Session } from "./command.ts";
import { capabilitiesOf, type Capabilities } from "./feasibility.ts";
import { mechanismsOf } from "./plan-request.ts";
import { resolvePlan } from "./registry.ts";
import { shippedRuntimes } from "./runtimes.ts";

export type RealRuntime = "process" | "container";

/** How much time each part has, milliseconds. A part that is not here is left out. */
export interface Shares {
  readonly simulation?: number;
  readonly process?: number;
  readonly container?: number;
}

const defaultShares: Required<Shares> = { simulation: 80_000, process: 60_000, container: 60_000 };
/** In less than this no run in real time comes to its end; containers begin by building an image. */
const leastMs: Readonly<Record<RealRuntime, number>> = { process: 15_000, container: 30_000 };

/** Half of a given time for the simulation, the rest for whatever else there is, if that is enough for it. @param totalMs undefined: the defaults */
export function sharesOf(totalMs: number | undefined, runtimes: readonly (keyof Shares)[]): Shares {
  if (totalMs === undefined) return Object.fromEntries(runtimes.map((runtime) => [runtime, defaultShares[runtime]]));
  const hasSimulation = runtimes.includes("simulation");
  const real = runtimes.filter((runtime) => runtime !== "simulation");
  const eachMs = (hasSimulation ? totalMs / 2 : totalMs) / Math.max(1, real.length);
  const fitting = real.filter((runtime) => !hasSimulation || eachMs >= leastMs[runtime]);
  const simulationMs = totalMs - eachMs * fitting.length;
  return { ...(hasSimulation ? { simulation: simulationMs } : {}), ...Object.fromEntries(fitting.map((runtime) => [runtime, eachMs])) };
}

/** What the user asked for: all, or one. */
export function askedRuntimes({ settings }: Session): readonly (keyof Shares)[] {
  return settings.runtime === undefined ? shippedRuntimes : [settings.runtime];
}

/** Trouble of every sort that a runtime knows: network, processes, clocks, disks, and faults at the system's own marks. */
const shownNemeses: readonly string[] = ["partition-halves", "kill", "pause", "clock-skew", "power", "targeted"];
/** Short runs, so that many kinds of trouble have their turn. */
const overrides: SearchOverrides = { durationMs: 5_000, nodes: 3 };
/** A run that has begun is not cut short: so long it takes at most, as a rule. */
const runMs = 10_000;
/** So that a few cells are begun, however short the time is. */
const leastIssueMs = 1_000;
/** Planted bugs that need no fault and no luck: nearly every run of the right workload shows them, so that a miss means something. */
const surestBugs: ReadonlySet<string> = new Set(["watch-skips-first", "float-sum", "node-id-from-hash"]);

/** Planted bugs first, then the cells of the matrix, then again what is open. Cells that were not reached in the time are not part of the result. */
export async function runRealPart(
  session: Session,
  field: Entrants,
  { runtime, timeMs, ...common }: Pick<CellLimits, "seedBase" | "shard"> & { readonly runtime: RealRuntime; readonly timeMs: number },
): Promise<CellsRun> {
  const { settings } = session;
  const realTime = {
    runtime,
    parallel: settings.workers ?? fewSideBySide(),
    overrides: { ...overrides, options: { phases: { quietMs: 1_000 }, realTime: mechanismsOf(settings) } },
  };
  const capabilities = await capabilitiesIn(field, { ...realTime.overrides, runtime });
  const cells = [...quickBugs(field.systems), ...shownCells(field.systems).filter((cell) => isFeasible(cell, field, capabilities))];
  return reached(await runCells(session, field, { ...common, cells, timeMs: Math.max(leastIssueMs, timeMs - runMs), leastSeeds: 0, realTime }));
}

/** Of any of the systems: what faults there are is up to the runtime. */
async function capabilitiesIn({ loaded }: Entrants, overrides: SearchOverrides): Promise<Capabilities> {
  const [first] = loaded.values();
  assert(first !== undefined, "a campaign has a system");
  return await capabilitiesOf(await resolvePlan(searchPlan({ ...first, seedBase: "capabilities", index: 0, overrides })));
}

/** Whether at least one kind of the cell's trouble can be here and is taken by its design. */
function isFeasible({ nemesis, system, variant }: Cell, { loaded }: Entrants, capabilities: Capabilities): boolean {
  const taken = loaded.get(system)?.system.variants.find(({ name }) => name === variant)?.faults ?? [];
  const kinds = nemeses.find(({ name }) => name === nemesis)?.kinds ?? [];
  return kinds.some((kind) => taken.includes(kind) && capabilities[kind] === true);
}

/** One cell a system and kind of trouble, over the designs and workloads in turn; systems alternate, so that a short time shows some of each. */
export function shownCells(systems: readonly System[]): readonly Cell[] {
  return shownNemeses.flatMap((name, position) =>
    systems.flatMap((system) => {
      const own = nemeses.filter((nemesis) => nemesis.name === name);
      const cells = campaignCells({ systems: [system], nemeses: own, hasBugs: false }).filter((cell) => cell.nemesis === name);
      return cells[position % Math.max(1, cells.length)] ?? [];
    }),
  );
}

/** One of each system: of the surest ones, else its first that needs no fault. */
export function quickBugs(systems: readonly System[]): readonly Cell[] {
  return systems.flatMap((system) => {
    const easy = system.bugs.filter(({ difficulty }) => difficulty === "T0");
    const quick = easy.find(({ name }) => surestBugs.has(name)) ?? easy[0];
    const cells = campaignCells({ systems: [system], nemeses: [], hasBugs: true }).filter(({ bug }) => bug !== null && bug === quick?.name);
    return cells.map((cell) => ({ ...cell, workload: judgingWorkload(system, cell) }));
  });
}

/** The first workload that judges the claim which must accuse the bug: a run of another could not find it, and here are too few to draw from. */
function judgingWorkload({ claims, variants }: System, { accusedBy, variant }: Cell): string | null {
  const signed = variants.find(({ name }) => name === variant)?.workloads ?? [];
  const judges = claims.find(({ id }) => id === accusedBy)?.judgedBy ?? [];
  return judges.map((judge) => judge.split(":")[0] ?? "").find((name) => signed.includes(name)) ?? null;
}

function reached({ result, records }: CellsRun): CellsRun {
  const cells = result.cells.filter(({ rows }) => rows.length > 0);
  return { result: { ...result, cells, cellKeys: cells.map(({ cell }) => cell.key) }, records };
}
