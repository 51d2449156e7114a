// The rules of the order by points, each broken once. For mutation tests.
import type { Mutation } from "../../mutants/mutant.ts";

export const linearOrderMutations: readonly Mutation[] = [
  { rule: "operations are in order of their points", replace: "next[this.#points[index]!]!++", by: "next[0]!++" },
];
