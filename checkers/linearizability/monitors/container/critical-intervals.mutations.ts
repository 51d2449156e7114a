// The rules of critical intervals, each broken once. For mutation tests.
import type { Mutation } from "../../mutants/mutant.ts";

export const criticalIntervalsMutations: readonly Mutation[] = [
  {
    rule: "a value that can go in and out at one moment excludes nothing",
    replace: "<= 1; // values are in bounds",
    by: "<= 0; // values are in bounds",
    equivalent: "it may as well wait for its turn like others",
  },
  {
    rule: "a value that no operation begins in is no hindrance, one that some begins in is",
    replace: "<= 1; // values are in bounds",
    by: "<= 2; // values are in bounds",
  },
  {
    rule: "a value may not be in yet at the last point of its insertion",
    replace: "this.cover.add(this.#lives.inBy[value]! + 1, this.outFrom[value]! - 1, 1);",
    by: "this.cover.add(this.#lives.inBy[value]!, this.outFrom[value]! - 1, 1);",
  },
  {
    rule: "a value may be gone at the first point of its removal",
    replace: "this.cover.add(this.#lives.inBy[value]! + 1, this.outFrom[value]! - 1, 1);",
    by: "this.cover.add(this.#lives.inBy[value]! + 1, this.outFrom[value]!, 1);",
  },
  {
    rule: "what is taken away hinders no longer",
    replace: "this.cover.add(this.#lives.inBy[value]! + 1, this.outFrom[value]! - 1, -1);",
    by: "this.cover.add(this.#lives.inBy[value]! + 1, this.outFrom[value]! - 1, 0);",
  },
  { rule: "what was dealt a removal hinders only until that begins", replace: "if (wasIncluded) this.exclude(value);", by: "" },
  {
    rule: "what was dealt a removal may leave once both have begun",
    replace: "this.outFrom[value] = Math.max(operation, this.#lives.inFrom[value]!);",
    by: "this.outFrom[value] = operation;",
  },
  { rule: "what was dealt a removal has to leave before that is over", replace: "this.outBy[value] = this.#lives.ends[operation]!;", by: "" },
  {
    rule: "what stays longest after a point is in the way first",
    replace: "return this.#values[this.#reach.furthest(this.#enteredBefore[point]! - 1)]!;",
    by: "return this.#values[this.#reach.furthest(this.#enteredBefore[point]!)]!;",
  },
];
