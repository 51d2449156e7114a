// Mutants of register-zones-timeline.ts; they are loaded through register-zones-placement.ts and register-zones.ts.
import type { Mutation } from "../../mutants/mutant.ts";

export const registerZonesTimelineMutations: readonly Mutation[] = [
  {
    rule: "a read has its turn as soon as it is invoked, if its value is there",
    replace: "if (role === kind.read && met === this.seen) this.#takeRead(position, met);\n    else if",
    by: "if",
  },
  {
    rule: "a refusal has its turn as soon as it is invoked, if its value is not there",
    replace: "else if (role === kind.refusal && met !== this.seen) this.#takeRefusal(position, met);",
    by: "",
  },
  {
    rule: "a refusal waits while its value is there",
    replace: "role === kind.refusal && met !== this.seen",
    by: "role === kind.refusal",
  },
  {
    rule: "a read waits for its value",
    replace: "role === kind.read && met === this.seen",
    by: "role === kind.read",
  },
  {
    rule: "another absence is still absence",
    replace: "if (old === seen) return;",
    by: "",
  },
  {
    rule: "refusals have their turn when the value goes",
    replace: "for (let refusal = this.waitingRefusal(old); refusal !== none; refusal = this.waitingRefusal(old)) this.#takeRefusal(refusal, old);",
    by: "",
  },
  {
    rule: "reads have their turn when the value comes",
    replace: "for (let read = this.waitingRead(seen); read !== none; read = this.waitingRead(seen)) this.#takeRead(read, seen);",
    by: "",
  },
  {
    rule: "observers wait until they are invoked",
    replace: "return read < this.#openedCount ? read : none;",
    by: "return read;",
  },
  {
    rule: "refusals wait until they are invoked",
    replace: "return refusal < this.#openedCount ? refusal : none;",
    by: "return refusal;",
  },
  {
    rule: "a block begins once",
    replace: "if (block !== none && this.#blocks.roots[block] === value) this.#unlink(block);",
    by: "",
  },
  {
    rule: "a block that was undone can begin again",
    replace: "if (block !== none && this.#blocks.roots[block] === value) this.#relink(block);",
    by: "",
  },
  {
    rule: "a change that was undone did not happen",
    replace: "this.#value = this.#before[value]!;",
    by: "",
  },
  {
    rule: "reads that were undone wait again",
    replace: "if (kinds[position] === kind.read) this.#nextRead[met[position]!]!--;",
    by: "if (kinds[position] === kind.read) continue;",
  },
  {
    rule: "refusals that were undone wait again",
    replace: "else if (kinds[position] === kind.refusal) this.#nextRefusal[met[position]!]!--;",
    by: "else if (kinds[position] === kind.refusal) continue;",
  },
  {
    rule: "after an undone choice the past is as it was",
    replace: "this.#openedCount = openedCount;",
    by: "",
  },
];
