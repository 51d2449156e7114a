// Runs cells over all cores with progress on the terminal. For `campaign` and `bugs`.
import { cellPlan, type Cell, type Shard } from "../harness/campaign-cells.ts";
import type { CampaignResult } from "../harness/campaign-result.ts";
import { runCampaign } from "../harness/campaign.ts";
import { UsageError } from "../harness/errors.ts";
import type { Plan } from "../harness/plan.ts";
import { hashString } from "../harness/random.ts";
import type { System } from "../harness/system.ts";
import { counted, duration } from "../reports/words.ts";
import type { Session } from "./command.ts";
import { withWorkers } from "./execution.ts";
import { hostFacts } from "./host.ts";
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
): Promise<CampaignResult> {
  const { terminal, progress } = session;
  const { commit, node } = hostFacts();
  const planOf = (cell: Cell, index: number): Plan => {
    const found = loaded.get(cell.system);
    if (found === undefined) throw new Error(`no system ${cell.system} was loaded`);
    return cellPlan(cell, { ...found, seedBase: seedBaseOf(cell, limits.seedBase), index });
  };
  let invalidCount = 0;
  const result = await withWorkers(session, (execution) =>
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
        progress.report(
          () =>
            `${counted(runCount, "run")} in ${counted(cellCount, "cell")}, ${counted(invalidCount, "violation")}, ${Math.round(runCount / (elapsedMs / 1000))} runs/s, ${duration(elapsedMs)}${Number.isFinite(limits.timeMs) ? ` of ${duration(limits.timeMs)}` : ""}, now ${cell.key}`,
        );
      },
    }),
  );
  progress.end();
  return result;
}
