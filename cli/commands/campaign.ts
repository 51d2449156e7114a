// `campaign`: the matrix of systems, workloads and nemeses, and every planted bug, within a time; one page tells it all.
import { join } from "node:path";
import { campaignCells } from "../../harness/campaign-cells.ts";
import type { CampaignResult } from "../../harness/campaign-result.ts";
import { summarize } from "../../harness/campaign-summary.ts";
import { worstEnding } from "../../harness/exit-code.ts";
import { writeAtomically } from "../../harness/store-files.ts";
import { nemeses } from "../../nemesis/index.ts";
import { campaignDocument, campaignPage, campaignText } from "../../reports/index.ts";
import { campaignReportOf, worstFailure } from "../campaign-report.ts";
import { entrants, runCells, type Entrants } from "../campaigning.ts";
import type { CommandDefinition, Conclusion, Session } from "../command.ts";
import { runHere } from "../execution.ts";
import { keepRun, shownPath } from "../keeping.ts";

export const campaignCommand: CommandDefinition = {
  name: "campaign",
  argument: "",
  argumentText: "",
  summary: "run the matrix of systems and nemeses, and find every planted bug",
  options: ["systems", "time", "shard", "seed", "workers", "shrinkTime"],
  examples: ["campaign", "campaign --systems kv,sequencer --time 10m", "campaign --shard 1/4 --json"],
  run: run,
};

/** Leaves time for shrinking and pages within a minute and a half. */
const defaultTimeMs = 80_000;
/** Of the time, at most, for planted bugs. */
const bugShare = 0.6;
/** Enough that a cell's evidence does not hang on one seed. */
const leastSeeds = 4;
const defaultShrinkMs = 10_000;
/** Broken cells whose worst run is made smaller and stored; the others keep the line that repeats them. */
const keptFailures = 5;
/** The default search stands for them. */
const withoutCells = new Set(["none", "swarm", "targeted"]);

async function run(session: Session): Promise<Conclusion> {
  const { settings, terminal } = session;
  const field = await entrants(session, settings.systems);
  session.store.prepare();
  const startMs = terminal.monotonicMs();
  const results = await bugsAndMatrix(session, field);
  const own = results.filter((result) => result.cells.length > 0);
  const kept = await keptRuns(session, own, field);
  const { id, path } = session.store.createCampaign();
  const pagePath = join(path, "index.html");
  const report = campaignReportOf(own, {
    id,
    kept,
    systems: new Map(field.systems.map((system) => [system.name, system])),
    systemTexts: field.texts,
    isInterrupted: session.isInterrupted,
    elapsedMs: terminal.monotonicMs() - startMs,
    pagePath: shownPath(session, pagePath),
    shard: settings.shard,
  });
  const document = campaignDocument(report);
  for (const [index, name] of ["bugs.json", "matrix.json"].entries()) writeAtomically(join(path, name), `${JSON.stringify(results[index])}\n`);
  writeAtomically(join(path, "campaign.json"), `${JSON.stringify(document, null, 2)}\n`);
  writeAtomically(pagePath, campaignPage(report));
  const hasCrashed = own
    .map((result) => summarize(result, settings.shard))
    .some(({ cells, conflicts }) => conflicts.length > 0 || cells.some((cell) => cell.crashedCount > 0));
  return {
    ending: worstEnding([report.verdict, ...(hasCrashed ? (["crashed"] as const) : []), ...(session.isInterrupted ? (["interrupted"] as const) : [])]),
    text: campaignText(report, session.paint),
    document: { ...document, schema: document["schema"] ?? null, verdict: report.verdict },
  };
}

/** Planted bugs first, for they drop out as they are found; the matrix has all the time that is left, at least its share. */
async function bugsAndMatrix(session: Session, field: Entrants): Promise<readonly [CampaignResult, CampaignResult]> {
  const { settings, terminal } = session;
  const startMs = terminal.monotonicMs();
  const timeMs = settings.time ?? defaultTimeMs;
  const cells = campaignCells({ systems: field.systems, nemeses: nemeses.filter(({ name }) => !withoutCells.has(name)), hasBugs: true });
  const common = { seedBase: settings.seed ?? "campaign", ...(settings.shard === undefined ? {} : { shard: settings.shard }) };
  const bugs = await runCells(session, field, { ...common, cells: cells.filter((cell) => cell.bug !== null), timeMs: timeMs * bugShare, leastSeeds: 1 });
  const leftMs = Math.max(timeMs * (1 - bugShare), timeMs - (terminal.monotonicMs() - startMs));
  const matrix = await runCells(session, field, { ...common, cells: cells.filter((cell) => cell.bug === null), timeMs: leftMs, leastSeeds });
  return [bugs, matrix];
}

/** Ids of the stored worst runs, by cell. Only correct systems: a planted bug is there to be found. */
async function keptRuns(session: Session, results: readonly CampaignResult[], field: Entrants): Promise<ReadonlyMap<string, string>> {
  const kept = new Map<string, string>();
  const broken = results
    .flatMap((result) => result.cells)
    .filter(({ cell, failures }) => cell.bug === null && failures.some((failure) => failure.verdict === "invalid"));
  const shrinkMs = (session.settings.shrinkTime ?? defaultShrinkMs) / Math.max(1, Math.min(broken.length, keptFailures));
  for (const cell of broken.slice(0, keptFailures)) {
    const plan = worstFailure(cell)?.plan;
    const system = field.loaded.get(cell.cell.system)?.system;
    if (plan === null || plan === undefined || system === undefined || session.isInterrupted) continue;
    const report = await keepRun(session, await runHere(session, plan), { system, keep: true, shrinkMs, runLine: `run ${cell.cell.system}` });
    kept.set(cell.cell.key, report.id);
  }
  return kept;
}
