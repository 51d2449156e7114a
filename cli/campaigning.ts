// Runs cells over all cores with progress on the terminal. For `campaign` and `bugs`.
import { availableParallelism } from "node:os";
import { cellPlan, type Cell, type Shard } from "../harness/campaign-cells.ts";
import type { CampaignResult } from "../harness/campaign-result.ts";
import { runCampaign } from "../harness/campaign.ts";
import { UsageError } from "../harness/errors.ts";
import type { Plan } from "../harness/plan.ts";
import type { RunDigest } from "../harness/digest.ts";
import { hashString } from "../harness/random.ts";
import type { SearchOverrides } from "../harness/search.ts";
import type { System } from "../harness/system.ts";
import { counted, duration } from "../reports/words.ts";
import type { Session } from "./command.ts";
import { withRealTime, withWorkers, type Execution } from "./execution.ts";
import { hostFacts } from "./host.ts";
import { forRealTime } from "./real-time-search.ts";
import type { Recorded } from "./recording.ts";
import { shippedSystems, type LoadedSystem } from "./registry.ts";

export interface Entrants {
  /** By name. */
  readonly loaded: ReadonlyMap<string, LoadedSystem>;
  /** As the user named them, by name. */
  readonly texts: ReadonlyMap<string, string>;
  readonly systems: readonly System[];
}

/** Loads what the user named, or all that ship. @throws UsageError, also if two have one name */
export async function entrants(session: Session, texts: readonly string[] = shippedSystems): Promise<Entrants> {
  const loaded = new Map<string, LoadedSystem>();
  const names = new Map<string, string>();
  for (const text of texts) {
    const one = await session.loadSystem(text);
    const { name } = one.system;
    if (loaded.has(name)) throw new UsageError("two-systems", `Two of the systems are named "${name}".`, "Run them one after the other.");
    loaded.set(name, one);
    names.set(name, text);
  }
  return { loaded, texts: names, systems: [...loaded.values()].map(({ system }) => system) };
}

export interface CellLimits {
  readonly seedBase: string;
  readonly timeMs: number;
  readonly leastSeeds: number;
  readonly mostSeeds?: number;
  readonly shard?: Shard;
  /** Default: the simulation. */
  readonly realTime?: RealTimeCells;
}

/** How cells are run in real time. */
export interface RealTimeCells {
  readonly runtime: "process" | "container";
  /** Runs side by side. */
  readonly parallel: number;
  /** Members of the plans that are not drawn. */
  readonly overrides: SearchOverrides;
}

export interface CellsRun {
  readonly result: CampaignResult;
  /** Stored runs by the key of their cell: the first violation, else the first that is undecided. Only in real time, where runs cannot be had again. */
  readonly records: ReadonlyMap<string, Recorded>;
}

/** Every bug meets the same plans; cells of the matrix have seeds of their own, so that together they see more of them. */
function seedBaseOf(cell: Cell, seedBase: string): string {
  return cell.bug === null ? `${seedBase}.${hashString(cell.key).toString(36)}` : seedBase;
}

/** Partial when the user interrupts. */
export async function runCells(
  session: Session,
  { loaded }: Entrants,
  { cells, ...limits }: CellLimits & { readonly cells: readonly Cell[] },
): Promise<CellsRun> {
  const { terminal, progress } = session;
  const { realTime } = limits;
  const { commit, node } = hostFacts();
  const planOf = (cell: Cell, index: number): Plan => {
    const found = loaded.get(cell.system);
    if (found === undefined) throw new Error(`no system ${cell.system} was loaded`);
    return realTime === undefined
      ? cellPlan(cell, { ...found, seedBase: seedBaseOf(cell, limits.seedBase), index })
      : realTimeCellPlan(cell, { ...found, seedBase: seedBaseOf(cell, limits.seedBase), index }, realTime);
  };
  let invalidCount = 0;
  const records = new Records();
  const result = await executing(session, { realTime, records }, (execution) =>
    runCampaign({
      ...limits,
      ...execution,
      cells,
      planOf,
      label: `${commit ?? "no commit"}, node ${node ?? ""}`,
      clock: () => terminal.monotonicMs(),
      signal: terminal.interruption,
      onProgress: ({ cell, digest, runCount, cellCount, elapsedMs }) => {
        if (cell.bug === null && digest.verdict === "invalid") invalidCount++;
        records.belongsTo(digest.index, cell);
        progress.report(
          () =>
            `${counted(runCount, "run")} in ${counted(cellCount, "cell")}, ${counted(invalidCount, "violation")}, ${realTime === undefined ? `${Math.round(runCount / (elapsedMs / 1000))} runs/s` : `in ${realTime.runtime === "process" ? "processes" : "containers"}`}, ${duration(elapsedMs)}${Number.isFinite(limits.timeMs) ? ` of ${duration(limits.timeMs)}` : ""}, now ${cell.key}`,
        );
      },
    }),
  );
  progress.end();
  return { result, records: records.byCell };
}

async function executing<T>(
  session: Session,
  { realTime, records }: { readonly realTime: RealTimeCells | undefined; readonly records: Records },
  body: (execution: Execution) => Promise<T>,
): Promise<T> {
  if (realTime === undefined) return await withWorkers(session, body);
  return await withRealTime(session, { parallel: realTime.parallel, keeps, onKept: (index, recorded) => records.add(index, recorded) }, body);
}

/** What was found cannot be had again; what is merely undecided about a planted bug is of no interest. */
function keeps({ verdict, plan }: RunDigest): boolean {
  return verdict === "invalid" || (verdict === "unknown" && plan?.bug === undefined);
}

/** The cell's plan in that runtime: longer and busier than a simulated one, and a planted bug ends its run by being seen. */
function realTimeCellPlan(
  cell: Cell,
  found: LoadedSystem & { readonly seedBase: string; readonly index: number },
  { runtime, overrides }: RealTimeCells,
): Plan {
  const phases = { ...(cell.bug === null ? {} : { stopAtViolation: true, stopAtImpossibleAnswer: true }), ...overrides.options?.phases };
  const options = { ...overrides.options, phases };
  const plan = cellPlan(cell, { ...found, overrides: { ...overrides, runtime, options } });
  return forRealTime(plan, { hasRate: overrides.rateHz !== undefined, hasDuration: overrides.durationMs !== undefined });
}

/** Runs of a real-time part together: they wait more than they work, but each has several processes to start. */
export function fewSideBySide(): number {
  return Math.min(8, availableParallelism() + 1);
}

/** Ids of stored runs by the key of their cell. */
export function idsOf(records: CellsRun["records"]): ReadonlyMap<string, string> {
  return new Map([...records].map(([key, { folder }]) => [key, folder.id]));
}

/** Stored runs, first by their number, then by their cell. */
class Records {
  readonly byCell: Map<string, Recorded> = new Map();
  readonly #byIndex = new Map<number, Recorded>();

  add(index: number, recorded: Recorded): void {
    this.#byIndex.set(index, recorded);
  }

  belongsTo(index: number, { key }: Cell): void {
    const recorded = this.#byIndex.get(index);
    const known = this.byCell.get(key);
    this.#byIndex.delete(index);
    if (recorded === undefined || known?.result.verdict.verdict === "invalid") return;
    if (known === undefined || recorded.result.verdict.verdict === "invalid") this.byCell.set(key, recorded);
  }
}
