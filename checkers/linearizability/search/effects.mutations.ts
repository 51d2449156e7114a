// The rules of effects.ts, broken one at a time. For mutation tests.
import type { Mutation } from "../mutants/mutant.ts";

export const effectsMutations: readonly Mutation[] = [
  {
    rule: "values that a read asks for are told apart",
    replace: "if (from !== undefined) asked.numberOf(keyOf(from));",
    by: "",
  },
  {
    rule: "values that a refusal names are told apart",
    replace: "if (not !== undefined) asked.numberOf(keyOf(not));",
    by: "",
  },
  {
    rule: "operations that ask for different values are different",
    replace: "(from[position]! + 1) * base + not[position]! + 1",
    by: "not[position]! + 1",
  },
  {
    rule: "operations that refuse different values are different",
    replace: "(from[position]! + 1) * base + not[position]! + 1",
    by: "(from[position]! + 1) * base",
    equivalent: "what refuses a value is an observer, and observers are not compared",
  },
  {
    rule: "operations that leave different values are different",
    replace: "(condition * base + to[position]! + 1) * 2 + isPending[position]!",
    by: "condition * 2 + isPending[position]!",
  },
  {
    rule: "operations of unknown outcome are a class of their own",
    replace: "(condition * base + to[position]! + 1) * 2 + isPending[position]!",
    by: "condition * base + to[position]! + 1",
  },
];
