// The rules of the set of points, each broken once. For mutation tests.
import type { Mutation } from "../../mutants/mutant.ts";

export const pointSetMutations: readonly Mutation[] = [
  {
    rule: "the greatest element before a point is not above it",
    replace: "const word = words[place >> 5]! & ((2 << (place & 31)) - 1);",
    by: "const word = words[place >> 5]!;",
  },
  {
    rule: "the least element after a point is not below it",
    replace: "const word = words[place >> 5]! & (-1 << (place & 31));",
    by: "const word = words[place >> 5]!;",
  },
  { rule: "a point itself is its neighbour", replace: "((2 << (place & 31)) - 1)", by: "((1 << (place & 31)) - 1)" },
];
