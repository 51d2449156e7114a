// Objects that may choose: a model whose operations have several possible next states, made deterministic. For authors of models.
import type { Json } from "../../harness/json.ts";
import type { Input } from "../../harness/operation.ts";
import type { Model } from "./model.ts";

/**
 * A sequential object that may go on in several ways, of which the answers do not tell. All members but these mean what they
 * mean in `Model`; `monitors` and `explain` too. There is no `effect`: an operation that chooses leaves no one value.
 *
 * Leave a choice that shows in the answer to the output, as in any model ("the token is any number above the last one"):
 * this is for choices that come to light later or never, and for what an operation without an answer may have done.
 */
export interface NondeterministicModel<S, I extends Input = Input, O extends Json = Json> extends Pick<
  Model<S, I, O>,
  | "name"
  | "partitionKey"
  | "pendingClass"
  | "relevantPending"
  | "elementOf"
  | "stateKey"
  | "monitors"
  | "describeOperation"
  | "describeResult"
  | "describeState"
  | "explain"
> {
  /** The states that it may be in at first; at least one. */
  readonly initial: readonly S[];

  /**
   * All states that may follow; none: the output is impossible in this state. `output` is undefined when nobody knows the
   * outcome: then answer all that the object might have done. None counts as "it would have been refused here".
   */
  steps(state: S, input: I, output: O | undefined): readonly S[];

  /**
   * True if an operation of this input never changes any state, whatever it is answered. That is less than for a deterministic
   * model, which may also say so of single answers: here an answer can tell which of several states it was.
   */
  isReadOnly?(input: I): boolean;
}

/**
 * The same object as a deterministic model, for the searches: its state is the set of states that the object may be in (power
 * set construction, Rabin and Scott 1959, section 3; for linearizability as in Porcupine's `NondeterministicModel.ToModel`).
 * A history is linearizable iff some order leaves at least one state possible. Costs a factor of the states possible
 * at once, and as much again where an answer finally tells them apart.
 *
 * No completed operation counts as read-only, even a read: its answer takes states out of the set, and to do that too early would
 * lose the order in which another state was left first. Only reads of unknown outcome are left out.
 */
export function deterministic<S, I extends Input, O extends Json>(model: NondeterministicModel<S, I, O>): Model<readonly S[], I, O> {
  const { name, partitionKey, pendingClass, relevantPending, elementOf, monitors, describeOperation, describeResult, explain } = model;
  const keyOf = (state: S): string => keyText(model.stateKey === undefined ? state : model.stateKey(state));
  return {
    name,
    initial: distinct(model.initial, keyOf),
    step(states, input, output) {
      const next: S[] = [];
      for (const state of states) {
        const following = model.steps(state, input, output);
        if (following.length > 0) next.push(...following);
        else if (output === undefined) next.push(state);
      }
      return next.length === 0 ? undefined : distinct(next, keyOf);
    },
    stateKey: (states) => JSON.stringify(states.map(keyOf)),
    isReadOnly: (input, output) => output === undefined && model.isReadOnly?.(input) === true,
    ...(partitionKey === undefined ? {} : { partitionKey }),
    ...(pendingClass === undefined ? {} : { pendingClass }),
    ...(relevantPending === undefined ? {} : { relevantPending }),
    ...(elementOf === undefined ? {} : { elementOf }),
    ...(monitors === undefined ? {} : { monitors }),
    describeOperation,
    ...(describeResult === undefined ? {} : { describeResult }),
    describeState: (states) => states.map((state) => model.describeState(state)).join(" or "),
    ...(explain === undefined ? {} : { explain }),
  };
}

/** Each state once, in the order of the keys: equal sets become equal lists. */
function distinct<S>(states: readonly S[], keyOf: (state: S) => string): readonly S[] {
  if (states.length === 1) return states;
  const byKey = new Map<string, S>();
  for (const state of states) byKey.set(keyOf(state), state);
  return [...byKey].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, state]) => state);
}

/** Tells 1 from "1". */
function keyText(key: unknown): string {
  return `${typeof key} ${String(key)}`;
}
