// A campaign's result in the words of reports: texts of claims and bugs, pages of kept runs, lines that repeat them.
import { claimWordAt, type CampaignResult, type CellResult, type Failure } from "../harness/campaign-result.ts";
import { summarize, type BugSummary, type CampaignSummary, type CellSummary } from "../harness/campaign-summary.ts";
import type { Cell, Shard } from "../harness/campaign-cells.ts";
import type { Plan } from "../harness/plan.ts";
import type { System } from "../harness/system.ts";
import { worstVerdict, type ClaimWord, type VerdictWord } from "../harness/verdict.ts";
import type { BugScore, CampaignCell, CampaignClaim, CampaignReport } from "../reports/index.ts";
import { counted } from "../reports/words.ts";
import { shellWord } from "./arguments.ts";
import { hostFacts, programName } from "./host.ts";

export interface CampaignContext {
  readonly id: string;
  /** By name. */
  readonly systems: ReadonlyMap<string, System>;
  /** How the user names a system, by its name. */
  readonly systemTexts: ReadonlyMap<string, string>;
  readonly isInterrupted: boolean;
  readonly elapsedMs: number;
  /** The part that was run; absent: all of it. What other shards have is not missed. */
  readonly shard?: Shard | undefined;
  readonly pagePath?: string;
  /** What else belongs among the facts about this campaign, name to value. */
  readonly facts?: Readonly<Record<string, string>>;
}

/** What was found in one runtime. */
export interface CampaignPart {
  readonly result: CampaignResult;
  readonly runtime: Plan["runtime"];
  /** Ids of stored runs, by the key of their cell. */
  readonly kept: ReadonlyMap<string, string>;
}

/** Cells of correct systems become the matrix, cells of bugs the scoreboard. @param parts of one runtime have different cells */
export function campaignReportOf(parts: readonly CampaignPart[], context: CampaignContext): CampaignReport {
  const judged = parts.map((part) => judgedPart(part, context));
  const reasons = judged.flatMap(({ reasons: own }) => own);
  return {
    id: context.id,
    verdict: worstVerdict(judged.map(({ verdict }) => verdict)),
    why: reasons.length === 0 ? "Every claim was exercised and held in every run." : `${reasons.join("; ")}.`,
    cells: judged.flatMap(({ summary, place }) => summary.cells.filter(({ cell }) => cell.bug === null).map((cell) => cellOf(cell, place))),
    claims: judged.flatMap(({ claims }) => claims),
    bugs: judged.flatMap(({ summary, place }) => summary.bugs.map((bug) => bugOf(bug, place))),
    isInterrupted: context.isInterrupted,
    elapsedMs: context.elapsedMs,
    ...(context.pagePath === undefined ? {} : { pagePath: context.pagePath }),
    environment: {
      ...hostFacts(),
      "seed base": [...new Set(parts.map(({ result }) => result.seedBase))].join(", "),
      ...context.facts,
      shard: context.shard === undefined ? "1 of 1" : `${context.shard.index} of ${context.shard.total}`,
    },
  };
}

/** One part, with what its cells and bugs need to be told. */
interface Place extends CampaignContext {
  readonly results: ReadonlyMap<string, CellResult>;
  readonly kept: ReadonlyMap<string, string>;
  readonly runtime: Plan["runtime"];
}

interface JudgedPart {
  readonly summary: CampaignSummary;
  readonly place: Place;
  readonly verdict: VerdictWord;
  readonly reasons: readonly string[];
  readonly claims: readonly CampaignClaim[];
}

/**
 * In real time there is room for a few runs only, so what they did not exercise or reach is not held against anybody: the simulation has
 * to show it. What they did decide, or could not, counts as much as anywhere.
 */
