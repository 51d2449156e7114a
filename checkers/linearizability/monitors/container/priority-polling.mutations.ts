// The rules of the polls of a priority queue, each broken once. For mutation tests.
import type { Mutation } from "../../mutants/mutant.ts";

export const priorityPollingMutations: readonly Mutation[] = [
  { rule: "the greatest value is polled first", replace: "lives.values[other]! - lives.values[one]!", by: "lives.values[one]! - lives.values[other]!" },
  {
    rule: "a value is polled while no greater one is in",
    replace: "if (this.#critical.remover[value]! >= 0 && !this.#placePoll(value)) return undefined;",
    by: "if (this.#critical.remover[value]! >= 0) this.#pollAt[value] = this.#critical.outFrom[value]!;",
  },
  {
    rule: "a value that stays in hinders smaller ones",
    replace: "      this.#critical.include(value);\n",
    by: "      if (this.#critical.remover[value]! >= 0) this.#critical.include(value);\n",
  },
  {
    rule: "a value that is polled hinders smaller ones until then",
    replace: "      this.#critical.include(value);\n",
    by: "      if (this.#critical.remover[value]! < 0) this.#critical.include(value);\n",
  },
  {
    rule: "polls that found nothing are examined",
    replace: "for (const position of this.#lives.empties) if (!this.#placeEmpty(position)) return undefined;",
    by: "for (const position of this.#lives.empties) this.#emptyAt.push(position);",
  },
  { rule: "a poll is at a point of its interval", replace: "if (point >= 0 && point <= to) return point;", by: "if (point >= 0) return point;" },
  {
    rule: "a poll is not before it began",
    replace: "const point = this.#critical.cover.firstFree(from);",
    by: "const point = this.#critical.cover.firstFree(0);",
  },
  { rule: "a dealt poll needs a moment too", replace: 'return this.#isOutdated ? "again" : this.#order();', by: "return this.#order();" },
  {
    rule: "a value is inserted as late as its poll allows",
    replace: "if (inBy[value]! >= point) order.append(point, inFrom[value]!);",
    by: "order.append(inFrom[value]!, inFrom[value]!);",
  },
  {
    rule: "a value is inserted as late as its insert allows",
    replace: "order.append(inBy[value]!, inFrom[value]!);",
    by: "order.append(inFrom[value]!, inFrom[value]!);",
  },
  {
    rule: "what stays in is inserted after the polls of its point",
    replace: "for (const [index, position] of this.#lives.empties.entries()) order.append(this.#emptyAt[index]!, position);\n",
    by: "",
  },
];
