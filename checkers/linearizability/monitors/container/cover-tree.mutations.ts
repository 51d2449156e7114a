// The rules of the tree of counts, each broken once. For mutation tests.
import type { Mutation } from "../../mutants/mutant.ts";

export const coverTreeMutations: readonly Mutation[] = [
  { rule: "what is added to a node counts for all below", replace: "if (node < this.#size) this.#added[node]! += amount;", by: "" },
  { rule: "the first point of an interval is covered", replace: "if ((low & 1) === 1) this.#apply(low++, amount);", by: "if ((low & 1) === 1) low++;" },
  { rule: "the last point of an interval is covered", replace: "if ((high & 1) === 0) this.#apply(high--, amount);", by: "if ((high & 1) === 0) high--;" },
  { rule: "nodes above the first point know of it", replace: "for (let node = (from + this.#size) >> 1; node >= 1; node >>= 1) this.#refresh(node);", by: "" },
  { rule: "nodes above the last point know of it", replace: "for (let node = (to + this.#size) >> 1; node >= 1; node >>= 1) this.#refresh(node);", by: "" },
  { rule: "what ancestors add counts", replace: "above += this.#added[ancestor]!;", by: "above += 0 * this.#added[ancestor]!;" },
];