function judgedPart({ result, runtime, kept }: CampaignPart, context: CampaignContext): JudgedPart {
  const whole = summarize(result, context.shard);
  const summary = runtime === "simulation" ? whole : { ...whole, claims: whole.claims.filter((claim) => claim.exercisedCount > 0), missing: [] };
  const results = new Map(result.cells.map((cell) => [cell.cell.key, cell]));
  const place: Place = { ...context, results, kept, runtime };
  const hasRuns = runtime === "simulation" || summary.runCount > 0;
  const reasons = reasonsOf(summary).map((reason) => (runtime === "simulation" ? reason : `${reason}${inRuntime(runtime)}`));
  return { summary, place, verdict: hasRuns ? verdictOf(summary) : "unknown", reasons, claims: claimsOf(result, summary, place) };
}

/** As the end of a design's name. */
function inRuntime(runtime: Plan["runtime"]): string {
  return runtime === "simulation" ? "" : runtime === "process" ? " in processes" : " in containers";
}

/**
 * What the runs say of claims and bugs. A cell in which nothing counts as evidence says nothing and takes nothing away: the
 * claims themselves must have been exercised somewhere, else they are unknown.
 */
function verdictOf(summary: CampaignSummary): VerdictWord {
  const cells = summary.cells.filter(
    ({ cell, countedCount, verdict }) => cell.bug === null && (verdict === "invalid" || countedCount > 0 || isDisturbed(summary, cell.key)),
  );
  const isIncomplete = summary.missing.length > 0 || summary.conflicts.length > 0;
  const words: VerdictWord[] = [
    ...summary.claims.map((claim) => claim.verdict),
    ...cells.map((cell) => cell.verdict),
    ...summary.cells.filter(({ cell }) => cell.bug !== null).map((cell) => cell.verdict),
    ...(isIncomplete ? ["unknown" as const] : []),
  ];
  return worstVerdict(words);
}

/** Whether runs of the cell did not end or could not be judged. */
function isDisturbed({ cells }: CampaignSummary, key: string): boolean {
  return cells.some((cell) => cell.key === key && (cell.runCount === 0 || cell.stuckCount + cell.crashedCount > 0 || cell.unknownCount > 0));
}

function reasonsOf({ claims, bugs, missing, conflicts }: CampaignSummary): string[] {
  const broken = claims.filter((claim) => claim.verdict === "invalid").map((claim) => `${claim.system} ${claim.claim}`);
  const silent = claims.filter((claim) => claim.exercisedCount === 0);
  const missed = bugs.filter((bug) => !bug.isFound).length;
  return [
    broken.length === 0 ? "" : `violated: ${broken.join(", ")}`,
    missed === 0 ? "" : `${counted(missed, "planted bug")} missed`,
    silent.length === 0 ? "" : `never exercised: ${silent.map((claim) => `${claim.system} ${claim.variant} ${claim.claim}`).join(", ")}`,
    missing.length === 0 ? "" : `${counted(missing.length, "cell")} without a complete result`,
    conflicts.length === 0 ? "" : `${counted(conflicts.length, "seed")} with two different results`,
  ].filter((part) => part !== "");
}

function cellOf(summary: CellSummary, place: Place): CampaignCell {
  const { cell, key, verdict, runCount, invalidCount, unknownCount, countedCount, stuckCount, crashedCount } = summary;
  const result = place.results.get(key);
  const rows = result?.rows ?? [];
  const worst = worstFailure(result);
  const id = place.kept.get(key);
  const lost = stuckCount + crashedCount;
  const word: ClaimWord = verdict === "unknown" && runCount > 0 && countedCount === 0 && lost + unknownCount === 0 ? "not-exercised" : verdict;
  const why = worst?.why ?? cellReason(word, { lost, runCount });
  return {
    key: place.runtime === "simulation" ? key : `${place.runtime}:${key}`,
    runtime: place.runtime,
    system: cell.system,
    variant: `${cell.variant}${inRuntime(place.runtime)}`,
    workload: cell.workload ?? "drawn",
    nemesis: cell.nemesis ?? "swarm+targeted",
    verdict: word,
    why: why.split("\n")[0] ?? "",
    runCount,
    invalidCount,
    unknownCount: unknownCount + lost,
    okCount: rows.reduce((sum, row) => sum + row[4], 0),
    effectiveFaultCount: rows.reduce((sum, row) => sum + row[5], 0),
    ...(id === undefined ? {} : { worstRunPage: `../../runs/${id}/report.html` }),
    ...(worst === undefined ? {} : { repeatLine: id === undefined ? cellLine(cell, worst, place) : `${programName()} replay ${id}` }),
  };
}

