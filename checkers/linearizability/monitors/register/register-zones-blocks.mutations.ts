// Mutants of register-zones-blocks.ts; they are loaded through register-zones-refusals.ts and register-zones.ts.
import type { Mutation } from "../../mutants/mutant.ts";

export const registerZonesBlocksMutations: readonly Mutation[] = [
  {
    rule: "operations of unknown outcome count only if somebody saw their value",
    replace: "if (isKnown[position] === 0) continue;",
    by: "",
  },
  {
    rule: "a value that somebody read was written",
    replace: "require((isRead ? met[position] : produced[position]) ?? none, position);",
    by: "require((isRead ? none : produced[position]) ?? none, position);",
  },
  {
    rule: "a required value has a writer",
    replace: "if (value !== 0) return { suspects: [proof] };",
    by: "",
  },
  {
    rule: "a value is replaced by one compare-and-set at most",
    replace: "if (rival !== none)",
    by: "if (false)",
    equivalent: "one of them hangs from no root then; the suspects would be too few",
  },
  {
    rule: "what a required compare-and-set replaced is required",
    replace: "require(source, proof);",
    by: "",
  },
  {
    rule: "a compare-and-set belongs to what it replaced",
    replace: "this.#successors[source] = writer;",
    by: "",
  },
  {
    rule: "a loose compare-and-set belongs to nothing",
    replace: "if (kinds[writer] !== kind.cas || isLoose[writer] === 1) continue;",
    by: "if (kinds[writer] !== kind.cas) continue;",
  },
  {
    rule: "a loose compare-and-set begins a block",
    replace: "this.#clusters.kinds[writer] !== kind.cas || this.#clusters.isLoose[writer] === 1;",
    by: "this.#clusters.kinds[writer] !== kind.cas;",
  },
  {
    rule: "compare-and-sets that only feed each other are impossible",
    replace: "if (lost !== undefined) return",
    by: "if (false) return",
  },
  {
    rule: "the first completion of the readers counts",
    replace: "if (ends[position]! < this.#heldFrom[value]!) {",
    by: "if (false) {",
  },
  {
    rule: "the last invocation of the readers counts",
    replace: "if (starts[position]! > this.#heldTo[value]!) {",
    by: "if (false) {",
  },
  {
    rule: "the initial value was there before everything",
    replace: "this.#heldFrom[0] = -Infinity;",
    by: "",
  },
  {
    rule: "a compare-and-set does not end before what it replaced was written or read",
    replace: "if (end < latest) return this.#conflict(by, writer);",
    by: "",
  },
  {
    rule: "a value is not read before it is written",
    replace: "if ((this.#heldFrom[value] ?? Infinity) < latest) return",
    by: "if (false) return",
  },
  {
    rule: "the invocation of the writer counts",
    replace: "if (start > latest) [by, latest] = [writer, start];",
    by: "",
  },
  {
    rule: "the completion of the writer counts",
    replace: "if (end < (this.#heldFrom[value] ?? Infinity)) {",
    by: "if (false) {",
  },
  {
    rule: "invocations count for later stages",
    replace: "if (latest > (this.#heldTo[value] ?? -Infinity)) {",
    by: "if (false) {",
  },
  {
    rule: "a value is held until what replaces it is invoked",
    replace: "if (replaced > (this.#heldTo[source] ?? -Infinity)) {",
    by: "if (false) {",
  },
];
