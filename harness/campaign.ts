// Runs the cells of a campaign, or of one shard of it, fairly within a time. For the command line.
import { hashJson } from "./canonical-json.ts";
import { isInShard, type Cell, type Shard } from "./campaign-cells.ts";
import { mergedFailures } from "./campaign-merge.ts";
import { campaignSchema, failureOf, rowOf, type CampaignResult, type CellResult, type Failure, type SeedRow } from "./campaign-result.ts";
import { accuses, type RunDigest } from "./digest.ts";
import type { Json } from "./json.ts";
import { explore, type Execute } from "./explore.ts";
import type { Plan } from "./plan.ts";

export interface CampaignOptions {
  /** All cells of the campaign, also those of other shards. */
  readonly cells: readonly Cell[];
  /** Default 1/1. */
  readonly shard?: Shard;
  readonly seedBase: string;
  /** What else decides about results: the commit, the version of Node. Shards with different labels do not merge. */
  readonly label: string;
  readonly planOf: (cell: Cell, index: number) => Plan;
  readonly execute: Execute;
  /** How many runs may be under way together. */
  readonly parallel: number;
  /** Milliseconds, monotonic. */
  readonly clock: () => number;
  /** Start nothing more after this time, once every cell has its least seeds. */
  readonly timeMs: number;
  /** Every cell gets so many, however long it takes; a planted bug that is found before needs no more. */
  readonly leastSeeds: number;
  /** Default: no limit. */
  readonly mostSeeds?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: CampaignProgress) => void;
}

interface CampaignProgress {
  readonly cell: Cell;
  /** Of the seed within its cell. */
  readonly index: number;
  readonly digest: RunDigest;
  readonly runCount: number;
  readonly cellCount: number;
  readonly elapsedMs: number;
}

/** Always resolves with what there is, also when it is interrupted. Rejects only with mistakes of the user that a run reports. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const { shard = { index: 1, total: 1 }, clock, signal } = options;
  const own = options.cells.filter((cell) => isInShard(cell.key, shard)).map((cell) => new OpenCell(cell));
  const startMs = clock();
  const issued: Issue[] = [];
  let runCount = 0;
  const plans = planned(own, options, { startMs, issued });
  for await (const digest of explore({ plans, execute: options.execute, parallel: options.parallel, clock, ...(signal === undefined ? {} : { signal }) })) {
    const { cell, index } = issued[digest.index] ?? unissued(digest);
    cell.add(index, digest);
    runCount++;
    options.onProgress?.({ cell: cell.cell, index, digest, runCount, cellCount: own.length, elapsedMs: clock() - startMs });
  }
  const isComplete = signal?.aborted !== true;
  return {
    schema: campaignSchema,
    configurationHash: configurationHash(options, shard.total),
    seedBase: options.seedBase,
    label: options.label,
    cellKeys: options.cells.map((cell) => cell.key).toSorted(),
    shardCount: shard.total,
    completeShards: isComplete ? [shard.index] : [],
    cells: own.map((cell) => cell.result()),
    conflicts: [],
  };
}

/** Which seed of which cell a trial is. */
interface Issue {
  readonly cell: OpenCell;
  readonly index: number;
}

/** The least seeds of every cell, then one seed of each in turn until time is up; cells whose bug is found drop out. */
function* planned(
  cells: readonly OpenCell[],
  options: CampaignOptions,
  { startMs, issued }: { readonly startMs: number; readonly issued: Issue[] },
): Generator<Plan> {
  const { leastSeeds, mostSeeds = Infinity, clock, timeMs } = options;
  const issue = (cell: OpenCell): Plan => {
    const index = cell.issuedCount++;
    issued.push({ cell, index });
    return options.planOf(cell.cell, index);
  };
  for (const cell of cells) while (cell.issuedCount < Math.min(leastSeeds, mostSeeds) && !cell.isFound) yield issue(cell);
  for (;;) {
    const open = cells.filter((cell) => !cell.isFound && cell.issuedCount < mostSeeds);
    if (open.length === 0) return;
    for (const cell of open) {
      if (clock() - startMs >= timeMs) return;
      if (!cell.isFound) yield issue(cell);
    }
  }
}

/** A cell while it is run. */
class OpenCell {
  readonly cell: Cell;
  issuedCount = 0;
  /** True once the claim that must accuse the planted bug has done so. */
  isFound = false;
  readonly #rows: SeedRow[] = [];
  #failures: readonly Failure[] = [];

  constructor(cell: Cell) {
    this.cell = cell;
  }

  add(index: number, digest: RunDigest): void {
    this.#rows.push(rowOf(this.cell, index, digest));
    const failure = failureOf(index, digest);
    if (failure !== undefined) this.#failures = mergedFailures(this.#failures, [failure]);
    if (this.cell.accusedBy !== null && accuses(digest, this.cell.accusedBy)) this.isFound = true;
  }

  /** Digests come in order of their issue, so rows are sorted already. */
  result(): CellResult {
    return { cell: this.cell, rows: this.#rows, failures: this.#failures };
  }
}

function configurationHash({ cells, seedBase, label }: CampaignOptions, shardCount: number): string {
  // Cells hold JSON only; interfaces just do not say so.
  return hashJson({ cells: cells as unknown as Json, seedBase, label, shardCount });
}

function unissued(digest: RunDigest): never {
  throw new Error(`a run answered with the index ${digest.index}, which was never given out`);
}
