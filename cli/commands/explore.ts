// `explore`: many seeds of one plan over all cores, until the first violation or, with --all, to the end.
import { explore, Tally } from "../../harness/explore.ts";
import type { RunDigest } from "../../harness/digest.ts";
import { worstEnding, type Ending } from "../../harness/exit-code.ts";
import { worstClaim, worstVerdict, type ClaimWord } from "../../harness/verdict.ts";
import { runDocument, runText, type RunReport } from "../../reports/index.ts";
import { counted, duration, verdictIcon, verdictLabel } from "../../reports/words.ts";
import type { CommandDefinition, Conclusion, Session } from "../command.ts";
import { runOnce, withRealTime, withWorkers, type Execution, type Ran } from "../execution.ts";
import { keepRun, shrinkTime } from "../keeping.ts";
import { planOptions } from "../options.ts";
import { planAt, plansOf, planRequest, runLine, type PlanRequest } from "../plan-request.ts";
import type { Recorded } from "../recording.ts";
import { isRealTime } from "../runtimes.ts";
import { freshSeed } from "./run.ts";

export const exploreCommand: CommandDefinition = {
  name: "explore",
  argument: "<system>",
  argumentText: "a shipped system (see list), or the file of your own",
  summary: "run many seeds of one plan, over all cores",
  options: [...planOptions, "seeds", "time", "all", "keep", "workers", "shrinkTime"],
  examples: [
    "explore kv --seeds 1000",
    "explore kv --time 60s --workload register",
    "explore kv --bug stale-reads --seeds 200",
    "explore ./my-system.ts --time 5m --all",
    "explore kv --runtime process --time 60s",
  ],
  run: run,
};

/** Failures of different classes that are made smaller and stored; the rest is counted. */
const keptFailures = 5;
const defaultSeeds = 100;
/** They take seconds each. */
const defaultRealSeeds = 5;

interface Search {
  readonly tally: Tally;
  readonly digests: Summary;
  readonly elapsedMs: number;
  /** Runs in real time that are not valid, by index: they cannot be had again. */
  readonly records: ReadonlyMap<number, Recorded>;
}

/** What is remembered of every run. */
interface Summary {
  readonly claims: Map<string, ClaimWord>;
  readonly verdicts: Set<RunDigest["verdict"]>;
  okCount: number;
  effectiveCount: number;
  firstUnknown: RunDigest | undefined;
}

async function run(session: Session, systemText: string): Promise<Conclusion> {
  const { settings } = session;
  const request = planRequest(await session.loadSystem(systemText), { systemText, settings, freshSeed: freshSeed(session) });
  session.store.prepare();
  const search = await searched(session, request);
  const reports = await kept(session, request, search);
  return conclusionOf(session, request, { search, reports });
}

async function searched(session: Session, request: PlanRequest): Promise<Search> {
  const { settings, terminal, progress } = session;
  const tally = new Tally();
  const digests: Summary = { claims: new Map(), verdicts: new Set(), okCount: 0, effectiveCount: 0, firstUnknown: undefined };
  const startMs = terminal.monotonicMs();
  const records = new Map<number, Recorded>();
  const isReal = isRealTime(planAt(request, 0));
  await executing(session, { isReal, records }, async (execution) => {
    const seeds = settings.seeds ?? (settings.time === undefined ? (isReal ? defaultRealSeeds : defaultSeeds) : undefined);
    const limits = { ...(seeds === undefined ? {} : { seeds }), ...(settings.time === undefined ? {} : { timeMs: settings.time }) };
    const stopAt = (digest: RunDigest): boolean => digest.verdict === "invalid" && settings.all !== true;
    for await (const digest of explore({
      ...execution,
      ...limits,
      plans: plansOf(request),
      stopAt,
      clock: () => terminal.monotonicMs(),
      signal: terminal.interruption,
    })) {
      tally.add(digest);
      remember(digests, digest);
      progress.report(
        () =>
          `${counted(tally.runCount, "run")}${seeds === undefined ? "" : ` of ${seeds}`}, ${counted(tally.invalidCount, "violation")}, ${tally.unknownCount} unknown, ${rate(tally, terminal.monotonicMs() - startMs)}`,
      );
    }
  });
  progress.end();
  return { tally, digests, elapsedMs: terminal.monotonicMs() - startMs, records };
}

/** Over all cores in simulation; in real time one after the other, unless the user says how many: they would disturb each other. */
async function executing(
  session: Session,
  { isReal, records }: { readonly isReal: boolean; readonly records: Map<number, Recorded> },
  body: (execution: Execution) => Promise<void>,
): Promise<void> {
  if (!isReal) return await withWorkers(session, body);
  const onKept = (index: number, recorded: Recorded): void => {
    if (recorded.result.verdict.verdict !== "valid") records.set(index, recorded);
  };
  await withRealTime(session, { parallel: session.settings.workers ?? 1, keeps: () => true, onKept }, body);
}

