// Cuts a history into the independent objects of a model and leaves out what cannot matter. For the searches.
import type { Json } from "../../harness/json.ts";
import type { Input, Operation } from "../../harness/operation.ts";
import type { Model } from "./model.ts";

/** All operations on one object, in order of invocation: completed ones (`ok`) and those nobody knows the outcome of (`info`). */
export interface Partition<I extends Input = Input, O extends Json = Json> {
  /** Of `Model.partitionKey`; empty without one. */
  readonly key: string;
  readonly operations: readonly Operation<I, O>[];
}

/**
 * The parts in order of their first operation. Gone are failed operations (they certainly had no effect), indeterminate
 * observers (they neither had an effect nor told anything) and what `Model.relevantPending` lets go. O(n), and nothing is
 * copied where all operations are on one object and matter.
 */
export function partitionsOf<S, I extends Input, O extends Json>(model: Model<S, I, O>, operations: readonly Operation<I, O>[]): Partition<I, O>[] {
  const partitions: Partition<I, O>[] = [];
  for (const [key, part] of partsOf(model, operations)) {
    const relevant = relevantOperations(model, part);
    if (relevant.length > 0) partitions.push({ key, operations: relevant });
  }
  return partitions;
}

function partsOf<S, I extends Input, O extends Json>(
  model: Model<S, I, O>,
  operations: readonly Operation<I, O>[],
): ReadonlyMap<string, readonly Operation<I, O>[]> {
  const [first] = operations;
  const common = first === undefined ? "" : keyOf(model, first);
  if (operations.every((operation) => canMatter(model, operation) && keyOf(model, operation) === common)) return new Map([[common, operations]]);
  const parts = new Map<string, Operation<I, O>[]>();
  for (const operation of operations) {
    if (!canMatter(model, operation)) continue;
    const key = keyOf(model, operation);
    const part = parts.get(key);
    if (part === undefined) parts.set(key, [operation]);
    else part.push(operation);
  }
  return parts;
}

function keyOf<S, I extends Input, O extends Json>(model: Model<S, I, O>, { input }: Operation<I, O>): string {
  return model.partitionKey === undefined ? "" : model.partitionKey(input);
}

function canMatter<S, I extends Input, O extends Json>(model: Model<S, I, O>, { type, input }: Operation<I, O>): boolean {
  return type === "ok" || (type === "info" && model.isReadOnly?.(input, undefined) !== true);
}

/** The operations of one object without those of unknown outcome that cannot make a difference. */
export function relevantOperations<S, I extends Input, O extends Json>(
  model: Model<S, I, O>,
  operations: readonly Operation<I, O>[],
): readonly Operation<I, O>[] {
  let completedCount = 0;
  for (const { type } of operations) if (type === "ok") completedCount++;
  // Nothing was promised on this object yet: whatever happened to it explains nothing.
  if (completedCount === 0) return [];
  if (completedCount === operations.length || model.relevantPending === undefined) return operations;
  const completed = operations.filter((operation) => operation.type === "ok");
  const pending = operations.filter(({ type, input }) => type === "info" && model.isReadOnly?.(input, undefined) !== true);
  const relevant = model.relevantPending(completed, pending);
  if (relevant.length + completed.length === operations.length) return operations;
  const kept = new Set(relevant);
  return operations.filter((operation) => operation.type === "ok" || kept.has(operation));
}
