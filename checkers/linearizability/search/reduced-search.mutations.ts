// The rules of reduced-search.ts, broken one at a time. For mutation tests.
import type { Mutation } from "../mutants/mutant.ts";

export const reducedSearchMutations: readonly Mutation[] = [
  {
    rule: "an observer is taken only if it agrees with the state",
    replace: "if (this.#transitions.next(this.#state, observer) !== illegal) schedule.take(observer);",
    by: "schedule.take(observer);",
  },
  {
    rule: "an operation that happens to change nothing here still has alternatives",
    replace: "this.#state = this.#statesBefore[depth]!;\n",
    by: "const isIdle = this.#state === this.#statesBefore[depth]! && this.#moves[depth]! >= 0;\n    this.#state = this.#statesBefore[depth]!;\n    if (isIdle) return -1;\n",
  },
  {
    rule: "an indeterminate operation that would change nothing is not tried",
    replace: "(next === this.#state && schedule.isPending(candidate))",
    by: "false",
    equivalent: "using it shrinks the choice and does nothing else, so it only costs time",
  },
  {
    rule: "a situation after a drop is not looked up",
    replace: "const isNew = isDropped || this",
    by: "const isNew = this",
  },
  {
    rule: "a situation that is known has failed",
    replace: "candidate = isNew ? schedule.firstCandidate(this.#state) : this.#backtrack();",
    by: "candidate = schedule.firstCandidate(this.#state);",
    equivalent: "without its memory the search finds the same, only later",
  },
  {
    rule: "an impossible operation is not taken",
    replace: "next === illegal || ",
    by: "",
  },
  {
    rule: "after a dead end the state is what it was before the move",
    replace: "this.#state = this.#statesBefore[depth]!;\n",
    by: "",
  },
  {
    rule: "after a dead end the next candidate has its turn",
    replace: "return this.#schedule.candidateAfter(this.#moves[depth]!, this.#state);",
    by: "return -1;",
  },
  {
    rule: "a dropped operation has no place in the linearization",
    replace: "if (!isDropped) found.push(order[place]!);",
    by: "found.push(order[place]!);",
  },
  {
    rule: "a move is a dead end only if it took away what is needed",
    replace: "if (state !== before && this.#schedule.isLost(before, state)) return false;",
    by: "if (state !== before && this.#transitions.effects !== undefined) return false;",
  },
  {
    rule: "a value is lost only if it is not the present one",
    replace: "value !== noValue && value !== this.#state && this",
    by: "value !== noValue && this",
  },
  {
    rule: "dropping changes no state",
    replace: "const next = isDropped ? this.#state : this",
    by: "const next = this",
  },
];
