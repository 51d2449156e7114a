// Measures the search on planted bugs: every bug over the same number of seeds, without stopping at the first find. For `bugs --all`.
import { cellPlan, type Cell } from "../harness/campaign-cells.ts";
import { explore } from "../harness/explore.ts";
import type { JsonObject } from "../harness/json.ts";
import type { Plan } from "../harness/plan.ts";
import { scoreRow, searchedRun, type ScoreRow, type SearchedRun } from "../harness/scoreboard.ts";
import { jsonObject } from "../reports/json.ts";
import { table } from "../reports/table.ts";
import { counted } from "../reports/words.ts";
import type { Entrants } from "./campaigning.ts";
import type { Session } from "./command.ts";
import { withWorkers } from "./execution.ts";

/** A row a bug, in the order of the cells; what an interruption left out is missing. */
export async function bugScores(
  session: Session,
  field: Entrants,
  { cells, seedBase, seeds }: { readonly cells: readonly Cell[]; readonly seedBase: string; readonly seeds: number },
): Promise<readonly ScoreRow[]> {
  const rows: ScoreRow[] = [];
  await withWorkers(session, async (execution) => {
    for (const cell of cells) {
      const loaded = field.loaded.get(cell.system);
      const bug = loaded?.system.bugs.find((candidate) => candidate.name === cell.bug);
      if (loaded === undefined || bug === undefined || session.isInterrupted) continue;
      const runs: SearchedRun[] = [];
      const plans = (function* (): Generator<Plan> {
        for (let index = 0; index < seeds; index++) yield cellPlan(cell, { ...loaded, seedBase, index });
      })();
      for await (const digest of explore({ ...execution, plans, clock: () => session.terminal.monotonicMs(), signal: session.terminal.interruption })) {
        runs.push(searchedRun(digest, bug.accusedBy));
        session.progress.report(() => `${cell.key}: ${counted(runs.length, "run")} of ${seeds}; bug ${rows.length + 1} of ${cells.length}`);
      }
      rows.push(
        scoreRow({
          system: cell.system,
          variant: cell.variant,
          runtime: "simulation",
          nemeses: cellPlan(cell, { ...loaded, seedBase, index: 0 }).nemeses.join(", "),
          bug,
          runs,
          shrunk: [],
        }),
      );
    }
  });
  session.progress.end();
  return rows;
}

/** Aligned columns: share of runs that found it with its interval at 95 %, how long a search takes, who accused it. */
export function scoreLines(rows: readonly ScoreRow[]): string[] {
  const cells = rows.map((row) => [
    row.foundCount > 0 ? "✓ found" : "✗ MISSED",
    `${row.record.system} ${row.record.variant} ${row.record.bug?.name ?? ""}`,
    row.record.bug?.accusedBy ?? "",
    `${row.foundCount}/${row.runCount}`,
    percent(row.foundCount / Math.max(1, row.runCount)),
    `${percent(row.interval.low)} to ${percent(row.interval.high)}`,
    row.medianSeeds === undefined ? "-" : String(row.medianSeeds),
    row.medianSeconds === undefined ? "-" : `${row.medianSeconds.toFixed(2)} s`,
    row.detectors.map(([claim, count]) => `${claim} ${count}`).join(", "),
  ]);
  return table([["", "bug", "claim", "found", "share", "at 95 %", "median seeds", "core time", "accused first by"], ...cells], {
    indent: "  ",
    rightAligned: [3, 4, 6, 7],
  });
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** One row for programs; single runs are left out. */
export function scoreDocument({ record, ...row }: ScoreRow): JsonObject {
  const { runs: _runs, shrunk: _shrunk, ...about } = record;
  return jsonObject({ ...about, ...row });
}
