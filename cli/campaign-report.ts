// A campaign's result in the words of reports: texts of claims and bugs, pages of kept runs, lines that repeat them.
import { claimWordAt, type CampaignResult, type CellResult, type Failure } from "../harness/campaign-result.ts";
import { summarize, type BugSummary, type CampaignSummary, type CellSummary } from "../harness/campaign-summary.ts";
import type { Cell, Shard } from "../harness/campaign-cells.ts";
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
  /** Ids of stored runs, by the key of their cell. */
  readonly kept: ReadonlyMap<string, string>;
  readonly isInterrupted: boolean;
  readonly elapsedMs: number;
  /** The part that was run; absent: all of it. What other shards have is not missed. */
  readonly shard?: Shard | undefined;
  readonly pagePath?: string;
}

/** Cells of correct systems become the matrix, cells of bugs the scoreboard. @param parts with different cells */
export function campaignReportOf(parts: readonly CampaignResult[], context: CampaignContext): CampaignReport {
  const judged = parts.map((result) => ({ result, summary: summarize(result, context.shard) }));
  const results = new Map(parts.flatMap((result) => result.cells.map((cell) => [cell.cell.key, cell] as const)));
  const reasons = judged.flatMap(({ summary }) => reasonsOf(summary));
  return {
    id: context.id,
    verdict: worstVerdict(judged.map(({ summary }) => verdictOf(summary))),
    why: reasons.length === 0 ? "Every claim was exercised and held in every run." : `${reasons.join("; ")}.`,
    cells: judged.flatMap(({ summary }) => summary.cells.filter(({ cell }) => cell.bug === null).map((cell) => cellOf(cell, results.get(cell.key), context))),
    claims: judged.flatMap(({ result, summary }) => claimsOf(result, summary, context)),
    bugs: judged.flatMap(({ summary }) => summary.bugs.map((bug) => bugOf(bug, results.get(bug.key), context))),
    isInterrupted: context.isInterrupted,
    elapsedMs: context.elapsedMs,
    ...(context.pagePath === undefined ? {} : { pagePath: context.pagePath }),
    environment: {
      ...hostFacts(),
      "seed base": [...new Set(parts.map((result) => result.seedBase))].join(", "),
      shard: context.shard === undefined ? "1 of 1" : `${context.shard.index} of ${context.shard.total}`,
    },
  };
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

function cellOf(summary: CellSummary, result: CellResult | undefined, context: CampaignContext): CampaignCell {
  const { cell, key, verdict, runCount, invalidCount, unknownCount, countedCount, stuckCount, crashedCount } = summary;
  const rows = result?.rows ?? [];
  const worst = worstFailure(result);
  const id = context.kept.get(key);
  const lost = stuckCount + crashedCount;
  const word: ClaimWord = verdict === "unknown" && runCount > 0 && countedCount === 0 && lost + unknownCount === 0 ? "not-exercised" : verdict;
  const why = worst?.why ?? cellReason(word, { lost, runCount });
  return {
    key,
    system: cell.system,
    variant: cell.variant,
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
    ...(worst === undefined ? {} : { repeatLine: id === undefined ? cellLine(cell, worst.seed, context) : `${programName()} replay ${id}` }),
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
function cellLine(cell: Cell, seed: string, { systemTexts }: CampaignContext): string {
  const flags = [
    ["--variant", cell.variant],
    ["--bug", cell.bug],
    ["--workload", cell.workload],
    ["--nemesis", cell.nemesis],
    ["--seed", seed],
  ] as const;
  return [
    programName(),
    "run",
    shellWord(systemTexts.get(cell.system) ?? cell.system),
    ...flags.flatMap(([flag, value]) => (value === null ? [] : [flag, shellWord(value)])),
  ].join(" ");
}

function claimsOf(result: CampaignResult, summary: CampaignSummary, { systems }: CampaignContext): CampaignClaim[] {
  return summary.claims.map(({ system, variant, claim, verdict, exercisedCount, runCount }) => {
    const cells = result.cells.filter(({ cell }) => cell.bug === null && cell.system === system && cell.variant === variant);
    const violatedCount = cells.reduce(
      (sum, { cell, rows }) => sum + rows.filter((row) => claimWordAt(row, cell.claims.indexOf(claim)) === "invalid").length,
      0,
    );
    const text = systems.get(system)?.claims.find((candidate) => candidate.id === claim)?.text ?? "";
    const why = exercisedCount === 0 ? `never exercised in ${counted(runCount, "run")}` : `exercised in ${exercisedCount} of ${counted(runCount, "run")}`;
    return { system: `${system} ${variant}`, id: claim, text, verdict, why, exercisedCount, violatedCount };
  });
}

function bugOf(bug: BugSummary, result: CellResult | undefined, context: CampaignContext): BugScore {
  const rows = result?.rows ?? [];
  const cell = result?.cell;
  const position = cell?.claims.indexOf(bug.accusedBy) ?? -1;
  const foundCount = rows.filter((row) => claimWordAt(row, position) === "invalid").length;
  const first = result?.failures.find((failure) => failure.verdict === "invalid" && failure.failureClass.startsWith(`${bug.accusedBy}/`));
  const others = bug.otherAccusers.length === 0 ? "" : `; accused by ${bug.otherAccusers.join(", ")} alone, which does not count`;
  const id = context.kept.get(bug.key);
  return {
    system: `${bug.system} ${bug.variant}`,
    name: bug.bug,
    text: context.systems.get(bug.system)?.bugs.find((candidate) => candidate.name === bug.bug)?.text ?? "",
    expectedClaim: bug.accusedBy,
    accusedBy: [...(bug.isFound ? [bug.accusedBy] : []), ...bug.otherAccusers],
    isFound: bug.isFound,
    seedCount: bug.runCount,
    foundCount,
    why: bug.isFound ? `first found by seed ${bug.seedCount}` : `no run violated ${bug.accusedBy}${others}`,
    ...(id === undefined ? {} : { runPage: `../../runs/${id}/report.html` }),
    ...(first === undefined || cell === undefined ? {} : { repeatLine: cellLine(cell, first.seed, context) }),
  };
}
