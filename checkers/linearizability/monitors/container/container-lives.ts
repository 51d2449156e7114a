// The lives of the values of a container (stack, priority queue) whose values are all distinct: when each went in and came
// out. For their monitors.
//
// Time is counted in *points*: point p is the moment just after the p-th operation was invoked, up to the next invocation.
// An operation is the closed interval from its own point to the last point before its completion, and one precedes another
// iff its last point is smaller than the other's first: exactly the real-time order, in small integers, whatever the clock.
import type { Input, Operation } from "../../../../harness/operation.ts";
import type { MonitorAnswer } from "../../model.ts";

export interface ContainerVocabulary<I, V> {
  /** What goes in; undefined if something is taken out. */
  valueOf(input: I): V | undefined;
  /** E.g. `pushed`. */
  readonly put: string;
  /** E.g. `a pop`. */
  readonly removal: string;
}

/**
 * Of value v: it went in during [inFrom[v], inBy[v]] and out during [outFrom[v], outBy[v]]; both are `pointCount` if it never
 * left, and outFrom >= inFrom. Insertions of unknown outcome whose value never came out are gone.
 */
export interface Lives<V> {
  readonly pointCount: number;
  readonly values: readonly V[];
  /** Also the position of the insertion. */
  readonly inFrom: Int32Array;
  readonly inBy: Int32Array;
  readonly outFrom: Int32Array;
  readonly outBy: Int32Array;
  /** Position of the removal, -1 if there is none. */
  readonly remover: Int32Array;
  /** Positions of removals that found nothing. */
  readonly empties: readonly number[];
  /** Positions of removals of unknown outcome. */
  readonly lost: readonly number[];
  /** Last point of each operation. */
  readonly ends: Int32Array;
}

/**
 * Or the answer, if the histories of single values already give it: a value from nowhere, twice, or before its time.
 * O(n log n) at worst, about O(n) when operations are short.
 */
export function livesOf<I extends Input, V extends string | number>(
  operations: readonly Operation<I, V | null>[],
  vocabulary: ContainerVocabulary<I, V>,
): Lives<V> | MonitorAnswer {
  const indexes = new Map<V, number>();
  const insertions: number[] = [];
  for (let position = 0; position < operations.length; position++) {
    const value = vocabulary.valueOf(operations[position]!.input); // in bounds
    if (value === undefined) continue;
    if (indexes.has(value)) return { verdict: "inapplicable", why: `value ${value} is ${vocabulary.put} twice` };
    indexes.set(value, insertions.length);
    insertions.push(position);
  }
  const remover = new Int32Array(insertions.length).fill(-1);
  const ends = endsOf(operations);
  const [empties, lost]: [number[], number[]] = [[], []];
  for (let position = 0; position < operations.length; position++) {
    const { input, output, type } = operations[position]!; // in bounds
    if (vocabulary.valueOf(input) !== undefined) continue;
    if (type !== "ok") lost.push(position);
    else if (output === undefined) return { verdict: "inapplicable", why: `${vocabulary.removal} was completed, but its result is not known` };
    else if (output === null) empties.push(position);
    else {
      const index = indexes.get(output);
      if (index === undefined) return accused(position);
      // Non-null: every index is one of `insertions`, `remover` has the same length, and every position has an end.
      if (remover[index]! >= 0) return accused(insertions[index]!, remover[index]!, position);
      if (ends[position]! < insertions[index]!) return accused(insertions[index]!, position);
      remover[index] = position;
    }
  }
  return { ...timesOf(operations, { values: [...indexes.keys()], insertions, remover, ends }), empties, lost, ends };
}

function accused(...suspects: number[]): MonitorAnswer {
  return { verdict: "invalid", suspects: suspects.toSorted((one, other) => one - other) };
}

/** For every operation the number of operations invoked until its completion, less one. */
function endsOf(operations: readonly Operation[]): Int32Array {
  const count = operations.length;
  const starts = new Float64Array(count);
  for (let position = 0; position < count; position++) starts[position] = operations[position]!.invokedIndex; // in bounds
  const ends = new Int32Array(count);
  for (let position = 0; position < count; position++) {
    const { completedIndex } = operations[position]!; // in bounds
    // Doubling steps first: operations are short, and the answer is near.
    let [low, step] = [position, 1];
    while (low + step < count && starts[low + step]! <= completedIndex) {
      low += step;
      step *= 2;
    }
    let high = Math.min(low + step, count);
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= completedIndex) low = middle;
      else high = middle;
    }
    ends[position] = low;
  }
  return ends;
}

interface Found<V> {
  readonly values: readonly V[];
  readonly insertions: readonly number[];
  readonly remover: Int32Array;
  readonly ends: Int32Array;
}

type Times<V> = Pick<Lives<V>, "pointCount" | "values" | "inFrom" | "inBy" | "outFrom" | "outBy" | "remover">;

/** The times of the values that count. A removal takes effect after its insertion, so no earlier than that began. */
function timesOf<V>(operations: readonly Operation[], { values, insertions, remover, ends }: Found<V>): Times<V> {
  const kept: number[] = [];
  for (let index = 0; index < insertions.length; index++) if (remover[index]! >= 0 || operations[insertions[index]!]!.type === "ok") kept.push(index); // in bounds
  const pointCount = operations.length;
  const inFrom = new Int32Array(kept.length);
  const inBy = new Int32Array(kept.length);
  const outFrom = new Int32Array(kept.length);
  const outBy = new Int32Array(kept.length);
  const removers = new Int32Array(kept.length);
  for (let value = 0; value < kept.length; value++) {
    // Non-null: indexes of `insertions`, and positions.
    const index = kept[value]!;
    const insertion = insertions[index]!;
    const removal = remover[index]!;
    removers[value] = removal;
    inFrom[value] = insertion;
    outFrom[value] = removal < 0 ? pointCount : Math.max(removal, insertion);
    outBy[value] = removal < 0 ? pointCount : ends[removal]!;
    inBy[value] = ends[insertion]!;
  }
  return { pointCount, values: kept.length === values.length ? values : kept.map((index) => values[index]!), inFrom, inBy, outFrom, outBy, remover: removers };
}
