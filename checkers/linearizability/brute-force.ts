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
  const operations = history.filter((operation) => operation.type !== "fail").map((operation, position) => ({ ...operation, bit: 1 << position }));
  if (operations.length > bruteForceLimit) throw new RangeError(`${operations.length} operations are too many for brute force`);
  const promised = operations.reduce((bits, { type, bit }) => (type === "ok" ? bits | bit : bits), 0);
  const failed = new Map<number, Set<unknown>>();

  /** Whether the rest can follow. `done`: the operations that have their place, or were said to have no effect. */
  function canFinish(done: number, state: S): boolean {
    if ((done & promised) === promised) return true;
    const key = model.stateKey === undefined ? state : model.stateKey(state);
    if (failed.get(done)?.has(key) === true) return false;
    // Nothing invoked after the first completion that is missing may come before it.
    const firstCompletion = firstCompletionWithout(done);
    for (const { bit, type, input, output, invokedIndex, completedIndex } of operations) {
      if ((done & bit) !== 0 || invokedIndex > firstCompletion) continue;
      const next = model.step(state, input, type === "ok" ? output : undefined);
      if (next !== undefined && canFinish(done | bit, next)) return true;
      // Without a completion it may as well stay missing for ever.
      if (type === "info" && completedIndex < Infinity && canFinish(done | bit, state)) return true;
    }
    const states = failed.get(done);
    if (states === undefined) failed.set(done, new Set([key]));
    else states.add(key);
    return false;
  }

  function firstCompletionWithout(done: number): number {
    let first = Infinity;
    for (const { bit, completedIndex } of operations) if ((done & bit) === 0 && completedIndex < first) first = completedIndex;
    return first;
  }

  return canFinish(0, model.initial);
}
