// The rules of frontier-machine.ts, broken one at a time. For mutation tests.
import type { Mutation } from "../mutants/mutant.ts";

export const frontierMachineMutations: readonly Mutation[] = [
  {
    rule: "a maybe that closes may have had no effect",
    replace: "if (isMissing && this.#slots.isPending(closing)) this.#file(this.#done, state, node);",
    by: "",
  },
  {
    rule: "a completed operation that closes has had its effect",
    replace: "if (isMissing && this.#slots.isPending(closing)) this.#file(this.#done, state, node);",
    by: "if (isMissing) this.#file(this.#done, state, node);",
  },
  {
    rule: "an impossible operation is not taken",
    replace: "if (next === impossibleStep || (next === state && slots.isPending(slot))) continue;",
    by: "if (next === state && slots.isPending(slot)) continue;",
  },
  {
    rule: "an indeterminate operation that would change nothing is not tried",
    replace: "if (next === impossibleStep || (next === state && slots.isPending(slot))) continue;",
    by: "if (next === impossibleStep) continue;",
    equivalent: "using it shrinks the choice and does nothing else, so it only costs time",
  },
  {
    rule: "a mutator that changes nothing here is still tried",
    replace: "if (next === impossibleStep || (next === state && slots.isPending(slot))) continue;",
    by: "if (next === impossibleStep || next === state) continue;",
  },
  {
    rule: "of twins the next one has its turn when the first is done",
    replace: "while (slot >= 0 && waiting.has(configuration, slot)) slot = slots.nextTwin[slot]!;",
    by: "if (slot >= 0 && waiting.has(configuration, slot)) slot = -1;",
  },
  {
    rule: "observers take effect only where they agree with the state",
    replace: "if (!isFired && this.#steps.next(state, this.#slots.actions[slot]!, meter) !== impossibleStep) this.#fire(slot);",
    by: "if (!isFired) this.#fire(slot);",
  },
  {
    rule: "observers that agree with a new state take effect",
    replace: "if (next !== state) this.#observe(next, slots.openObservers, meter);",
    by: "",
  },
  {
    rule: "observers that opened meanwhile take effect",
    replace: "this.#observe(state, this.#fresh, meter);",
    by: "",
  },
  {
    rule: "the bit of a closed operation means nothing to the next in its slot",
    replace: "if (isDone) this.#words[closing >> 5]! &= ~bit;",
    by: "",
  },
  {
    rule: "only what every configuration has used is no more a choice",
    replace: "spent &= current.words[configuration * current.width + word]!;",
    by: "spent |= current.words[configuration * current.width + word]! & pending[word]!;",
  },
  {
    rule: "the bit of a spent operation means nothing to the next in its slot",
    replace: "frontier.words[from + word]! & ~retired[word]!",
    by: "frontier.words[from + word]!",
  },
  {
    rule: "a configuration remembers how it came about",
    replace: "for (const operation of this.#fired) node = this.#lineage.extend(node, operation);",
    by: "",
  },
  {
    rule: "what one operation adds is not what the one before added",
    replace: "this.#fired.length = 0;\n      this.#fire(slot);",
    by: "this.#fire(slot);",
  },
];
