// The rules of frontier.ts, broken one at a time. For mutation tests. That an observer which only the known configuration has
// counts against the new one matters too rarely for random histories; frontier.test.ts has it.
import type { Mutation } from "../mutants/mutant.ts";

export const frontierMutations: readonly Mutation[] = [
  {
    rule: "configurations of different states are not compared",
    replace: "this.states[known] === state ? this.#compare(known, words) : incomparable",
    by: "this.#compare(known, words)",
  },
  {
    rule: "configurations of different mutators are not compared",
    replace: "if ((difference & mutators[word]!) !== 0) return incomparable;",
    by: "",
  },
  {
    rule: "fewer indeterminate operations used is better",
    replace: "(ours & difference & pending[word]!) | (theirs & difference & observers[word]!)",
    by: "(theirs & difference & pending[word]!) | (theirs & difference & observers[word]!)",
  },
  {
    rule: "what a known configuration has used counts against it",
    replace: "(ours & difference & pending[word]!) | (theirs & difference & observers[word]!)",
    by: "theirs & difference & observers[word]!",
  },
  {
    rule: "an observer that only the new configuration has counts against the known one",
    replace: "(ours & difference & pending[word]!) | (theirs & difference & observers[word]!)",
    by: "ours & difference & pending[word]!",
  },
  {
    rule: "what a new configuration has used counts against it",
    replace: "(theirs & difference & pending[word]!) | (ours & difference & observers[word]!)",
    by: "ours & difference & observers[word]!",
  },
  {
    rule: "a configuration that a better one replaced is dead",
    replace: "this.states[known] = none;",
    by: "",
    equivalent: "a worse configuration besides a better one explains nothing more",
  },
];
