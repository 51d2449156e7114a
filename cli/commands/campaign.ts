// `campaign`: the matrix of systems, workloads and nemeses, and every planted bug, within a time; one page tells it all.
import { join } from "node:path";
import { campaignCells } from "../../harness/campaign-cells.ts";
import type { CampaignResult } from "../../harness/campaign-result.ts";
import { summarize } from "../../harness/campaign-summary.ts";
import { EnvironmentError } from "../../harness/errors.ts";
import { worstEnding } from "../../harness/exit-code.ts";
import { writeAtomically } from "../../harness/store-files.ts";
import { nemeses } from "../../nemesis/index.ts";
import { campaignDocument, campaignPage, campaignText, visible } from "../../reports/index.ts";
import { campaignReportOf, worstFailure, type CampaignPart } from "../campaign-report.ts";
import { entrants, idsOf, runCells, type CellLimits, type Entrants } from "../campaigning.ts";
import type { CommandDefinition, Conclusion, Session } from "../command.ts";
import { runHere } from "../execution.ts";
import { keepRun, shownPath } from "../keeping.ts";
import { containersMissing } from "../mechanisms.ts";
import { mechanismOptions } from "../options.ts";
import { refuseIdleMechanisms } from "../plan-request.ts";
import { askedRuntimes, runRealPart, sharesOf, type Shares } from "../real-time-campaign.ts";

export const campaignCommand: CommandDefinition = {
  name: "campaign",
  argument: "",
  argumentText: "",
  summary: "run the matrix of systems and nemeses, and find every planted bug",
  options: ["systems", "runtime", ...mechanismOptions, "time", "shard", "seed", "workers", "shrinkTime"],
  examples: ["campaign", "campaign --systems kv,sequencer --time 10m", "campaign --runtime simulation", "campaign --shard 1/4 --json"],
  run: run,
};

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
  const parts = await partsOf(session, field);
  const own = parts.named.map(([, part]) => part).filter(({ result }) => result.cells.length > 0);
  const { id, path } = session.store.createCampaign();
  const pagePath = join(path, "index.html");
  const report = campaignReportOf(own, {
    id,
    systems: new Map(field.systems.map((system) => [system.name, system])),
    systemTexts: field.texts,
    isInterrupted: session.isInterrupted,
    elapsedMs: terminal.monotonicMs() - startMs,
    pagePath: shownPath(session, pagePath),
    shard: settings.shard,
    facts: parts.leftOut,
  });
  const document = campaignDocument(report);
  for (const [name, { result }] of parts.named) writeAtomically(join(path, `${name}.json`), `${JSON.stringify(result)}\n`);
  writeAtomically(join(path, "campaign.json"), `${JSON.stringify(document, null, 2)}\n`);
  writeAtomically(pagePath, campaignPage(report));
  const hasCrashed = own
    .map(({ result }) => summarize(result, settings.shard))
    .some(({ cells, conflicts }) => conflicts.length > 0 || cells.some((cell) => cell.crashedCount > 0));
  return {
    ending: worstEnding([report.verdict, ...(hasCrashed ? (["crashed"] as const) : []), ...(session.isInterrupted ? (["interrupted"] as const) : [])]),
    text: `${campaignText(report, session.paint)}${leftOutLines(session, parts.leftOut)}`,
    document: { ...document, schema: document["schema"] ?? null, verdict: report.verdict },
  };
}

interface Parts {
  /** By the name of its document. */
  readonly named: readonly (readonly [string, CampaignPart])[];
  /** Runtimes without a part, with the reason. */
  readonly leftOut: Readonly<Record<string, string>>;
}

/** The simulation first, whose cells are the whole matrix; then what real time shows of it. */
async function partsOf(session: Session, field: Entrants): Promise<Parts> {
  refuseIdleMechanisms(session.settings, "all");
  const { runtimes, leftOut } = await usableRuntimes(session);
  const shares = sharesOf(session.settings.time, runtimes);
  const short = runtimes.filter((runtime) => shares[runtime] === undefined).map((runtime) => [runtime, "left out: the time is too short for it"] as const);
  const named: (readonly [string, CampaignPart])[] = [];
  const failed: Record<string, string> = {};
  if (shares.simulation !== undefined) named.push(...(await simulated(session, field, shares.simulation)));
  for (const runtime of ["process", "container"] as const) {
    const timeMs = shares[runtime];
    if (timeMs === undefined || session.isInterrupted) continue;
    try {
      const { result, records } = await runRealPart(session, field, { ...commonOf(session), runtime, timeMs });
      named.push([runtime, { result, runtime, kept: idsOf(records) }]);
    } catch (error) {
      // What the simulation has shown stands, whatever this machine cannot do.
      if (!(error instanceof EnvironmentError) || session.settings.runtime === runtime) throw error;
      failed[runtime] = `left out: ${error.message} ${error.wayOut}`;
    }
  }
  return { named, leftOut: { ...leftOut, ...Object.fromEntries(short), ...failed } };
}

const documentNames: readonly string[] = ["bugs", "matrix"];

async function simulated(session: Session, field: Entrants, timeMs: number): Promise<(readonly [string, CampaignPart])[]> {
  const results = await bugsAndMatrix(session, field, timeMs);
  const kept = await keptRuns(
    session,
    results.filter((result) => result.cells.length > 0),
    field,
  );
  return results.map((result, index) => [documentNames[index] ?? String(index), { result, runtime: "simulation", kept }]);
}

/** Containers only where Docker answers; asked for by name, what is missing is an error. */
async function usableRuntimes(session: Session): Promise<{ readonly runtimes: readonly (keyof Shares)[]; readonly leftOut: Readonly<Record<string, string>> }> {
  const asked = askedRuntimes(session);
  const reason = asked.includes("container") ? await containersMissing() : undefined;
  if (reason === undefined) return { runtimes: asked, leftOut: {} };
  if (session.settings.runtime === "container")
    throw new EnvironmentError(`Containers cannot be run here: ${reason}.`, "See doctor; --runtime process needs no Docker.");
  return { runtimes: asked.filter((runtime) => runtime !== "container"), leftOut: { container: `left out: ${reason}` } };
}

function leftOutLines({ paint }: Session, leftOut: Parts["leftOut"]): string {
  return Object.entries(leftOut)
    .map(([runtime, reason]) => `${paint("faint", `– ${runtime}: ${visible(reason, 500)}`)}\n`)
    .join("");
}

function commonOf({ settings }: Session): Pick<CellLimits, "seedBase" | "shard"> {
  return { seedBase: settings.seed ?? "campaign", ...(settings.shard === undefined ? {} : { shard: settings.shard }) };
}

/** Planted bugs first, for they drop out as they are found; the matrix has all the time that is left, at least its share. */
async function bugsAndMatrix(session: Session, field: Entrants, timeMs: number): Promise<readonly [CampaignResult, CampaignResult]> {
  const { terminal } = session;
  const startMs = terminal.monotonicMs();
  const cells = campaignCells({ systems: field.systems, nemeses: nemeses.filter(({ name }) => !withoutCells.has(name)), hasBugs: true });
  const common = commonOf(session);
  const { result: bugs } = await runCells(session, field, {
    ...common,
    cells: cells.filter((cell) => cell.bug !== null),
    timeMs: timeMs * bugShare,
    leastSeeds: 1,
  });
  const leftMs = Math.max(timeMs * (1 - bugShare), timeMs - (terminal.monotonicMs() - startMs));
  const { result: matrix } = await runCells(session, field, { ...common, cells: cells.filter((cell) => cell.bug === null), timeMs: leftMs, leastSeeds });
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
