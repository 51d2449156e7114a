// Mutants of register-zones-placement.ts; they are loaded through register-zones.ts.
import type { Mutation } from "../../mutants/mutant.ts";

export const registerZonesPlacementMutations: readonly Mutation[] = [
  {
    rule: "maybes may take effect before they are over",
    replace: "isKnown[position] === 1 || produced[position] !== none;",
    by: "isKnown[position] === 1;",
  },
  {
    rule: "operations complete in order of time",
    replace: "this.#completions = inOrder.map((place) => due[place] ?? none);",
    by: "this.#completions = Int32Array.from(due);",
  },
  {
    rule: "what had its turn is done",
    replace: "if (timeline.isDone(position)) return true;",
    by: "",
  },
  {
    rule: "a refused value is replaced",
    replace: "if (kinds[position] === kind.refusal) return this.#choose(this.#replacements.of(timeline.seen));",
    by: "if (kinds[position] === kind.refusal) return false;",
  },
  {
    rule: "a read of absence takes a delete",
    replace: "return this.#choose(this.#replacements.deletes());",
    by: "return false;",
  },
  {
    rule: "a maybe that is over may have been of use",
    replace: "return !this.#isOfUse(value) || this.#choose([value, none]);",
    by: "return true;",
  },
  {
    rule: "a maybe that is over may have done nothing",
    replace: "this.#choose([value, none]);",
    by: "this.#choose([value]);",
  },
  {
    rule: "what is refused later can be buried",
    replace: "mayBury: true });",
    by: "mayBury: false });",
  },
  {
    rule: "nothing need be buried",
    replace: "if (mayBury) [choice.mayBury, choice.tried] = [false, 0];",
    by: "if (false) [choice.mayBury, choice.tried] = [false, 0];",
  },
  {
    rule: "bad choices are undone",
    replace: "else if (!this.#tryAgain()) break;",
    by: "else break;",
  },
  {
    rule: "a block is not left before all of it was invoked",
    replace: "return block === none || (this.#blocks.lastStarts[block] ?? 0) <= this.#timeline.now;",
    by: "return true;",
    equivalent: "who comes too late finds no place, and the choice is undone; this saves time",
  },
  {
    rule: "a block is finished before another one begins",
    replace: "while ((this.#blocks.successors[this.#timeline.value] ?? none) !== none) if (!this.#follow()) return false;",
    by: "",
  },
  {
    rule: "what cannot wait for the end of a block comes before it",
    replace: "return (end <= this.#timeline.now || this.#clear(block, end)) && this.#enter(roots[block] ?? none);",
    by: "return this.#enter(roots[block] ?? none);",
  },
  {
    rule: "only what cannot wait comes before a block",
    replace: "if (next === none || firstEnds[next]! >= end) break;",
    by: "if (next === none) break;",
  },
  {
    rule: "reads of absence that cannot wait come before a block",
    replace: "return !this.#isAbsenceUrgent(end) || this.#enterDelete();",
    by: "return true;",
  },
  {
    rule: "a compare-and-set meets what it expects",
    replace: "if (met[writer] !== this.#timeline.seen && !(isLoose[writer] === 1 && this.#enterDelete())) return false;",
    by: "",
  },
  {
    rule: "a compare-and-set from nothing takes a delete",
    replace: "!(isLoose[writer] === 1 && this.#enterDelete())",
    by: "true",
  },
  {
    rule: "an absence is used before it ends",
    replace: "else if (this.#timeline.seen === absence && !this.#spendAbsence()) return false;",
    by: "",
  },
];
