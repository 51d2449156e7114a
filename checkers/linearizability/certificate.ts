// The independent judge of linearizations: every `valid` is replayed here before anybody hears of it. It shares no code
// with the searches and monitors that propose them.
import type { Json } from "../../harness/json.ts";
import type { Input, Operation } from "../../harness/operation.ts";
import type { Model } from "./model.ts";

/**
 * What is wrong with an order (positions of `operations`) as a linearization, or undefined if it is one: every completed
 * operation occurs once, an indeterminate one at most once, real time is respected and every step is legal. O(n) steps.
 */
export function faultOfLinearization<S, I extends Input, O extends Json>(
  model: Model<S, I, O>,
  operations: readonly Operation<I, O>[],
  order: readonly number[],
): string | undefined {
  const isTaken = new Uint8Array(operations.length);
  let latestStart = -Infinity;
  let state = model.initial;
  for (const position of order) {
    const operation = operations[position];
    if (operation === undefined) return `there is no operation ${position}`;
    if (isTaken[position] === 1) return `operation ${operation.id} occurs twice`;
    isTaken[position] = 1;
    const isCompleted = operation.type === "ok";
    if (operation.type === "fail") return `operation ${operation.id} failed and has no place`;
    // Also one of unknown outcome: if it has an end, it took effect before then.
    if (operation.completedIndex < latestStart) return `operation ${operation.id} comes after one that began when it was over`;
    if (operation.invokedIndex > latestStart) latestStart = operation.invokedIndex;
    const next = model.step(state, operation.input, isCompleted ? operation.output : undefined);
    if (next === undefined) return `operation ${operation.id} is impossible at its place`;
    state = next;
  }
  for (let position = 0; position < operations.length; position++) {
    const operation = operations[position];
    if (isTaken[position] === 0 && operation?.type === "ok") return `operation ${operation.id} is missing`;
  }
  return undefined;
}
