// The rules of frontier-slots.ts, broken one at a time. For mutation tests. What concerns more than 32 open operations is out
// of reach of small histories, and broken links of groups lead in circles; frontier-slots.test.ts has them.
import type { Mutation } from "../mutants/mutant.ts";

export const frontierSlotsMutations: readonly Mutation[] = [
  {
    rule: "of twins the one with the earliest end goes first",
    replace: "while (after !== none && this.#ends[after]! <= this.#ends[slot]!) {",
    by: "while (after !== none && this.#ends[after]! >= this.#ends[slot]!) {",
  },
  {
    rule: "only operations of equal action are twins",
    replace: "const group = this.groups.findIndex((first) => this.actions[first] === this.actions[slot]);\n    if (group === none) {",
    by: "const group = this.groups.length > 0 ? 0 : none;\n    if (group === none) {",
  },
  {
    rule: "a closed operation is no pending one any more",
    replace: "this.pending[word]! &= others;",
    by: "",
  },
  {
    rule: "a closed operation is no mutator any more",
    replace: "this.mutators[word]! &= others;",
    by: "",
    equivalent: "a slot that also counts as that of a mutator is only compared more strictly",
  },
  {
    rule: "a closed observer observes nothing any more",
    replace: "if (isObserver) this.openObservers.splice(this.openObservers.indexOf(slot), 1);",
    by: "if (isObserver) this.openObservers.splice(0, 1);",
  },
];
