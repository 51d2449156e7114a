// Why a witness cannot be explained, in one sentence for people who know the object and not the algorithm.
import type { Json } from "../../harness/json.ts";
import type { Input, Operation } from "../../harness/operation.ts";
import { countOf } from "../shown.ts";
import { bruteForceLimit } from "./brute-force.ts";
import type { Model } from "./model.ts";
import type { Witness } from "./witness.ts";

const maximalSituations = 20_000;
const maximalStatesNamed = 3;

/** The model's own sentence if it has one, else what the object could have been when the culprit took effect. */
export function explainWitness<S, I extends Input, O extends Json>(model: Model<S, I, O>, witness: Witness<I, O>): string {
  const own = model.explain?.(witness.operations, witness.culprit);
  if (own !== undefined) return own;
  const { culprit, operations } = witness;
  const said = `process ${culprit.process}: ${sentenceOf(model, culprit)}`;
  const states = statesSeenBy(model, operations, culprit);
  if (states === undefined || states.length === 0 || states.length > maximalStatesNamed) {
    return `${said}, but no order of these ${countOf(operations.length, "operation")} respects both real time and the rules of a ${model.name}`;
  }
  return `${said}, but going by the operations shown the ${model.name} was ${states.join(" or ")} at every moment of that call`;
}

/** `read x -> 7`. */
export function sentenceOf<S, I extends Input, O extends Json>(model: Model<S, I, O>, operation: Operation<I, O>): string {
  const text = model.describeOperation(operation.input);
  const result = resultOf(model, operation);
  return result === "" ? text : `${text} ${result}`;
}

/** `-> 7`, or empty. */
export function resultOf<S, I extends Input, O extends Json>(model: Model<S, I, O>, operation: Operation<I, O>): string {
  const { type, input, output } = operation;
  return type === "ok" && output !== undefined ? (model.describeResult?.(input, output) ?? "") : "";
}

/** All states in which the culprit may take effect if its result is forgotten; undefined if there are too many ways. */
function statesSeenBy<S, I extends Input, O extends Json>(
  model: Model<S, I, O>,
  operations: readonly Operation<I, O>[],
  culprit: Operation<I, O>,
): string[] | undefined {
  if (operations.length > bruteForceLimit) return undefined;
  const known = new Map<string, boolean>();
  const seen = new Set<string>();

  function canFinish(done: number, state: S): boolean {
    const remaining = operations.filter((_, position) => (done & (1 << position)) === 0);
    if (remaining.every((operation) => operation.type !== "ok")) return true;
    const situation = `${done} ${JSON.stringify(model.stateKey === undefined ? state : model.stateKey(state))}`;
    const before = known.get(situation);
    if (before !== undefined || known.size > maximalSituations) return before ?? false;
    known.set(situation, false);
    const firstCompletion = Math.min(...remaining.map((operation) => operation.completedIndex));
    let isPossible = false;
    for (const [position, operation] of operations.entries()) {
      if ((done & (1 << position)) !== 0 || operation.invokedIndex > firstCompletion) continue;
      const output = operation === culprit || operation.type !== "ok" ? undefined : operation.output;
      const next = model.step(state, operation.input, output);
      if (next === undefined || !canFinish(done | (1 << position), next)) continue;
      isPossible = true;
      if (operation === culprit) seen.add(model.describeState(state));
    }
    known.set(situation, isPossible);
    return isPossible;
  }

  canFinish(0, model.initial);
  return known.size > maximalSituations ? undefined : [...seen];
}