function remember(digests: Summary, digest: RunDigest): void {
  for (const { id, verdict } of digest.claims) digests.claims.set(id, worstClaim([digests.claims.get(id) ?? "not-exercised", verdict]));
  digests.verdicts.add(digest.verdict);
  digests.okCount += digest.okCount;
  digests.effectiveCount += digest.effectiveCount;
  if (digest.verdict === "unknown") digests.firstUnknown ??= digest;
}

/** The first failure of each class, run again here, made smaller and stored; without one, the first run that nobody can judge. */
async function kept(session: Session, request: PlanRequest, { tally, digests, records }: Search): Promise<RunReport[]> {
  const failures = [...tally.classes.values()].map(({ first }) => first).filter((digest) => digest.verdict === "invalid");
  const doubtful = failures.length === 0 && digests.firstUnknown?.ending !== "interrupted" ? [digests.firstUnknown] : [];
  const reports: RunReport[] = [];
  for (const digest of [...failures.slice(0, keptFailures), ...doubtful]) {
    if (digest?.plan === undefined || digest.ending === "stuck" || digest.ending === "crashed" || session.isInterrupted) continue;
    const { result, folder }: Ran = records.get(digest.index) ?? (await runOnce(session, digest.plan));
    const shrinkMs = shrinkTime(session, result.plan) / Math.max(1, Math.min(failures.length, keptFailures));
    reports.push(await keepRun(session, result, { system: request.loaded.system, keep: true, shrinkMs, runLine: runLine(request, digest.seed), folder }));
  }
  return reports;
}

interface Outcome {
  readonly search: Search;
  readonly reports: readonly RunReport[];
}

function conclusionOf(session: Session, request: PlanRequest, { search, reports }: Outcome): Conclusion {
  const { tally, digests, elapsedMs } = search;
  const verdict = worstVerdict(digests.verdicts);
  const endings: Ending[] = [verdict, ...(session.isInterrupted ? (["interrupted"] as const) : []), ...(tally.crashedCount > 0 ? (["crashed"] as const) : [])];
  const claims = [...digests.claims].map(([id, word]) => ({ id, verdict: word }));
  const document = {
    schema: "faultline/explore/1",
    verdict,
    system: request.loaded.system.name,
    bug: session.settings.bug ?? null,
    seedBase: request.seedBase,
    runCount: tally.runCount,
    countedCount: tally.countedCount,
    invalidCount: tally.invalidCount,
    unknownCount: tally.unknownCount,
    stuckCount: tally.stuckCount,
    crashedCount: tally.crashedCount,
    okCount: digests.okCount,
    effectiveFaultCount: digests.effectiveCount,
    elapsedMs,
    isInterrupted: session.isInterrupted,
    claims,
    classes: Object.fromEntries([...tally.classes].map(([name, { count }]) => [name, count])),
    why: whyOf(search),
    failures: reports.map(runDocument),
  };
  return { ending: worstEnding(endings), document, text: textOf(session, { request, search, reports, verdict }) };
}

function textOf(
  session: Session,
  { request, search, reports, verdict }: Outcome & { readonly request: PlanRequest; readonly verdict: "valid" | "invalid" | "unknown" },
): string {
  const { tally, digests, elapsedMs } = search;
  const style = verdict === "valid" ? "good" : verdict === "invalid" ? "bad" : "doubtful";
  const what = verdict === "valid" ? "no violation" : verdict === "invalid" ? counted(tally.invalidCount, "violation") : `undecided: ${whyOf(search)}`;
  const lines = [
    session.paint(
      style,
      `${verdictIcon[verdict]} ${request.loaded.system.name}: ${what} in ${counted(tally.runCount, "run")} (${duration(elapsedMs)}, ${rate(tally, elapsedMs)}${session.isInterrupted ? ", interrupted" : ""})`,
    ),
    `  ${counted(tally.countedCount, "run")} count as evidence (20 ok operations and a fault in effect); ${counted(digests.okCount, "ok operation")}, ${counted(digests.effectiveCount, "fault")} in effect; ${tally.unknownCount} unknown, seeds ${request.seedBase}-${request.firstIndex} and on`,
    ...[...digests.claims].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([id, word]) => `    ${verdictLabel(word).padEnd(15)}  ${id}`),
    ...[...tally.classes].filter(([, { count }]) => count > 1).map(([name, { count }]) => `  ${name}: ${count} times`),
  ];
  return `${lines.join("\n")}\n${reports.map((report) => `\n${runText(report, session.paint)}`).join("")}`;
}

function whyOf({ tally, digests }: Search): string {
  if (tally.runCount === 0) return "no run was finished";
  return digests.firstUnknown === undefined ? "" : (digests.firstUnknown.why.split("\n")[0] ?? "");
}

function rate(tally: Tally, elapsedMs: number): string {
  const perSecond = tally.runCount / Math.max(0.001, elapsedMs / 1000);
  return perSecond < 2 ? `${(60 * perSecond).toFixed(1)} runs/min` : `${Math.round(perSecond)} runs/s`;
}
