// Mutants of fifo-queue-suspects.ts; they are loaded through fifo-queue-order.ts.
import type { Mutation } from "../../mutants/mutant.ts";

export const fifoQueueSuspectsMutations: readonly Mutation[] = [
  {
    rule: "the first of the pair goes in before the other",
    replace: "b[byEnd[middle]!]! < a[value]!",
    by: "true",
    equivalent: "suspects only: they are confirmed before they are named",
  },
  {
    rule: "the first of the pair comes out after the other",
    replace: "d[value]! < c[overtaken]!",
    by: "true",
    equivalent: "suspects only: they are confirmed before they are named",
  },
  {
    rule: "the pair is made with the value that stays longest",
    replace: "before !== none && c[before]! >= c[value]! ? before : value",
    by: "value",
    equivalent: "suspects only: they are confirmed before they are named",
  },
  {
    rule: "every moment is covered",
    replace: "b[byEntry[place]!]! < covered",
    by: "true",
    equivalent: "suspects only: they are confirmed before they are named",
  },
  {
    rule: "the chain is as short as can be",
    replace: "c[value]! > c[furthest]!",
    by: "c[value]! < c[furthest]!",
    equivalent: "suspects only: they are confirmed before they are named",
  },
];
