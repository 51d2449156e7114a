// A counter's vocabulary, and its operations as amounts and values. For the counter checker and its parts.
import type { Operation } from "../harness/operation.ts";
import type { ShownOperation } from "../harness/verdict.ts";
import { shown } from "./shown.ts";

export type CounterInput =
  /** Any integer, as a decimal; negative takes away. */
  | { readonly f: "add"; readonly delta: string }
  /** With `maxStaleMs` the answer may come from a cache that is at most so old. */
  | { readonly f: "read"; readonly maxStaleMs?: number }
  /** Spreads the counter over so many shards; must not change its value. */
  | { readonly f: "reshard"; readonly shards: number };
/** add and reshard: null; read: the value as a decimal. */
export type CounterOutput = string | null;
export type CounterOperation = Operation<CounterInput, CounterOutput>;

/** An addition that took effect, or may have. */
export interface Addition {
  readonly operation: CounterOperation;
  readonly amount: bigint;
}

/** An answered read. */
export interface CounterRead {
  readonly operation: CounterOperation;
  readonly value: bigint;
  /** undefined: a fresh read. */
  readonly maxStaleMs: number | undefined;
}

/** All additions but those that certainly failed, in order of invocation. */
export function additionsOf(operations: readonly CounterOperation[]): Addition[] {
  return operations.flatMap((operation) =>
    operation.input.f === "add" && operation.type !== "fail" ? [{ operation, amount: BigInt(operation.input.delta) }] : [],
  );
}

/** All reads that were answered, in order of invocation. */
export function readsOf(operations: readonly CounterOperation[]): CounterRead[] {
  return operations.flatMap((operation) => {
    const { input, output, type } = operation;
    return input.f === "read" && type === "ok" && typeof output === "string" ? [{ operation, value: BigInt(output), maxStaleMs: input.maxStaleMs }] : [];
  });
}

/** A counter operation as evidence shows it. */
export function showCounter(operation: CounterOperation): ShownOperation {
  const { input, output } = operation;
  if (input.f === "add") return shown(operation, { text: `add ${input.delta}`, result: "" });
  if (input.f === "reshard") return shown(operation, { text: `reshard to ${input.shards}`, result: "" });
  const text = input.maxStaleMs === undefined ? "read" : `read, at most ${input.maxStaleMs} ms old`;
  return shown(operation, { text, result: `-> ${output ?? ""}` });
}
