// The rules of tenures, broken one at a time. For mutation tests.
import type { Mutation } from "../../mutants/mutant.ts";

export const lockTenuresMutations: readonly Mutation[] = [
  {
    rule: "tenures come in order of their cores",
    replace: "Array.from(byCore, (place) => tenures[place]!)",
    by: "[...tenures]",
  },
  {
    rule: "cores begin with the end of an acquisition",
    replace: "({ acquire }) => this.#endOf(acquire))",
    by: "({ acquire }) => this.#startOf(acquire))",
  },
  {
    rule: "cores do not overlap",
    replace: "if (overlap !== undefined) return",
    by: "if (false) return",
  },
  {
    rule: "a lock is given back at the start of a release at the earliest",
    replace: "this.#startOf(before.release) > this.#endOf(tenure.acquire)",
    by: "this.#endOf(before.release) > this.#endOf(tenure.acquire)",
  },
  {
    rule: "a lock is taken at the end of an acquisition at the latest",
    replace: "this.#startOf(before.release) > this.#endOf(tenure.acquire)",
    by: "this.#startOf(before.release) > this.#startOf(tenure.acquire)",
  },
  {
    rule: "only completed refusals count",
    replace: 'if (operation.type !== "ok" || operation.output !== false) continue;',
    by: "if (operation.output !== false) continue;",
    equivalent: "only completed operations have an output",
  },
  {
    rule: "an observer stands after the events before it began",
    replace: "this.#moments[nextEvent]! < operation.invokedIndex) nextEvent++;",
    by: "this.#moments[nextEvent]! < operation.invokedIndex - 2) nextEvent++;",
  },
  {
    rule: "a refused acquisition waits for a holder",
    replace: "const slot = nextEvent | 1;",
    by: "const slot = nextEvent;",
  },
  {
    rule: "a refused acquisition needs a holder before it ends",
    replace: "!this.#isAcquiredBy(slot, operation)",
    by: "false",
  },
  {
    rule: "a refused acquisition after the last release needs a holder",
    replace: "if (slot > this.#moments.length || !",
    by: "if (slot <= this.#moments.length && !",
  },
  {
    rule: "a lost acquisition may hold the lock at the end",
    replace: "if (acquire !== undefined) this.#tenures.push({ acquire, release: -1 });",
    by: "",
  },
  {
    rule: "after a holder that never gave back nobody acquires",
    replace: "if (last !== undefined && this.#endOf(last.release) === Infinity) return;",
    by: "",
    equivalent: "an acquisition of unknown outcome changes nothing while the lock is held",
  },
  {
    rule: "of the lost acquisitions the earliest holds the lock",
    replace: "other < acquire) acquire = other;",
    by: "other > acquire) acquire = other;",
  },
  {
    rule: "a gap that can be closed is",
    replace: "this.#endOf(before.release) >= start;",
    by: "false;",
  },
  {
    rule: "a gap that cannot be closed is not",
    replace: "this.#endOf(before.release) >= start;",
    by: "true;",
  },
  {
    rule: "a closed gap is not before the release began",
    replace: "Math.max(this.#startOf(before.release), start)",
    by: "start",
  },
  {
    rule: "a closed gap is not before the acquisition began",
    replace: "Math.max(this.#startOf(before.release), start)",
    by: "this.#startOf(before.release)",
  },
  {
    rule: "a lock is held until its release ends if nobody waits",
    replace: "this.#moments[2 * index + 1] = this.#endOf(release);",
    by: "this.#moments[2 * index + 1] = this.#startOf(release);",
  },
  {
    rule: "a release that has an end but no outcome need not have happened",
    replace: "couldHold(before?.release) ||\n",
    by: "",
  },
  {
    rule: "another acquisition that has an end but no outcome may explain a refusal",
    replace: 'couldHold(other) && input.f === "acquire"',
    by: "false",
  },
  {
    rule: "an acquisition that begins too late explains nothing",
    replace: "&& invokedIndex <= until &&",
    by: "&&",
  },
  {
    rule: "an acquisition that ends too early explains nothing",
    replace: "&& completedIndex >= from,",
    by: ",",
  },
];
