// The rules of just-in-time-search.ts, broken one at a time. For mutation tests. The bisection for the first impossible moment
// is not among them: its answer is no verdict, and just-in-time-search.test.ts compares it with brute force.
import type { Mutation } from "../mutants/mutant.ts";

export const justInTimeSearchMutations: readonly Mutation[] = [
  {
    rule: "what was invoked before a completion is open at it",
    replace: "if (opening === undefined || opening.invokedIndex > completing.completedIndex) break;",
    by: "if (opening === undefined || opening.invokedIndex > completing.invokedIndex) break;",
  },
  {
    rule: "what was invoked after a completion is not open at it",
    replace: "if (opening === undefined || opening.invokedIndex > completing.completedIndex) break;",
    by: "if (opening === undefined) break;",
  },
  {
    rule: "maybes close at their completion",
    replace: 'if (type === "ok" || completedIndex !== Infinity) positions.push(position);',
    by: 'if (type === "ok") positions.push(position);',
  },
  {
    rule: "completions are read in their order",
    replace: "positions.toSorted((one, other) => endOf(one) - endOf(other) || one - other)",
    by: "positions",
  },
  {
    rule: "outcomes of completed operations are known",
    replace: 'const isOutcomeKnown = opening.type === "ok" && opening.completedIndex <= moment;',
    by: "const isOutcomeKnown = false;",
  },
];
