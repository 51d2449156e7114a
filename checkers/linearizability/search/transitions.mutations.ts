// The rules of transitions.ts, broken one at a time. For mutation tests.
import type { Mutation } from "../mutants/mutant.ts";

export const transitionsMutations: readonly Mutation[] = [
  {
    rule: "operations with different answers are different",
    replace: "JSON.stringify([operation.input, operation.output])",
    by: "JSON.stringify(operation.input)",
  },
  {
    rule: "every state has a row of its own in the table",
    replace: "const cell = state * this.#classCount + (this.#classes[operation] ?? 0);",
    by: "const cell = this.#classes[operation] ?? 0;",
  },
  {
    rule: "an impossible step has no next state",
    replace: "return next === undefined ? illegal : this.#intern(next);",
    by: "return next === undefined ? state : this.#intern(next);",
  },
  {
    rule: "an operation whose outcome is known is impossible in a value that it does not ask for",
    replace: "return isPending[operation] === 1 ? state : illegal;",
    by: "return state;",
  },
  {
    rule: "an operation of unknown outcome does nothing in a value that it does not ask for",
    replace: "return isPending[operation] === 1 ? state : illegal;",
    by: "return illegal;",
    equivalent: "one that does nothing is not tried either",
  },
  {
    rule: "an operation is impossible in the value that it refuses",
    replace: "if (not[operation] === state) return illegal;",
    by: "",
  },
  {
    rule: "an operation that leaves a value leaves that one",
    replace: "return left === noValue ? state : left;",
    by: "return state;",
  },
  {
    rule: "only states that can grow into nothing that is asked about are one",
    replace: "if (isBarren && this.#barren !== noValue) return this.#barren;",
    by: "if (this.#asked !== undefined && this.#barren !== noValue) return this.#barren;",
  },
  {
    rule: "a state that can grow into nothing that is asked about stays such a state",
    replace: "if (state === this.#barren) return state;",
    by: "",
    equivalent: "the model comes to the same state, only slower",
  },
  {
    rule: "the states of one history are not those of the next",
    replace: "if (this.#states.length > 0) this.#ids.clear();",
    by: "",
  },
];
