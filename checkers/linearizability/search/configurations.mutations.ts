// The rules of configurations.ts, broken one at a time. For mutation tests. What concerns windows of more than one word is
// out of reach of small histories; configurations.test.ts compares it with plain sets.
import type { Mutation } from "../mutants/mutant.ts";

export const configurationsMutations: readonly Mutation[] = [
  {
    rule: "of two situations the one with fewer indeterminate operations used is better",
    replace: "if (this.#usedNoMore(chunk, at) && this.#observedNoLess(chunk, at)) return true;",
    by: "if (this.#usedNoLess(chunk, at) && this.#observedNoLess(chunk, at)) return true;",
  },
  {
    rule: "one that used others does not dominate",
    replace: "if (this.#usedNoMore(chunk, at) && this.#observedNoLess(chunk, at)) return true;",
    by: "if (this.#observedNoLess(chunk, at)) return true;",
  },
  {
    rule: "of two situations the one with more observers done is better",
    replace: "if (this.#usedNoMore(chunk, at) && this.#observedNoLess(chunk, at)) return true;",
    by: "if (this.#usedNoMore(chunk, at) && this.#observedNoMore(chunk, at)) return true;",
  },
  {
    rule: "one that lacks observers does not dominate",
    replace: "if (this.#usedNoMore(chunk, at) && this.#observedNoLess(chunk, at)) return true;",
    by: "if (this.#usedNoMore(chunk, at)) return true;",
  },
  {
    rule: "situations of different states are not compared",
    replace: "const full = mixedHash(hash, state);",
    by: "state = 0;\n    const full = mixedHash(hash, state);",
  },
  {
    rule: "situations of different mutators are not compared",
    replace: "const full = mixedHash(hash, state);",
    by: "const full = mixedHash(hash, state) & 3;",
    equivalent: "the mutators themselves are compared, not their hash",
  },
  {
    rule: "of pairs with one hash only the one with the same mutators is meant",
    replace: "chunk[at + 1] === hash && chunk[at + 2] === state && this.#hasMutators(chunk, at)",
    by: "chunk[at + 2] === state",
  },
  {
    rule: "what is dominated by a new situation is forgotten",
    replace: "this.#dropDominated(pair);",
    by: "",
    equivalent: "a situation that is known besides a better one answers nothing else",
  },
  {
    rule: "the memory of one history is not that of the next",
    replace: "if (this.#pairCount > 0) this.#buckets.fill(0);",
    by: "",
  },
];
