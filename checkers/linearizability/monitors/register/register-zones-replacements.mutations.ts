// Mutants of register-zones-replacements.ts; they are loaded through register-zones-placement.ts and register-zones.ts.
import type { Mutation } from "../../mutants/mutant.ts";

export const registerZonesReplacementsMutations: readonly Mutation[] = [
  {
    rule: "a block not begun can replace a value",
    replace: "[...this.#dueBlocks(seen), ",
    by: "[",
  },
  {
    rule: "a lost write can replace a value",
    replace: "...this.#optional(this.#unusedWrites(), seen), ",
    by: "",
  },
  {
    rule: "a lost compare-and-set can replace a value",
    replace: ", ...this.#casFrom(seen)]",
    by: "]",
  },
  {
    rule: "the compare-and-set that replaced a value can replace it",
    replace: "if (successor !== none) return (heldTo[value] ?? 0) <= now ? [this.#clusters.produced[successor] ?? none] : [];",
    by: "if (successor !== none) return [];",
  },
  {
    rule: "a delete that has to come can make an absence",
    replace: "return [...due, ...this.#optional(this.#optionalDeletes, none)].map(({ value }) => value);",
    by: "return this.#optional(this.#optionalDeletes, none).map(({ value }) => value);",
  },
  {
    rule: "a lost delete can make an absence",
    replace: "[...due, ...this.#optional(this.#optionalDeletes, none)]",
    by: "[...due]",
  },
  {
    rule: "what is refused later is buried",
    replace: "this.#timeline.hasRefusals(last) || ",
    by: "",
  },
  {
    rule: "what would end an absence that is wanted is buried",
    replace: " || (isWanted && last !== absence)",
    by: "",
  },
  {
    rule: "only blocks that were invoked completely are buried",
    replace: "lastStarts[block]! <= this.#timeline.now && (",
    by: "(",
  },
  {
    rule: "only what needs an absence spends one",
    replace: "this.#clusters.isLoose[this.#clusters.writers[value]!] === 1 && ",
    by: "",
  },
  {
    rule: "only blocks that were invoked completely spend an absence",
    replace: " && lastStarts[block]! <= this.#timeline.now) return value;",
    by: ") return value;",
  },
  {
    rule: "maybes take no effect when they are over",
    replace: "ends[writer]! >= this.#timeline.now && ",
    by: "",
  },
  {
    rule: "lost writes take effect once",
    replace: "!this.#timeline.isEntered(value) && ends[writer]!",
    by: "ends[writer]!",
    equivalent: "it would be tried in vain; this saves time",
  },
];
