// The rules of the nesting of a stack, each broken once. For mutation tests.
import type { Mutation } from "../../mutants/mutant.ts";

export const stackNestingMutations: readonly Mutation[] = [
  { rule: "a pop that found nothing needs a moment without values", replace: "if (point >= 0 && point <= end) {", by: "if (point >= 0) {" },
  {
    rule: "the moment of a pop that found nothing is not before it",
    replace: "this.#critical.cover.firstFree(position);",
    by: "this.#critical.cover.firstFree(0);",
  },
  {
    rule: "pops that found nothing are examined",
    replace: "for (const position of this.#lives.empties) if (!this.#placeEmpty(position)) return undefined;",
    by: "for (const position of this.#lives.empties) this.#emptyAt.push(position);",
  },
  {
    rule: "a push needs a point without others",
    replace: "critical.include(value);\n    const push",
    by: "critical.include(value);\n    this.#mark(value, 1);\n    const push",
  },
  {
    rule: "a pop needs a point without others",
    replace: "else this.#awaitPop(value);\n  }\n\n  #awaitPop",
    by: "else this.#mark(value, 2);\n  }\n\n  #awaitPop",
  },
  {
    rule: "a value that stays in needs no point for a pop",
    replace: "if (critical.remover[value]! < 0) this.#state[value] = 2;\n    else this.#awaitPop(value);",
    by: "if (critical.remover[value]! >= 0) this.#awaitPop(value);",
  },
  {
    rule: "a removed value hinders no other",
    replace: "this.#removed.push(value);",
    by: "this.#removed.push(value);\n    if (this.#removed.length > 2) return;",
  },
  {
    rule: "a push is at the last free point",
    replace: "this.#pushAt[value] = this.#free.atOrBefore(this.#lives.inBy[value]!);",
    by: "this.#pushAt[value] = this.#free.atOrAfter(this.#lives.inFrom[value]!);",
  },
  {
    rule: "a pop is at the first free point",
    replace: "this.#popAt[value] = this.#free.atOrAfter(this.#critical.outFrom[value]!);",
    by: "this.#popAt[value] = this.#free.atOrBefore(this.#critical.outBy[value]!);",
  },
  { rule: "a dealt pop has a place in the history", replace: "    this.#state[value]! &= ~2;\n", by: "" },
  {
    rule: "a value that was dealt a pop at its push hinders nothing",
    replace: "      critical.exclude(value);\n      this.#pushes",
    by: "      this.#pushes",
    equivalent: "nothing is left of its critical interval",
  },
  {
    rule: "pops of inner values come first",
    replace: "for (const value of this.#removed.toReversed()) if (remover",
    by: "for (const value of this.#removed) if (remover",
  },
  {
    rule: "pushes of outer values come first",
    replace: "for (const value of this.#removed) order.append(this.#pushAt",
    by: "for (const value of this.#removed.toReversed()) order.append(this.#pushAt",
  },
  {
    rule: "a fleeting value is popped",
    replace: "if (remover[value]! >= 0) order.append(outFrom[value]!, remover[value]!);",
    by: "if (remover[value]! >= 0) order.append(pointCount, remover[value]!);",
  },
  {
    rule: "members of a conflict block each other without others: those that are free are not blocked",
    replace: "const push = (state & 1) === 0 ?",
    by: "const push = (state & 1) >= 0 ?",
  },
  {
    rule: "a pop that is moved may be at a point that is free already",
    replace: "if (this.#free.atOrAfter(critical.outFrom[value]!) >= 0) this.#mark(value, 2);\n    else this.#awaitPop(value);",
    by: "this.#awaitPop(value);",
    equivalent: "only a guess moves pops; where it fails for that, all ways to deal are tried",
  },
];
