// The rules of frontier-steps.ts, broken one at a time. For mutation tests.
import type { Mutation } from "../mutants/mutant.ts";

export const frontierStepsMutations: readonly Mutation[] = [
  {
    rule: "only what never changes a state is an observer",
    replace: 'return isReadOnly ? "observer" : "mutator";',
    by: 'return isReadOnly || output === null ? "observer" : "mutator";',
  },
  {
    rule: "an observer of unknown outcome may be ignored, nothing else",
    replace: 'if (!isOutcomeKnown) return isReadOnly ? "idle" : "pending";',
    by: 'if (!isOutcomeKnown) return "idle";',
  },
  {
    rule: "operations with different answers are different",
    replace: "JSON.stringify([input, output])",
    by: "JSON.stringify([input])",
  },
  {
    rule: "a remembered step is of this state",
    replace: "const place = (mixed ^ (mixed >>> 15)) & (this.#knownStates.length - 1);\n    if (this.#knownStates[place] === state && ",
    by: "const place = action & (this.#knownStates.length - 1);\n    if (",
  },
  {
    rule: "a remembered step is of this action",
    replace:
      "const place = (mixed ^ (mixed >>> 15)) & (this.#knownStates.length - 1);\n    if (this.#knownStates[place] === state && this.#knownActions[place] === action)",
    by: "const place = state & (this.#knownStates.length - 1);\n    if (this.#knownStates[place] === state)",
  },
  {
    rule: "an impossible step has no next state",
    replace: "return next === undefined ? impossibleStep : this.intern(next);",
    by: "return next === undefined ? state : this.intern(next);",
  },
  {
    rule: "the steps of one history are not those of the next",
    replace: "this.#knownStates.fill(-1);",
    by: "",
  },
];
