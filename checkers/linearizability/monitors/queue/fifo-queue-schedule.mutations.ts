// Mutants of fifo-queue-schedule.ts; they are loaded through fifo-queue-order.ts.
import type { Mutation } from "../../mutants/mutant.ts";

export const fifoQueueScheduleMutations: readonly Mutation[] = [
  {
    rule: "no value goes in before one that had to go in first",
    replace: "a[byStart[nextStart]!]! <= bound",
    by: "true",
  },
  {
    rule: "no value comes out before one that had to come out first",
    replace: "if (c[value]! > d[byExit[firstExit]!]!) return undefined;",
    by: "",
  },
  {
    rule: "of those that can be next, the one that can come out first is",
    replace: "ready.push(ranks[byStart[nextStart++]!]!)",
    by: "ready.push(count - 1 - ranks[byStart[nextStart++]!]!)",
  },
  {
    rule: "values enter as late as the order allows",
    replace: "latest = Math.min(latest, b[values[place]!]!);",
    by: "latest = b[values[place]!]!;",
  },
  {
    rule: "values leave after those before them",
    replace: "earliest = Math.max(earliest, c[values[place]!]!, entered[place]!);",
    by: "earliest = Math.max(c[values[place]!]!, entered[place]!);",
  },
  {
    rule: "values leave after they entered",
    replace: "earliest = Math.max(earliest, c[values[place]!]!, entered[place]!);",
    by: "earliest = Math.max(earliest, c[values[place]!]!);",
  },
  {
    rule: "times in which something is in are merged",
    replace: "if (count > 0 && from < this.#to[count - 1]!) this.#to[count - 1] = to;",
    by: "if (false) this.#to[count - 1] = to;",
  },
  {
    rule: "an empty queue has nothing in",
    replace: "return to !== undefined && start < to ? to : start;",
    by: "return start;",
  },
  {
    rule: "an empty queue may be empty between two values",
    replace: "count > 0 && from < this.#to[count - 1]!",
    by: "count > 0",
  },
  {
    rule: "empties come when nothing is in",
    replace: "emptiesInOrder[empty]!]! < moment) order",
    by: "emptiesInOrder[empty]!]! < Infinity) order",
  },
];
