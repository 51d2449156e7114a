// The bounds of counters, broken one at a time. For mutation tests.
import type { Mutation } from "../../mutants/mutant.ts";

export const counterBoundsMutations: readonly Mutation[] = [
  {
    rule: "fractions are not added up",
    replace: '|| operations.some(({ input }) => input.f === "add" && !Number.isInteger(input.amount))',
    by: "",
    equivalent: "the amounts of the histories are whole numbers",
  },
  {
    rule: "only completed adds are certain",
    replace: 'const completed = adds.filter((position) => operations[position]?.type === "ok");',
    by: "const completed = adds;",
  },
  {
    rule: "only adds that ended before the start are certain",
    replace: "this.#completed.until(start, { isBefore: true })",
    by: "this.#completed.until(end, { isBefore: true })",
  },
  {
    rule: "adds that began before the end are possible",
    replace: "this.#begun.until(end, { isBefore: false })",
    by: "this.#begun.until(start, { isBefore: false })",
  },
  {
    rule: "subtractions that are possible lower the least",
    replace: "const least = possible.negative + Math.max(own, 0);",
    by: "const least = Math.max(own, 0);",
  },
  {
    rule: "additions that are possible raise the most",
    replace: "const most = possible.positive + Math.min(own, 0);",
    by: "const most = Math.min(own, 0);",
  },
  {
    rule: "an answer includes its own addition",
    replace: "possible.negative + Math.max(own, 0)",
    by: "possible.negative",
  },
  {
    rule: "an answer includes its own subtraction",
    replace: "possible.positive + Math.min(own, 0)",
    by: "possible.positive",
  },
  {
    rule: "a value is at least what is certain",
    replace: "if (value < least + certain.positive) return",
    by: "if (false) return",
  },
  {
    rule: "a value is at most what is possible",
    replace: "if (value > most + certain.negative) return",
    by: "if (false) return",
  },
  {
    rule: "certain additions raise the least",
    replace: "value < least + certain.positive",
    by: "value < least",
  },
  {
    rule: "certain subtractions lower the most",
    replace: "value > most + certain.negative",
    by: "value > most",
  },
  {
    rule: "bounds belong to them",
    replace: "value < least + certain.positive",
    by: "value <= least + certain.positive",
  },
  {
    rule: "bounds belong to them above, too",
    replace: "value > most + certain.negative",
    by: "value >= most + certain.negative",
  },
  {
    rule: "values may fall where something is subtracted",
    replace: "this.#hasSubtracted ? undefined : this.#turn(seen, 1)",
    by: "this.#turn(seen, 1)",
  },
  {
    rule: "values may rise where something is added",
    replace: "this.#hasAdded ? undefined : this.#turn(seen, -1)",
    by: "this.#turn(seen, -1)",
  },
  {
    rule: "values do not fall where nothing is subtracted",
    replace: "(this.#hasSubtracted ? undefined : this.#turn(seen, 1))",
    by: "undefined",
  },
  {
    rule: "values do not rise where nothing is added",
    replace: "(this.#hasAdded ? undefined : this.#turn(seen, -1))",
    by: "undefined",
  },
  {
    rule: "only a value that was seen before counts",
    replace: "other !== undefined && other.end < each.start;",
    by: "other !== undefined && other.end < each.end;",
  },
  {
    rule: "an answer began without its own amount",
    replace: "(each.value - each.own) * sign <",
    by: "each.value * sign <",
  },
  {
    rule: "the farthest value counts",
    replace: "other.value * sign > farthest.value * sign",
    by: "true",
  },
];
