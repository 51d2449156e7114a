// Makes a history on which two algorithms differ as small as can be, and writes it as a test would. For the comparison.
import type { Json } from "../harness/json.ts";
import type { Input, Operation } from "../harness/operation.ts";

/** Leaves out one operation after the other, or its answer, as long as the difference persists. O(n^2) questions. */
export function shrunk<I extends Input, O extends Json>(
  operations: readonly Operation<I, O>[],
  persists: (operations: readonly Operation<I, O>[]) => boolean,
): readonly Operation<I, O>[] {
  let current = operations;
  for (let isSmaller = true; isSmaller;) {
    isSmaller = false;
    for (const operation of current) {
      const smaller = [current.filter((other) => other !== operation), ...forgotten(current, operation)].find((fewer) => persists(renumbered(fewer)));
      if (smaller === undefined) continue;
      current = smaller;
      isSmaller = true;
    }
  }
  return renumbered(current);
}

function forgotten<I extends Input, O extends Json>(operations: readonly Operation<I, O>[], operation: Operation<I, O>): Operation<I, O>[][] {
  if (operation.type !== "ok") return [];
  const { output: _forgotten, ...rest } = operation;
  return [operations.map((other) => (other === operation ? { ...rest, type: "info", error: "forgotten", completedIndex: Infinity } : other))];
}

/** Ids in order; positions stay. */
function renumbered<I extends Input, O extends Json>(operations: readonly Operation<I, O>[]): Operation<I, O>[] {
  return operations.map((operation, id) => ({ ...operation, id }));
}

/** One line an operation: `process 2, 3..7: {"f":"dequeue","key":"q"} -> "1"`. */
export function linesOf(operations: readonly Operation[]): string[] {
  return operations.map(({ process, invokedIndex, completedIndex, type, input, output }) => {
    const result = type === "ok" ? `-> ${JSON.stringify(output)}` : type === "fail" ? "failed" : completedIndex === Infinity ? "?" : "? (maybe)";
    return `process ${process}, ${invokedIndex}..${completedIndex}: ${JSON.stringify(input)} ${result}`;
  });
}
