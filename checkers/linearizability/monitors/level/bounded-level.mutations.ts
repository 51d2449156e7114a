// The rules of levels, broken one at a time. For mutation tests.
import type { Mutation } from "../../mutants/mutant.ts";

export const boundedLevelMutations: readonly Mutation[] = [
  {
    rule: "maybes are left out first, to see whether the rest can do without",
    replace: 'if (without.verdict === "valid") return without;',
    by: "",
  },
  {
    rule: "what maybes that never end cannot explain is impossible, and only that",
    replace: 'return relaxed.verdict === "invalid" ? relaxed : {',
    by: "return true ? relaxed : {",
  },
  {
    rule: "the first attempt does without maybes",
    replace: "new LazyLevel(history, -Infinity)",
    by: "new LazyLevel(history, Infinity)",
  },
  {
    rule: "only what has an end and no outcome is a maybe",
    replace: 'return type === "info" && completedIndex !== Infinity;',
    by: "return false;",
  },
  {
    rule: "operations are served when they end",
    replace: '(type === "ok" ? completedIndex : Infinity)',
    by: '(type === "ok" ? 0 : Infinity)',
  },
  {
    rule: "a completed operation has to move the level before it ends",
    replace: 'if (operation === undefined || operation.type !== "ok") break;',
    by: 'if (operation === undefined || operation.type !== "ok" || roles[position] === levelRoles.lower) break;',
  },
  {
    rule: "only what has begun can move the level",
    replace: "operation !== undefined && operation.invokedIndex <= moment;",
    by: "operation !== undefined;",
  },
  {
    rule: "who begins as another ends may move the level",
    replace: "operation.invokedIndex <= moment;",
    by: "operation.invokedIndex < moment;",
    equivalent: "moments of histories differ",
  },
  {
    rule: "what moved the level for another does not move it again",
    replace: "return this.#hasMoved[position] === 1 || ((this.#level < limit",
    by: "return ((this.#level < limit",
  },
  {
    rule: "what lowered the level for another does not lower it again",
    replace: "return this.#hasMoved[position] === 1 || ((this.#level > 0",
    by: "return ((this.#level > 0",
  },
  {
    rule: "a full level is lowered before it is raised",
    replace: "(this.#level < limit || lower())",
    by: "(true)",
  },
  {
    rule: "an empty level is raised before it is lowered",
    replace: "(this.#level > 0 || raise())",
    by: "(true)",
  },
  {
    rule: "room is made only if there is none",
    replace: "(this.#level < limit || lower())",
    by: "lower()",
  },
  {
    rule: "the level is raised for a lowering only if it is empty",
    replace: "(this.#level > 0 || raise())",
    by: "raise()",
  },
  {
    rule: "above a limit of 1 observers move nothing",
    replace: "if (limit > 1) return true;",
    by: "",
  },
  {
    rule: "who saw it full needs a moment in which it was",
    replace: "if (role === levelRoles.sawFull) return this.#fullUntil >= invokedIndex || raise();",
    by: "",
  },
  {
    rule: "who saw it empty needs a moment in which it was",
    replace: "if (role === levelRoles.sawEmpty) return this.#emptyUntil >= invokedIndex || lower();",
    by: "",
  },
  {
    rule: "who saw it full while it was forces nothing",
    replace: "this.#fullUntil >= invokedIndex || raise()",
    by: "raise()",
  },
  {
    rule: "who saw it empty while it was forces nothing",
    replace: "this.#emptyUntil >= invokedIndex || lower()",
    by: "lower()",
  },
  {
    rule: "it is empty at first",
    replace: "#emptyUntil = Infinity;\n\n",
    by: "#emptyUntil = -Infinity;\n\n",
  },
  {
    rule: "it is not full at first",
    replace: "#fullUntil = -Infinity;",
    by: "#fullUntil = Infinity;",
  },
  {
    rule: "a level that left the bottom is not empty any more",
    replace: "if (this.#level === 0) this.#emptyUntil = moment;",
    by: "",
  },
  {
    rule: "a level that left the top is not full any more",
    replace: "if (this.#level === this.#history.limit) this.#fullUntil = moment;",
    by: "",
  },
  {
    rule: "a level that is back at the bottom is empty",
    replace: "if (this.#level === 0) this.#emptyUntil = Infinity;",
    by: "",
  },
  {
    rule: "a level that is at the top is full",
    replace: "if (this.#level === this.#history.limit) this.#fullUntil = Infinity;",
    by: "",
  },
  {
    rule: "of the open operations the one that ends first moves the level",
    replace: "const rank = this.#ranks[this.#nextStart]!;",
    by: "const rank = this.#ranks.length - 1 - this.#ranks[this.#nextStart]!;",
  },
  {
    rule: "a move needs an open operation",
    replace: "if (rank < 0) return false;",
    by: "if (rank < 0) return true;",
  },
  {
    rule: "an observer stands after the moves before it began",
    replace: "?? Infinity) < invokedIndex) done++;",
    by: "?? Infinity) < invokedIndex - 2) done++;",
  },
  {
    rule: "an observer waits for the level that it saw",
    replace: "if (level === wanted) next = slot;",
    by: "next = slot;",
  },
  {
    rule: "an observer waits until it ends and no longer",
    replace: "if (from > completedIndex) return undefined;",
    by: "",
  },
  {
    rule: "the levels between the moves are counted back",
    replace: "=== levelRoles.raise ? -1 : 1;",
    by: "=== levelRoles.raise ? 1 : -1;",
  },
];
