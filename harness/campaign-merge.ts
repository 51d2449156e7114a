// Merging what shards found: in any order, any grouping and any number of times the same document comes out. For
// `campaign.ts` and the command that merges.
import { compare } from "./campaign-cells.ts";
import { failuresKept, type CampaignResult, type CellResult, type Failure, type SeedLetter, type SeedRow } from "./campaign-result.ts";
import { UsageError } from "./errors.ts";

/**
 * Commutative, associative, idempotent. A simulated seed that both have with different results is a conflict: it is
 * reported as such, and the worse of the two results is kept.
 * @throws UsageError for documents of different campaigns
 */
export function mergeCampaigns(a: CampaignResult, b: CampaignResult): CampaignResult {
  if (a.configurationHash !== b.configurationHash) {
    const difference = a.label === b.label ? "they differ in their cells or seeds" : `one is of ${a.label}, the other of ${b.label}`;
    throw new UsageError(
      "mixed-campaigns",
      `The results do not belong to the same campaign: ${difference}.`,
      "Merge only results of the same commit, seed base and number of shards.",
    );
  }
  const conflicts = new Set([...a.conflicts, ...b.conflicts]);
  const cells = new Map(a.cells.map((result) => [result.cell.key, result]));
  for (const result of b.cells) {
    const other = cells.get(result.cell.key);
    cells.set(result.cell.key, other === undefined ? result : mergedCell(other, result, conflicts));
  }
  return {
    ...a,
    completeShards: [...new Set([...a.completeShards, ...b.completeShards])].toSorted((left, right) => left - right),
    cells: [...cells.values()].toSorted((left, right) => compare(left.cell.key, right.cell.key)),
    conflicts: [...conflicts].toSorted(compare),
  };
}

function mergedCell(a: CellResult, b: CellResult, conflicts: Set<string>): CellResult {
  const rows = new Map(a.rows.map((row) => [row[0], row]));
  for (const row of b.rows) {
    const other = rows.get(row[0]);
    if (other !== undefined && isConflict(other, row)) conflicts.add(`${a.cell.key}#${row[0]}`);
    rows.set(row[0], other === undefined ? row : mergedRow(other, row));
  }
  return { cell: a.cell, rows: [...rows.values()].toSorted((left, right) => left[0] - right[0]), failures: mergedFailures(a.failures, b.failures) };
}

/** Without a trace (real time, or a lost seed) nothing promises that two runs are equal. */
function isConflict(a: SeedRow, b: SeedRow): boolean {
  return a[3] !== "" && b[3] !== "" && identity(a) !== identity(b);
}

/** The greater row by a total order, with the lesser cost: both choices are associative. */
function mergedRow(a: SeedRow, b: SeedRow): SeedRow {
  const [index, letter, claims, traceHash, okCount, effectiveCount, skippedCount] = isGreater(a, b) ? a : b;
  return [index, letter, claims, traceHash, okCount, effectiveCount, skippedCount, Math.min(a[7], b[7])];
}

/** A result outranks none; among results the worse one counts. */
const letterRank: Readonly<Record<SeedLetter, number>> = { c: 0, s: 1, v: 2, u: 3, i: 4 };

function isGreater(a: SeedRow, b: SeedRow): boolean {
  return letterRank[a[1]] === letterRank[b[1]] ? identity(a) > identity(b) : letterRank[a[1]] > letterRank[b[1]];
}

/** Everything but the cost. */
function identity(row: SeedRow): string {
  return JSON.stringify(row.slice(0, 7));
}

/** The first few of each class; of two with the same class and index the one with the lesser text. */
export function mergedFailures(a: readonly Failure[], b: readonly Failure[]): readonly Failure[] {
  const bySeed = new Map<string, Failure>();
  for (const failure of [...a, ...b]) {
    const key = `${failure.failureClass}#${failure.index}`;
    const other = bySeed.get(key);
    if (other === undefined || JSON.stringify(failure) < JSON.stringify(other)) bySeed.set(key, failure);
  }
  const sorted = [...bySeed.values()].toSorted((left, right) => compare(left.failureClass, right.failureClass) || left.index - right.index);
  const counts = new Map<string, number>();
  return sorted.filter(({ failureClass }) => {
    const count = (counts.get(failureClass) ?? 0) + 1;
    counts.set(failureClass, count);
    return count <= failuresKept;
  });
}
