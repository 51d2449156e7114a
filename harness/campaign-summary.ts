// What a campaign says, counted from its rows: claims over all runs, planted bugs found or missed, the verdict and how the
// command ends. For the command line and reports.
import { isInShard, shardOf, type Cell, type Shard } from "./campaign-cells.ts";
import { claimWordAt, type CampaignResult, type CellResult, type SeedRow } from "./campaign-result.ts";
import { leastOkCount } from "./digest.ts";
import type { Ending } from "./exit-code.ts";
import { worstVerdict, type VerdictWord } from "./verdict.ts";

export interface CampaignSummary {
  readonly verdict: VerdictWord;
  /** Everything that applies; `worstEnding` of it decides the exit code. */
  readonly endings: readonly Ending[];
  readonly cells: readonly CellSummary[];
  readonly claims: readonly ClaimSummary[];
  readonly bugs: readonly BugSummary[];
  /** Keys of cells that have no complete result: never valid. */
  readonly missing: readonly string[];
  /** Seeds that ran twice with different results. */
  readonly conflicts: readonly string[];
  readonly runCount: number;
  readonly countedCount: number;
}

export interface CellSummary {
  readonly key: string;
  readonly cell: Cell;
  /** Of a bug cell: valid if the bug was found by the claim that must accuse it. */
  readonly verdict: VerdictWord;
  readonly runCount: number;
  /** Runs with enough ok operations and an effective fault. */
  readonly countedCount: number;
  readonly invalidCount: number;
  readonly unknownCount: number;
  readonly stuckCount: number;
  readonly crashedCount: number;
  readonly wallMs: number;
}

/** A claim over all runs of the correct system. */
interface ClaimSummary {
  readonly system: string;
  readonly variant: string;
  readonly claim: string;
  /** Never exercised is `unknown` in a campaign. */
  readonly verdict: VerdictWord;
  readonly exercisedCount: number;
  readonly runCount: number;
}

export interface BugSummary {
  readonly key: string;
  readonly system: string;
  readonly variant: string;
  readonly bug: string;
  readonly accusedBy: string;
  readonly isFound: boolean;
  /** How many seeds it took; undefined if it was not found. */
  readonly seedCount: number | undefined;
  readonly runCount: number;
  /** Claims that accused it although another one must; they alone do not count as found. */
  readonly otherAccusers: readonly string[];
}

/** @param shard given: only its cells are looked at, as the command that ran it must; else all cells of the campaign */
export function summarize(result: CampaignResult, shard?: Shard): CampaignSummary {
  const missing = missingCells(result, shard);
  const cells = result.cells.map((cell) => cellSummary(cell, missing));
  const claims = claimSummaries(result.cells.filter(({ cell }) => cell.bug === null));
  const isUndecided = missing.length > 0 || result.conflicts.length > 0;
  const verdict = worstVerdict([...claims.map((claim) => claim.verdict), ...cells.map((cell) => cell.verdict), ...(isUndecided ? ["unknown" as const] : [])]);
  const hasCrashed = result.conflicts.length > 0 || cells.some((cell) => cell.crashedCount > 0);
  const isInterrupted = (shard !== undefined || result.shardCount === 1) && !result.completeShards.includes(shard?.index ?? 1);
  return {
    verdict,
    cells,
    claims,
    missing,
    bugs: result.cells.flatMap((cell) => bugSummary(cell) ?? []),
    endings: [verdict, ...(hasCrashed ? ["crashed" as const] : []), ...(isInterrupted ? ["interrupted" as const] : [])],
    conflicts: result.conflicts,
    runCount: sum(cells.map((cell) => cell.runCount)),
    countedCount: sum(cells.map((cell) => cell.countedCount)),
  };
}

function cellSummary(result: CellResult, missing: readonly string[]): CellSummary {
  const { cell, rows } = result;
  const bug = bugSummary(result);
  const count = (letter: SeedRow[1]): number => rows.filter((row) => row[1] === letter).length;
  return {
    key: cell.key,
    cell,
    verdict: bug === undefined ? correctVerdict(rows) : bugVerdict(bug, missing.includes(cell.key)),
    runCount: rows.length,
    countedCount: rows.filter(isCounted).length,
    invalidCount: count("i"),
    unknownCount: count("u"),
    stuckCount: count("s"),
    crashedCount: count("c"),
    wallMs: sum(rows.map((row) => row[7])),
  };
}

/** A bug that was looked for in full and not found is a failure of the tester; one whose search was cut off is undecided. */
function bugVerdict(bug: BugSummary, isMissing: boolean): VerdictWord {
  if (bug.isFound) return "valid";
  return isMissing ? "unknown" : "invalid";
}

/** Seeds that show nothing are not held against the system; but a cell without one seed that shows something is undecided. */
function correctVerdict(rows: readonly SeedRow[]): VerdictWord {
  if (rows.some((row) => row[1] === "i")) return "invalid";
  const isUndecided = rows.some((row) => row[1] === "s" || row[1] === "c" || row[2].includes("u"));
  return isUndecided || !rows.some(isCounted) ? "unknown" : "valid";
}

function isCounted(row: SeedRow): boolean {
  return row[4] >= leastOkCount && row[5] >= 1 && row[1] !== "s" && row[1] !== "c";
}

function claimSummaries(results: readonly CellResult[]): readonly ClaimSummary[] {
  const designs = Map.groupBy(results, ({ cell }) => `${cell.system}/${cell.variant}`);
  return [...designs.values()].flatMap((own) => {
    const [first] = own;
    const rows = own.flatMap((result) => result.rows);
    return (first?.cell.claims ?? []).map((claim, position): ClaimSummary => {
      const words = rows.map((row) => claimWordAt(row, position)).filter((word) => word !== "not-exercised");
      // Over the runs of one command: violated once, else undecided anywhere, else exercised once, else unknown (contract 8).
      return {
        system: first?.cell.system ?? "",
        variant: first?.cell.variant ?? "",
        claim,
        verdict: worstVerdict(words),
        exercisedCount: words.length,
        runCount: rows.length,
      };
    });
  });
}

function bugSummary({ cell, rows }: CellResult): BugSummary | undefined {
  if (cell.bug === null || cell.accusedBy === null) return undefined;
  const position = cell.claims.indexOf(cell.accusedBy);
  const isFoundIn = (row: SeedRow): boolean => claimWordAt(row, position) === "invalid";
  const first = rows.findIndex(isFoundIn);
  const accused = (claim: string): boolean => rows.some((row) => claimWordAt(row, cell.claims.indexOf(claim)) === "invalid");
  return {
    key: cell.key,
    system: cell.system,
    variant: cell.variant,
    bug: cell.bug,
    accusedBy: cell.accusedBy,
    isFound: first >= 0,
    seedCount: first >= 0 ? first + 1 : undefined,
    runCount: rows.length,
    otherAccusers: cell.claims.filter((claim) => claim !== cell.accusedBy && accused(claim)),
  };
}

/** Cells of shards that did not run to their end, and cells that nobody ran. */
function missingCells(result: CampaignResult, shard: Shard | undefined): readonly string[] {
  const present = new Set(result.cells.map(({ cell }) => cell.key));
  const complete = new Set(result.completeShards);
  const expected = shard === undefined ? result.cellKeys : result.cellKeys.filter((key) => isInShard(key, shard));
  return expected.filter((key) => !present.has(key) || !complete.has(shardOf(key, result.shardCount)));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
