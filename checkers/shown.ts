// Operations as people read them: every checker says how, reports draw the result. Pure.
import type { Json } from "../harness/json.ts";
import type { Input, Operation } from "../harness/operation.ts";
import type { ShownOperation } from "../harness/verdict.ts";

/** Words of one operation: what was asked and, if it was ok, what came of it (with an arrow in front, or empty). */
export interface Words {
  readonly text: string;
  readonly result: string;
}

/** An operation for evidence. `result` is dropped unless the operation was ok. */
export function shown<I extends Input, O extends Json>(operation: Operation<I, O>, words: Words): ShownOperation {
  const { id, process, node, type, invokedNs, completedNs } = operation;
  return {
    id,
    process,
    ...(node === undefined ? {} : { node }),
    text: words.text,
    type,
    result: type === "ok" ? words.result : "",
    invokedNs,
    completedNs: Number.isFinite(completedNs) ? completedNs : null,
  };
}

/** `1 element`, `3 elements`. */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
