// Mutants of register-zones-refusals.ts; they are loaded through register-zones.ts.
import type { Mutation } from "../../mutants/mutant.ts";

export const registerZonesRefusalsMutations: readonly Mutation[] = [
  {
    rule: "a refusal may come before its value is there",
    replace: "!(heldFrom[value]! < starts[refusal]!)",
    by: "false",
  },
  {
    rule: "a refusal may come after its value is gone",
    replace: "if (ends[refusal]! < heldTo[value]!) return",
    by: "if (true) return",
  },
  {
    rule: "a refusal in the midst of the time of its value is impossible",
    replace: "if (ends[refusal]! < heldTo[value]!) return",
    by: "if (false) return",
  },
  {
    rule: "a refusal is impossible if nobody can have replaced the value",
    replace: "if (latest === undefined || latest < since) return",
    by: "if (false) return",
  },
  {
    rule: "the initial value may never have been replaced",
    replace: "latest === undefined || ",
    by: "",
  },
  {
    rule: "somebody may have replaced the value since it was written",
    replace: "latest < since",
    by: "true",
  },
  {
    rule: "only those count that were invoked before the refusal was over",
    replace: "this.#starts[this.#mutators[middle]!]! <= moment",
    by: "true",
  },
  {
    rule: "the writer does not replace its own value",
    replace: "last === except ? (this.#lastButOne[low - 1] ?? none) : last",
    by: "last",
  },
  {
    rule: "there may be another one than the writer",
    replace: "(this.#lastButOne[low - 1] ?? none)",
    by: "none",
  },
  {
    rule: "the one that ends last counts",
    replace: "if (this.#end(mutator) >= this.#end(last)) [last, lastButOne] = [mutator, last];",
    by: "if (false) [last, lastButOne] = [mutator, last];",
  },
  {
    rule: "the one that ends last but one counts",
    replace: "else if (this.#end(mutator) >= this.#end(lastButOne)) lastButOne = mutator;",
    by: "",
  },
];
