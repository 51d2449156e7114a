// The rules of dealing, each broken once. For mutation tests.
import type { Mutation } from "../../mutants/mutant.ts";

export const dealingMutations: readonly Mutation[] = [
  { rule: "no removal is dealt twice", replace: "if (!this.#used.has(removal) && ends", by: "if (ends" },
  { rule: "all ways are tried: the last choice differently each time", replace: "last.tried++;", by: "last.tried += 2;" },
  {
    rule: "a removal is used once in all ways that are tried",
    replace: "const unused = this.#lives.lost.filter((removal) => !used.has(removal));",
    by: "const unused = this.#lives.lost;",
  },
  {
    rule: "a removal that is over before the insertion began cannot have taken the value out",
    replace: "&& this.#lives.ends[removal]! >= this.#lives.inFrom[value]!",
    by: "",
  },
  {
    rule: "removals that are earlier than need be are tried too",
    replace: "return possible.map((removal) => ({ value, removal })).toReversed();",
    by: "return possible.map((removal) => ({ value, removal })).slice(-1);",
  },
];
