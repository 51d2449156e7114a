// The rules of the stories of owners, broken one at a time. For mutation tests.
import type { Mutation } from "../../mutants/mutant.ts";

export const lockOwnersMutations: readonly Mutation[] = [
  {
    rule: "operations of one owner do not overlap",
    replace: "const isOver = this.#lastEnd < invokedIndex;",
    by: "const isOver = true;",
  },
  {
    rule: "a contradiction waits for later operations that overlap",
    replace: "suspects ??= owner.note(position, operation);",
    by: "suspects ??= owner.note(position, operation);\n    if (suspects !== undefined) break;",
  },
  {
    rule: "the first release of unknown outcome after an acquisition counts",
    replace: 'input.f === "release" && this.#maybeReleased === -1)',
    by: 'input.f === "release")',
  },
  {
    rule: "an acquisition of unknown outcome of a holder does nothing",
    replace: 'else if (input.f === "acquire" && (this.#held === -1 || this.#maybeReleased !== -1)) {',
    by: 'else if (input.f === "acquire") {',
  },
  {
    rule: "the last acquisition of unknown outcome before a release counts",
    replace: "this.#maybeAcquired = position;\n",
    by: "if (this.#maybeAcquired === -1) this.#maybeAcquired = position;\n",
  },
  {
    rule: "only what has no end may have been left behind",
    replace: "if (completedIndex === Infinity) this.#lostAcquire = position;",
    by: "this.#lostAcquire = position;",
  },
  {
    rule: "what was left behind may have held the lock",
    replace: "if (completedIndex === Infinity) this.#lostAcquire = position;",
    by: "",
  },
  {
    rule: "a refused acquisition changes nothing",
    replace: "return output === false ? undefined : this.#acquired(position);",
    by: "return this.#acquired(position);",
  },
  {
    rule: "a refused release did not hold the lock",
    replace: "return output === false ? this.#wasFree(position) : this",
    by: "return output === false ? undefined : this",
  },
  {
    rule: "a holder at the end holds on",
    replace: "if (this.#held !== -1) this.#tenures.push({ acquire: this.#held, release: this.#maybeReleased });\n    return",
    by: "return",
  },
  {
    rule: "whoever acquires holds",
    replace: "this.#held = position;\n    return suspects;",
    by: "return suspects;",
  },
  {
    rule: "a holder does not acquire again without a release",
    replace: "if (this.#held !== -1 && this.#maybeReleased === -1) return [this.#held, position];",
    by: "",
  },
  {
    rule: "a release of unknown outcome before the next acquisition took place",
    replace: "if (this.#held !== -1) this.#tenures.push({ acquire: this.#held, release: this.#maybeReleased });\n    this.#know",
    by: "this.#know",
  },
  {
    rule: "a release needs an acquisition",
    replace: "if (this.#held === -1 && this.#maybeAcquired === -1) return this",
    by: "if (false) return this",
  },
  {
    rule: "an owner may have given back and taken again",
    replace: "if (this.#held !== -1 && this.#maybeAcquired !== -1) this.#tenures.push({ acquire: this.#held, release: this.#maybeReleased });",
    by: "",
  },
  {
    rule: "whoever may have taken again holds since then",
    replace: "acquire: this.#maybeAcquired === -1 ? this.#held : this.#maybeAcquired, release: position",
    by: "acquire: this.#held === -1 ? this.#maybeAcquired : this.#held, release: position",
  },
  {
    rule: "after a release nothing is held",
    replace: "this.#held = -1;\n    this.#lastKnown",
    by: "this.#lastKnown",
  },
  {
    rule: "a release of unknown outcome is used once",
    replace: "this.#maybeReleased = -1;\n    this.#maybeAcquired = -1;\n",
    by: "this.#maybeAcquired = -1;\n",
  },
  {
    rule: "an acquisition of unknown outcome is used once",
    replace: "this.#maybeReleased = -1;\n    this.#maybeAcquired = -1;\n",
    by: "this.#maybeReleased = -1;\n",
  },
];
