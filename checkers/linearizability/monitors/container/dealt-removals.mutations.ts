// The rules of the plan for removals of unknown outcome, each broken once. For mutation tests.
import type { Mutation } from "../../mutants/mutant.ts";

export const dealtRemovalsMutations: readonly Mutation[] = [
  {
    rule: "without removals of unknown outcome the first attempt has the last word",
    replace: 'if (latest === undefined) return { verdict: "invalid"',
    by: 'if (latest === undefined) return { verdict: "valid", order: [] }; if (latest === undefined) return { verdict: "invalid"',
  },
  {
    rule: "values that never left may have left early, where nobody knows of all removals",
    replace: "(lives.remover[value]! < 0 ? Math.max(first, lives.inFrom[value]!) : point)",
    by: "point",
  },
  {
    rule: "only values that never left may have left early",
    replace: "(lives.remover[value]! < 0 ? Math.max(first, lives.inFrom[value]!) : point)",
    by: "Math.max(first, lives.inFrom[value]!)",
  },
  {
    rule: "they may have left only when a removal had begun",
    replace: "Math.max(first, lives.inFrom[value]!) : point",
    by: "lives.inFrom[value]! : point",
    equivalent: "a relaxation that refutes less only costs time",
  },
  { rule: "removals that began later do not count", replace: "lost[began]! <= latest[value]!", by: "lost[began]! < latest[value]! - 1" },
  { rule: "as many removals as values are enough", replace: "if (index >= began)", by: "if (index + 1 >= began)" },
  { rule: "all ways to deal are tried", replace: "if (!dealing.hasBudget || dealing.retry()) continue;", by: "" },
];
