// The rules of schedule.ts, broken one at a time. For mutation tests.
import type { Mutation } from "../mutants/mutant.ts";

export const scheduleMutations: readonly Mutation[] = [
  {
    rule: "a mutator invoked after the first missing completion cannot come next",
    replace: "candidate !== this.#count + mutator && this.#starts[candidate]! <= this.#bound;",
    by: "candidate !== this.#count + mutator;",
  },
  {
    rule: "an indeterminate operation invoked after the first missing completion cannot come next",
    replace: "candidate !== this.#count + pendingKind && this.#starts[candidate]! <= this.#bound;",
    by: "candidate !== this.#count + pendingKind;",
  },
  {
    rule: "an observer invoked after the first missing completion cannot come next",
    replace: "from !== this.#count + observer && this.#starts[from]! <= this.#bound ? from : none",
    by: "from !== this.#count + observer ? from : none",
  },
  {
    rule: "only what never changes a state is an observer",
    replace: "model.isReadOnly?.(operation.input, operation.output) === true ? observer",
    by: "operation.output === null ? observer",
  },
  {
    rule: "of twins, one that is done holds nobody back",
    replace:
      "this.#ends[twin]! >= this.#bound; twin = this.#twins[twin]!) {\n      if (this.#isDone[twin] === 0 && this.#starts[twin]! <= this.#bound) return true;",
    by: "this.#ends[twin]! >= this.#bound; twin = this.#twins[twin]!) {\n      if (this.#starts[twin]! <= this.#bound) return true;",
  },
  {
    rule: "of twins, one that cannot come next yet holds nobody back",
    replace:
      "this.#ends[twin]! >= this.#bound; twin = this.#twins[twin]!) {\n      if (this.#isDone[twin] === 0 && this.#starts[twin]! <= this.#bound) return true;",
    by: "this.#ends[twin]! >= this.#bound; twin = this.#twins[twin]!) {\n      if (this.#isDone[twin] === 0) return true;",
  },
  {
    rule: "of twins, the one with the earliest completion goes first",
    replace: "for (let position = 0; position < this.#returnCount; position++) this.#linkTwin",
    by: "for (let position = this.#returnCount - 1; position >= 0; position--) this.#linkTwin",
  },
  {
    rule: "the walk over twins ends where all have completed",
    replace: "twin !== none && this.#ends[twin]! >= this.#bound;",
    by: "twin !== none;",
    equivalent: "all that completes before the bound is done; it only saves time",
  },
  {
    rule: "of equal indeterminate operations, a used one holds nobody back",
    replace: "twin !== none; twin = this.#twins[twin]!) {\n      if (this.#isDone[twin] === 0 && this.#starts[twin]! <= this.#bound) return true;",
    by: "twin !== none; twin = this.#twins[twin]!) {\n      if (this.#starts[twin]! <= this.#bound) return true;",
  },
  {
    rule: "of equal indeterminate operations, one that cannot come next yet holds nobody back",
    replace: "twin !== none; twin = this.#twins[twin]!) {\n      if (this.#isDone[twin] === 0 && this.#starts[twin]! <= this.#bound) return true;",
    by: "twin !== none; twin = this.#twins[twin]!) {\n      if (this.#isDone[twin] === 0) return true;",
  },
  {
    rule: "a maybe that stands in the way may be dropped",
    replace: "this.#kinds[first] === pendingKind ? -2 - first : none",
    by: "this.#kinds[first] === mutator && false ? -2 - first : none",
  },
  {
    rule: "a completed operation may not be dropped",
    replace: "this.#kinds[first] === pendingKind ? -2 - first : none",
    by: "this.#kinds[first] !== observer ? -2 - first : none",
  },
  {
    rule: "a maybe is over by its completion",
    replace: "if (operation.completedIndex !== Infinity) this.#insertReturn(position);",
    by: "if (isCompleted) this.#insertReturn(position);",
  },
  {
    rule: "the search is finished when all completed operations are done, not before",
    replace: "if (kind !== pendingKind) this.#missingCount--;",
    by: "this.#missingCount--;",
  },
  {
    rule: "indeterminate operations need not be done",
    replace: "this.#missingCount = this.#kindCounts[mutator]! + this.#kindCounts[observer]!;",
    by: "this.#missingCount = this.#count;",
  },
  {
    rule: "undoing an operation restores the bound",
    replace: "this.#firstReturn = this.#returnsBefore[this.doneCount]!;",
    by: "",
  },
  {
    rule: "completions are kept in order",
    replace: "while (place > 0 && this.#ends[this.#returns[place - 1]!]! > end) {",
    by: "while (place > 0 && this.#ends[this.#returns[place - 1]!]! > end + 3) {",
  },
  {
    rule: "the window of observers begins at the first that is missing",
    replace: "firstObserver < this.#count ? this.#slots[firstObserver]! : Infinity",
    by: "Infinity",
  },
];