function cellReason(word: ClaimWord, { lost, runCount }: { readonly lost: number; readonly runCount: number }): string {
  if (lost > 0) return `${counted(lost, "run")} did not end`;
  if (runCount === 0) return "not run";
  if (word === "not-exercised") return "no run with 20 ok operations and a fault in effect";
  return word === "unknown" ? "some run could not be judged" : "";
}

/** A violation if there is one; else whatever else failed. */
export function worstFailure(result: CellResult | undefined): Failure | undefined {
  return result?.failures.find((failure) => failure.verdict === "invalid") ?? result?.failures[0];
}

/** The command that runs one seed of a cell again. */
function cellLine(cell: Cell, { seed, plan }: Failure, { systemTexts, runtime }: Place): string {
  const flags = [
    ["--variant", cell.variant],
    ["--bug", cell.bug],
    ["--workload", cell.workload],
    ["--nemesis", cell.nemesis],
    ["--runtime", runtime === "simulation" ? null : runtime],
    ["--duration", runtime === "simulation" || plan === null ? null : `${plan.durationMs}ms`],
    ["--seed", seed],
  ] as const;
  return [
    programName(),
    "run",
    shellWord(systemTexts.get(cell.system) ?? cell.system),
    ...flags.flatMap(([flag, value]) => (value === null ? [] : [flag, shellWord(value)])),
  ].join(" ");
}

function claimsOf(result: CampaignResult, summary: CampaignSummary, { systems, runtime }: Place): CampaignClaim[] {
  return summary.claims.map(({ system, variant, claim, verdict, exercisedCount, runCount }) => {
    const cells = result.cells.filter(({ cell }) => cell.bug === null && cell.system === system && cell.variant === variant);
    const violatedCount = cells.reduce(
      (sum, { cell, rows }) => sum + rows.filter((row) => claimWordAt(row, cell.claims.indexOf(claim)) === "invalid").length,
      0,
    );
    const text = systems.get(system)?.claims.find((candidate) => candidate.id === claim)?.text ?? "";
    const why = exercisedCount === 0 ? `never exercised in ${counted(runCount, "run")}` : `exercised in ${exercisedCount} of ${counted(runCount, "run")}`;
    return { system: `${system} ${variant}${inRuntime(runtime)}`, id: claim, text, verdict, why, exercisedCount, violatedCount };
  });
}

function bugOf(bug: BugSummary, place: Place): BugScore {
  const result = place.results.get(bug.key);
  const rows = result?.rows ?? [];
  const cell = result?.cell;
  const position = cell?.claims.indexOf(bug.accusedBy) ?? -1;
  const foundCount = rows.filter((row) => claimWordAt(row, position) === "invalid").length;
  const first = result?.failures.find((failure) => failure.verdict === "invalid" && failure.failureClass.startsWith(`${bug.accusedBy}/`));
  const others = bug.otherAccusers.length === 0 ? "" : `; accused by ${bug.otherAccusers.join(", ")} alone, which does not count`;
  const id = place.kept.get(bug.key);
  return {
    system: `${bug.system} ${bug.variant}${inRuntime(place.runtime)}`,
    name: bug.bug,
    text: place.systems.get(bug.system)?.bugs.find((candidate) => candidate.name === bug.bug)?.text ?? "",
    expectedClaim: bug.accusedBy,
    accusedBy: [...(bug.isFound ? [bug.accusedBy] : []), ...bug.otherAccusers],
    isFound: bug.isFound,
    seedCount: bug.runCount,
    foundCount,
    why: bug.isFound ? `first found by seed ${bug.seedCount}` : `no run violated ${bug.accusedBy}${others}`,
    ...(id === undefined ? {} : { runPage: `../../runs/${id}/report.html` }),
    ...(first === undefined || cell === undefined ? {} : { repeatLine: cellLine(cell, first, place) }),
  };
}
