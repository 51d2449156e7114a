// The rules of frontier-lineage.ts, broken one at a time. For mutation tests. Sweeps need thousands of nodes;
// frontier-lineage.test.ts has them.
import type { Mutation } from "../mutants/mutant.ts";

export const frontierLineageMutations: readonly Mutation[] = [
  {
    rule: "a line is told from the beginning",
    replace: "line[--place] = this.#operations[each]!;",
    by: "line[line.length - place--] = this.#operations[each]!;",
  },
  {
    rule: "a node knows its parent",
    replace: "this.#parents[node] = parent;\n    this.#operations[node] = operation;",
    by: "this.#parents[node] = node - 1;\n    this.#operations[node] = operation;",
  },
];
