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
 * observers (they neither had an effect nor told anything) and what `Model.relevantPending` lets go. O(n).
 */
export function partitionsOf<S, I extends Input, O extends Json>(model: Model<S, I, O>, operations: readonly Operation<I, O>[]): Partition<I, O>[] {
  const parts = new Map<string, Part<I, O>>();
  for (const operation of operations) {
    if (operation.type === "fail") continue;
    const isPending = operation.type === "info";
    if (isPending && model.isReadOnly?.(operation.input, undefined) === true) continue;
    const key = model.partitionKey === undefined ? "" : model.partitionKey(operation.input);
    let part = parts.get(key);
    if (part === undefined) {
      part = { key, operations: [], pendingCount: 0 };
      parts.set(key, part);
    }
    part.operations.push(operation);
    if (isPending) part.pendingCount++;
  }
  const partitions: Partition<I, O>[] = [];
  for (const part of parts.values()) {
    const relevant = part.pendingCount === 0 ? part.operations : relevantOperations(model, part.operations);
    if (relevant.length > 0) partitions.push({ key: part.key, operations: relevant });
  }
  return partitions;
}

interface Part<I extends Input, O extends Json> {
  readonly key: string;
  readonly operations: Operation<I, O>[];
  pendingCount: number;
}

/** The operations of one object without those of unknown outcome that cannot make a difference. */
export function relevantOperations<S, I extends Input, O extends Json>(
  model: Model<S, I, O>,
  operations: readonly Operation<I, O>[],
): readonly Operation<I, O>[] {
  const completed = operations.filter((operation) => operation.type === "ok");
  // Nothing was promised on this object yet: whatever happened to it explains nothing.
  if (completed.length === 0) return completed;
  if (model.relevantPending === undefined) return operations;
  const pending = operations.filter((operation) => operation.type === "info");
  const relevant = model.relevantPending(completed, pending);
  if (relevant.length === pending.length) return operations;
  const kept = new Set(relevant);
  return operations.filter((operation) => operation.type === "ok" || kept.has(operation));
}
