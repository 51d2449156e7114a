// The rules of counters with equal adds, broken one at a time. For mutation tests.
import type { Mutation } from "../../mutants/mutant.ts";

export const counterDeadlinesMutations: readonly Mutation[] = [
  {
    rule: "a value is a whole number of steps",
    replace: "if (!Number.isInteger(step) || step <",
    by: "if (step <",
  },
  {
    rule: "an add answers at least its own step, a read at least 0",
    replace: 'step < Number(input.f === "add") || ',
    by: "",
  },
  {
    rule: "an add does not answer the value before it",
    replace: 'step < Number(input.f === "add")',
    by: "step < 0",
  },
  {
    rule: "there are no more steps than adds",
    replace: "|| step > this.#addCount) return position;",
    by: ") return position;",
    equivalent: "a step without an add is noticed later; it keeps a huge value from costing memory",
  },
  {
    rule: "two adds do not make one step",
    replace: "if (isAdd && fixed[step] !== -1) return [fixed[step]!, position];",
    by: "",
  },
  {
    rule: "an answer fixes the step of its add",
    replace: "if (isAdd) fixed[step] = position;",
    by: "",
  },
  {
    rule: "after a read of v the next step is v + 1",
    replace: "notBefore[isAdd ? step : step + 1] = position;",
    by: "notBefore[step] = position;",
  },
  {
    rule: "an add that answers v saw v - 1 itself",
    replace: "notBefore[isAdd ? step : step + 1] = position;",
    by: "notBefore[step + 1] = position;",
  },
  {
    rule: "of those who saw v the first to end counts",
    replace: "if (!(this.#endOf(notAfter[step]!) <= this.#endOf(position))) notAfter[step] = position;",
    by: "notAfter[step] = position;",
  },
  {
    rule: "who saw v saw more than v - 1 steps",
    replace: "notBefore[step] = Math.max(notBefore[step]!, notBefore[step - 1]!);",
    by: "notBefore[step] = notBefore[step]!;",
  },
  {
    rule: "who saw more than v saw v steps",
    replace: "if (!(this.#endOf(notAfter[step]!) <= this.#endOf(notAfter[step + 1]!))) notAfter[step] = notAfter[step + 1]!;",
    by: "if (notAfter[step] === -1) notAfter[step] = notAfter[step + 1]!;",
  },
  {
    rule: "values do not fall",
    replace: "if (startOf(this.#adds, steps, step) > this.#endOf(notAfter[step]!)) return [notAfter[step]!, notBefore[step]!];",
    by: "",
  },
  {
    rule: "an add that answered makes no other step",
    replace: "if (!this.#isAdd(position) || this.#seen[position] !== -1) continue;",
    by: "if (!this.#isAdd(position)) continue;",
  },
  {
    rule: "a completed add that nobody can come after must be counted",
    replace: 'if (type === "ok" && completedIndex < last) mandatory[position] = 1;',
    by: "",
  },
  {
    rule: "an add of unknown outcome need not be counted",
    replace: 'if (type === "ok" && completedIndex < last) mandatory',
    by: "if (completedIndex < last) mandatory",
  },
  {
    rule: "an add that ends after the last observer began need not be counted",
    replace: "completedIndex < last) mandatory[position]",
    by: "true) mandatory[position]",
  },
  {
    rule: "every step needs an add",
    replace: "if (full.emptyStep > 0) return",
    by: "if (false) return",
  },
  {
    rule: "every mandatory add needs a step",
    replace: "if (includes(full.dealt, mandatory)) return",
    by: "if (true) return",
  },
  {
    rule: "the mandatory adds alone must have steps",
    replace: "if (!includes(must.dealt, mandatory)) return",
    by: "if (false) return",
  },
  {
    rule: "what cannot be dealt with all others may be dealt with fewer",
    replace: "const must = dealt(this.#adds, steps, mandatory);",
    by: "const must = full;",
  },
  {
    rule: "steps are dealt anew among the chosen",
    replace: "dealt(this.#adds, steps, this.#chosen(steps, free, chosen)).dealt",
    by: "chosen",
  },
  {
    rule: "maybes that were not chosen are left out",
    replace: "!(this.#endOf(position) < last)) included[position] = 1;",
    by: "true) included[position] = 1;",
  },
  {
    rule: "the chosen are dealt",
    replace: "if (position !== -1 && free[position] === 1) included[position] = 1;",
    by: "if (false) included[position] = 1;",
  },
  {
    rule: "adds that nobody saw come last",
    replace: "if (this.#isAdd(position)) unseen.push(position);",
    by: "if (this.#isAdd(position)) slots[position] = 0;",
  },
  {
    rule: "a reader stands after the step that it saw",
    replace: "else slots[position] = this.#seen[position]!;",
    by: "else slots[position] = 0;",
  },
];
