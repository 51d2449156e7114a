// `bugs`: tests the tester. Every planted bug must be found by the claim that must accuse it, with the search that clears the correct system.
import { availableParallelism } from "node:os";
import { campaignCells, type Cell } from "../../harness/campaign-cells.ts";
import { UsageError } from "../../harness/errors.ts";
import { worstEnding, type Ending } from "../../harness/exit-code.ts";
import { jsonObject } from "../../reports/json.ts";
import { bugLines } from "../../reports/text.ts";
import { counted, duration, verdictIcon } from "../../reports/words.ts";
import { campaignReportOf } from "../campaign-report.ts";
import { bugScores, scoreDocument, scoreLines } from "../bug-scores.ts";
import { entrants, fewSideBySide, idsOf, runCells, type Entrants, type RealTimeCells } from "../campaigning.ts";
import type { CommandDefinition, Conclusion, Session } from "../command.ts";
import { mechanismOptions, type Settings } from "../options.ts";
import { mechanismsOf, refuseIdleMechanisms } from "../plan-request.ts";

export const bugsCommand: CommandDefinition = {
  name: "bugs",
  argument: "[system]",
  argumentText: "only this system's bugs (default: all that ship)",
  summary: "find every planted bug with the default search",
  options: ["bug", "runtime", ...mechanismOptions, "seeds", "time", "all", "seed", "workers"],
  examples: ["bugs", "bugs kv --seeds 5000", "bugs kv --bug stale-reads", "bugs kv --all --seeds 500", "bugs kv --runtime process --time 10m"],
  run: run,
};

/** What a search for one bug may cost: so many seeds, or so long on one core, whichever comes first. */
const defaultSeeds = 20_000;
const defaultCoreMs = 60_000;
const defaultMeasuredSeeds = 200;

async function run(session: Session, systemText: string): Promise<Conclusion> {
  const { settings, terminal } = session;
  const field = await entrants(session, systemText === "" ? undefined : [systemText]);
  const all = campaignCells({ systems: field.systems, nemeses: [], hasBugs: true }).filter((cell) => cell.bug !== null);
  const cells = settings.bug === undefined ? all : all.filter((cell) => cell.bug === settings.bug);
  if (cells.length === 0)
    throw new UsageError(
      "no-bugs",
      settings.bug === undefined ? `${systemText} has no planted bugs.` : `There is no bug named "${settings.bug}" here.`,
      `There are: ${all.map((cell) => cell.bug).join(", ") || "none"}.`,
    );
  refuseIdleMechanisms(settings);
  const realTime = realTimeOf(settings);
  if (settings.all === true && realTime !== undefined)
    throw new UsageError("bad-runtime", "--all measures the search over hundreds of seeds, which only the simulation can.", "Leave --all or --runtime out.");
  if (settings.all === true) return await measured(session, field, cells);
  const startMs = terminal.monotonicMs();
  const { result, records } = await runCells(session, field, {
    cells,
    seedBase: settings.seed ?? "bugs",
    timeMs: settings.time ?? (cells.length * defaultCoreMs) / (realTime?.parallel ?? settings.workers ?? availableParallelism()),
    leastSeeds: 1,
    mostSeeds: settings.seeds ?? defaultSeeds,
    ...(realTime === undefined ? {} : { realTime }),
  });
  const elapsedMs = terminal.monotonicMs() - startMs;
  const report = campaignReportOf([{ result, runtime: settings.runtime ?? "simulation", kept: idsOf(records) }], {
    id: "",
    systems: new Map(field.systems.map((system) => [system.name, system])),
    systemTexts: field.texts,
    isInterrupted: session.isInterrupted,
    elapsedMs,
  });
  const foundCount = report.bugs.filter((bug) => bug.isFound).length;
  const verdict = foundCount === cells.length ? "valid" : session.isInterrupted ? "unknown" : "invalid";
  const runCount = report.bugs.reduce((sum, bug) => sum + bug.seedCount, 0);
  const endings: Ending[] = session.isInterrupted ? ["interrupted"] : [verdict];
  const sentence = `${verdictIcon[verdict]} ${foundCount} of ${counted(cells.length, "planted bug")} found by the claim that must accuse it (${counted(runCount, "run")} in ${duration(elapsedMs)})`;
  return {
    ending: worstEnding(endings),
    text: `${session.paint(verdict === "valid" ? "good" : "bad", sentence)}\n\n${bugLines(report.bugs).join("\n")}`,
    document: jsonObjectWithVerdict({ foundCount, bugCount: cells.length, runCount, elapsedMs, seedBase: result.seedBase, bugs: report.bugs }, verdict),
  };
}

/** Planted bugs in real time: a few runs side by side, each as long and as busy as the default search draws. */
function realTimeOf(settings: Settings): RealTimeCells | undefined {
  const { runtime } = settings;
  if (runtime === undefined || runtime === "simulation") return undefined;
  return { runtime, parallel: settings.workers ?? fewSideBySide(), overrides: { options: { realTime: mechanismsOf(settings) } } };
}

function jsonObjectWithVerdict(members: object, verdict: string): Conclusion["document"] {
  return { ...jsonObject(members), schema: "faultline/bugs/1", verdict };
}

/** With --all every bug gets all its seeds, and the table says how often each was found. */
async function measured(session: Session, field: Entrants, cells: readonly Cell[]): Promise<Conclusion> {
  const { settings, terminal } = session;
  const startMs = terminal.monotonicMs();
  const seedBase = settings.seed ?? "bugs";
  const rows = await bugScores(session, field, { cells, seedBase, seeds: settings.seeds ?? defaultMeasuredSeeds });
  const elapsedMs = terminal.monotonicMs() - startMs;
  const foundCount = rows.filter((row) => row.foundCount > 0).length;
  const verdict = session.isInterrupted ? "unknown" : foundCount === cells.length ? "valid" : "invalid";
  const sentence = `${verdictIcon[verdict]} ${foundCount} of ${counted(cells.length, "planted bug")} found (${duration(elapsedMs)})`;
  return {
    ending: session.isInterrupted ? "interrupted" : verdict,
    text: `${session.paint(verdict === "valid" ? "good" : "bad", sentence)}\n\n${scoreLines(rows).join("\n")}\n`,
    document: jsonObjectWithVerdict({ foundCount, bugCount: cells.length, elapsedMs, seedBase, scores: rows.map(scoreDocument) }, verdict),
  };
}
