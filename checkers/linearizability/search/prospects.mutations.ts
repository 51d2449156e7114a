// The rules of prospects.ts, broken one at a time. For mutation tests.
import type { Mutation } from "../mutants/mutant.ts";

export const prospectsMutations: readonly Mutation[] = [
  {
    rule: "a value can still be had from an operation invoked before it is due",
    replace: "return source === none || this.#starts[source]! > this.#ends[need]!;",
    by: "return source === none || this.#starts[source]! > this.#starts[need]!;",
  },
  {
    rule: "a value that somebody can still leave is not lost",
    replace: "return source === none || this.#starts[source]! > this.#ends[need]!;",
    by: "return true;",
  },
  {
    rule: "a value that nobody needs is not lost",
    replace: "if (need === none) return false;\n    const source = this.#sources.first(value);",
    by: "if (need === none) return true;\n    const source = this.#sources.first(value);",
  },
  {
    rule: "an operation that was taken needs nothing any more",
    replace: "this.#needs.unlink(operation);",
    by: "",
  },
  {
    rule: "an operation that was taken is no source any more",
    replace: "this.#sources.unlink(operation);",
    by: "",
    equivalent: "with a source too many the search only notices later that a value is lost",
  },
  {
    rule: "an operation that was taken back is a source again",
    replace: "this.#sources.relink(operation);",
    by: "",
  },
  {
    rule: "an indeterminate operation is wanted if its value is needed by one that may come next",
    replace: "(this.#stamps[value] === this.#round || this.#pendingNeeds[value]! > 0)",
    by: "this.#pendingNeeds[value]! > 0",
  },
  {
    rule: "an indeterminate operation is wanted if another one can make use of its value",
    replace: "(this.#stamps[value] === this.#round || this.#pendingNeeds[value]! > 0)",
    by: "this.#stamps[value] === this.#round",
  },
  {
    rule: "any indeterminate operation is wanted where the present value is refused",
    replace: "if (not[operation] === present) this.#isAnyWanted = true;",
    by: "",
  },
  {
    rule: "where states grow any indeterminate operation is wanted",
    replace: "if (this.#isAnyWanted || this.#effects.grows !== undefined) return true;",
    by: "if (this.#isAnyWanted) return true;",
  },
  {
    rule: "the present value itself is not lost",
    replace: "if (value !== present && this.#isUnavailable(value)) return true;",
    by: "if (this.#isUnavailable(value)) return true;",
  },
  {
    rule: "a state can grow into what is needed",
    replace: "if (need === none || this.#leadsTo(present, from[need]!)) return false;",
    by: "if (need === none || present === from[need]!) return false;",
  },
  {
    rule: "a state can be replaced by one that grows into what is needed",
    replace: "if (this.#leadsTo(to[source]!, from[need]!)) return false;",
    by: "if (to[source]! === from[need]!) return false;",
  },
];
