// The cells of a campaign: one promise of one design under one kind of trouble, or one planted bug. Which cells there are
// and which shard a cell belongs to follows from names alone. For `campaign.ts` and the command line.
import { UsageError } from "./errors.ts";
import type { FaultKind } from "./faults.ts";
import type { Plan } from "./plan.ts";
import { hashString } from "./random.ts";
import { searchPlan, type SearchOverrides } from "./search.ts";
import type { System, Variant } from "./system.ts";

export interface Cell {
  /** `system/variant/workload/nemesis` or `system/variant/bug:NAME`; unique, the same on every machine. */
  readonly key: string;
  readonly system: string;
  readonly variant: string;
  /** null: the default search draws it. */
  readonly workload: string | null;
  /** null: the nemeses of the default search. */
  readonly nemesis: string | null;
  readonly bug: string | null;
  /** The claim that must accuse the bug; null in cells of the correct system. */
  readonly accusedBy: string | null;
  /** Claims of the variant, in order; rows of results refer to them by position. */
  readonly claims: readonly string[];
}

export interface CellRequest {
  readonly systems: readonly System[];
  /** Each gives cells of its own beside the default search, where the variant takes one of its kinds of faults. */
  readonly nemeses: readonly { readonly name: string; readonly kinds: readonly FaultKind[] }[];
  readonly hasBugs: boolean;
}

/** All cells, sorted by key. */
export function campaignCells({ systems, nemeses, hasBugs }: CellRequest): readonly Cell[] {
  const cells = systems.flatMap((system) =>
    system.variants.flatMap((variant) => {
      const useful = nemeses.filter((nemesis) => nemesis.kinds.some((kind) => variant.faults.includes(kind)));
      const correct = variant.workloads.flatMap((workload) =>
        [null, ...useful.map(({ name }) => name)].map((nemesis) => correctCell({ system, variant, workload, nemesis })),
      );
      const bugs = hasBugs ? system.bugs.filter((bug) => bug.variant === variant.name) : [];
      return [...correct, ...bugs.map((bug) => bugCell(system, variant, bug))];
    }),
  );
  return cells.toSorted((a, b) => compare(a.key, b.key));
}

function correctCell({
  system,
  variant,
  workload,
  nemesis,
}: {
  readonly system: System;
  readonly variant: Variant;
  readonly workload: string;
  readonly nemesis: string | null;
}): Cell {
  const key = `${system.name}/${variant.name}/${workload}/${nemesis ?? "search"}`;
  return { key, system: system.name, variant: variant.name, workload, nemesis, bug: null, accusedBy: null, claims: claimsOf(system, variant) };
}

function bugCell(system: System, variant: Variant, bug: { readonly name: string; readonly accusedBy: string }): Cell {
  const key = `${system.name}/${variant.name}/bug:${bug.name}`;
  return {
    key,
    system: system.name,
    variant: variant.name,
    workload: null,
    nemesis: null,
    bug: bug.name,
    accusedBy: bug.accusedBy,
    claims: claimsOf(system, variant),
  };
}

function claimsOf(system: System, variant: Variant): readonly string[] {
  return system.claims.filter((claim) => claim.variants.includes(variant.name)).map((claim) => claim.id);
}

/** The plan of a cell's n-th seed: the default search with what the cell fixes. @param found where the system was loaded from */
export function cellPlan(
  cell: Cell,
  found: { readonly system: System; readonly module: string; readonly seedBase: string; readonly index: number; readonly overrides?: SearchOverrides },
): Plan {
  const fixed: SearchOverrides = {
    ...found.overrides,
    ...(cell.workload === null ? {} : { workload: cell.workload }),
    ...(cell.nemesis === null ? {} : { nemeses: [cell.nemesis] }),
  };
  const { system, module, seedBase, index } = found;
  return searchPlan({ system, module, variant: cell.variant, ...(cell.bug === null ? {} : { bug: cell.bug }), seedBase, index, overrides: fixed });
}

/** One of `total` parts, counted from 1. */
export interface Shard {
  readonly index: number;
  readonly total: number;
}

/** `2/5`. @throws UsageError unless 1 <= i <= n <= 10,000 */
export function parseShard(text: string): Shard {
  const [, index = 0, total = 0] = (/^([0-9]{1,5})\/([0-9]{1,5})$/.exec(text) ?? []).map(Number);
  if (index >= 1 && index <= total && total <= 10_000) return { index, total };
  throw new UsageError("bad-shard", `"${text}" is not a shard.`, "Write i/n with 1 <= i <= n, e.g. --shard 1/4.");
}

/** Every cell is in exactly one shard, whatever other cells there are. */
export function isInShard(key: string, { index, total }: Shard): boolean {
  return shardOf(key, total) === index;
}

/** Which of `total` shards, counted from 1, the cell belongs to. */
export function shardOf(key: string, total: number): number {
  return (hashString(key) % total) + 1;
}

/** By UTF-16 code units, the same in every locale. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
