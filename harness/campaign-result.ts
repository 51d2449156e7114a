// What a campaign or one shard of it found, as a document: a row for each seed, so that everything else can be counted
// again and two documents can be merged without counting anything twice. For `campaign*.ts`, the store and reports.
import type { Cell } from "./campaign-cells.ts";
import type { RunDigest } from "./digest.ts";
import type { Plan } from "./plan.ts";
import type { ClaimWord, VerdictWord } from "./verdict.ts";

export const campaignSchema = "faultline/campaign/1";

export interface CampaignResult {
  readonly schema: typeof campaignSchema;
  /** Equal iff the same cells with the same seeds were to be run by the same code. */
  readonly configurationHash: string;
  readonly seedBase: string;
  /** E.g. the commit and the Node version; part of the configuration. */
  readonly label: string;
  /** Keys of all cells over all shards, sorted. */
  readonly cellKeys: readonly string[];
  readonly shardCount: number;
  /** Shards that ran to their end, from 1, sorted. What is not here was interrupted or never ran. */
  readonly completeShards: readonly number[];
  /** Sorted by key. */
  readonly cells: readonly CellResult[];
  /** Seeds that ran twice in simulation with different results, as `KEY#INDEX`, sorted: chance has leaked into the simulation. */
  readonly conflicts: readonly string[];
}

export interface CellResult {
  readonly cell: Cell;
  /** Sorted by index, each index once. */
  readonly rows: readonly SeedRow[];
  /** Of each failure class the first few, sorted by class, then index. */
  readonly failures: readonly Failure[];
}

/** How a seed ended: valid, invalid, unknown, stuck, crashed. */
export type SeedLetter = "v" | "i" | "u" | "s" | "c";

/** One seed. A list, not an object: a campaign has a hundred thousand of them. */
export type SeedRow = readonly [
  index: number,
  letter: SeedLetter,
  /** A letter for each of the cell's claims: v, i, u, or n for not exercised. Empty for seeds that were lost. */
  claims: string,
  /** Empty in real time. */
  traceHash: string,
  okCount: number,
  effectiveCount: number,
  skippedCount: number,
  /** What it cost, milliseconds of real time, rounded. */
  wallMs: number,
];

export interface Failure {
  readonly failureClass: string;
  readonly index: number;
  readonly seed: string;
  readonly verdict: VerdictWord;
  readonly why: string;
  /** With its script, if the run got far enough to have one. */
  readonly plan: Plan | null;
}

/** How many failures of each class a cell keeps. */
export const failuresKept = 3;

const claimLetters: Readonly<Record<ClaimWord, string>> = { valid: "v", invalid: "i", unknown: "u", "not-exercised": "n" };
const claimWords: ReadonlyMap<string, ClaimWord> = new Map([
  ["v", "valid"],
  ["i", "invalid"],
  ["u", "unknown"],
  ["n", "not-exercised"],
]);

/** @param index of the seed within its cell */
export function rowOf(cell: Cell, index: number, digest: RunDigest): SeedRow {
  const words = new Map(digest.claims.map((claim) => [claim.id, claim.verdict]));
  const claims = digest.claims.length === 0 ? "" : cell.claims.map((id) => claimLetters[words.get(id) ?? "not-exercised"]).join("");
  return [index, letterOf(digest), claims, digest.traceHash ?? "", digest.okCount, digest.effectiveCount, digest.skippedCount, Math.round(digest.wallMs)];
}

function letterOf({ ending, verdict }: RunDigest): SeedLetter {
  if (ending === "stuck") return "s";
  if (ending === "crashed") return "c";
  return verdict === "valid" ? "v" : verdict === "invalid" ? "i" : "u";
}

/** Undefined unless the run failed: a violation, a hang, a crash. A run that is merely undecided is none. */
export function failureOf(index: number, digest: RunDigest): Failure | undefined {
  const failureClass = digest.failureClass ?? (digest.ending === "crashed" ? "crashed" : undefined);
  if (failureClass === undefined) return undefined;
  const { seed, verdict, why, plan } = digest;
  return { failureClass, index, seed, verdict, why, plan: plan ?? null };
}

/** The claim's word in this seed; `not-exercised` if the seed was lost. @param position of the claim in `Cell.claims` */
export function claimWordAt(row: SeedRow, position: number): ClaimWord {
  return claimWords.get(row[2][position] ?? "n") ?? "not-exercised";
}
