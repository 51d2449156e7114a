// Operations written down by hand, for examples in tests and docs.
import type { Json } from "../../../harness/json.ts";
import type { Input, Operation } from "../../../harness/operation.ts";

/** `[process, start, end, input, output]`; without an end nobody knows the outcome. In order of start. */
export type Handwritten<I extends Input, O extends Json> = readonly [process: number, start: number, end: number | undefined, input: I, output?: O];

/** Ids are the places in the list. */
export function operationsOf<I extends Input, O extends Json>(lines: readonly Handwritten<I, O>[]): Operation<I, O>[] {
  return lines.map(([process, start, end, input, output], id) => {
    const shared = { id, process, phase: "faults", input, invokedIndex: start, invokedNs: start * 1000 } as const;
    if (end === undefined) return { ...shared, type: "info", error: "never completed", completedIndex: Infinity, completedNs: Infinity };
    return { ...shared, type: "ok", ...(output === undefined ? {} : { output }), completedIndex: end, completedNs: end * 1000 };
  });
}
