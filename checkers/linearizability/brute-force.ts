// The slow oracle: tries every order of a small history. For re-verifying witnesses and for tests of the fast searches.
//
// It shares nothing with them, neither data structures nor tricks: it is the definition of linearizability
// (Herlihy and Wing 1990, section 2) written down, with a memory of the situations that already failed.
import type { Json } from "../../harness/json.ts";
import type { Input, Operation } from "../../harness/operation.ts";
import type { Model } from "./model.ts";

/** More operations than this do not fit its bit mask, and would take far too long anyway. */
export const bruteForceLimit = 30;

/**
 * Whether some order of the completed operations, with any of the indeterminate ones added, is legal and respects real
 * time; an indeterminate one that has a completion took effect before it or never. Ignores failed operations and
 * `partitionKey`. Exponential: at most `bruteForceLimit` operations.
 * @throws RangeError if there are more
 */
export function isLinearizableByBruteForce<S, I extends Input, O extends Json>(model: Model<S, I, O>, history: readonly Operation<I, O>[]): boolean {
  const operations = history.filter((operation) => operation.type !== "fail");
  if (operations.length > bruteForceLimit) throw new RangeError(`${operations.length} operations are too many for brute force`);
  const failed = new Set<string>();

  function canFinish(done: number, state: S): boolean {
    const remaining = operations.filter((_, position) => (done & (1 << position)) === 0);
    if (remaining.every((operation) => operation.type !== "ok")) return true;
    const situation = `${done} ${JSON.stringify(model.stateKey === undefined ? state : model.stateKey(state))}`;
    if (failed.has(situation)) return false;
    const firstCompletion = Math.min(...remaining.map((operation) => operation.completedIndex));
    for (const [position, operation] of operations.entries()) {
      if ((done & (1 << position)) !== 0 || operation.invokedIndex > firstCompletion) continue;
      const next = model.step(state, operation.input, operation.type === "ok" ? operation.output : undefined);
      if (next !== undefined && canFinish(done | (1 << position), next)) return true;
      if (operation.type === "info" && canFinish(done | (1 << position), state)) return true;
    }
    failed.add(situation);
    return false;
  }

  return canFinish(0, model.initial);
}
