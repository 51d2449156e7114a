// Mutants of fifo-queue-deal.ts; they are loaded through fifo-queue-order.ts.
import type { Mutation } from "../../mutants/mutant.ts";

export const fifoQueueDealMutations: readonly Mutation[] = [
  {
    rule: "lost dequeues may have taken values",
    replace: "if (lost.length === 0) return lives;",
    by: "if (lost.length >= 0) return lives;",
  },
  {
    rule: "values that went in first are dealt first",
    replace: "placesInOrder(Float64Array.from(values, (value) => b[value] ?? 0))",
    by: "placesInOrder(Float64Array.from(values, (value) => -(b[value] ?? 0)))",
  },
  {
    rule: "a lost dequeue takes nothing before it begins",
    replace: "dealing.c[value] = Math.max(operations[dequeue]?.invokedIndex ?? 0, lives.a[value] ?? 0);",
    by: "dealing.c[value] = lives.a[value] ?? 0;",
  },
  {
    rule: "a lost dequeue takes nothing before it went in",
    replace: "dealing.c[value] = Math.max(operations[dequeue]?.invokedIndex ?? 0, lives.a[value] ?? 0);",
    by: "dealing.c[value] = operations[dequeue]?.invokedIndex ?? 0;",
    equivalent: "a value that could leave before it entered leaves right after it",
  },
  {
    rule: "only values that stayed in are dealt",
    replace: "if (dequeues[value] === none) values.push(value);",
    by: "values.push(value);",
  },
  {
    rule: "a dequeue that was over is dealt nothing that came later",
    replace: "(operations[lost[next] ?? none]?.completedIndex ?? 0) < came",
    by: "false",
  },
  {
    rule: "a value that a maybe takes is in before that is over",
    replace: "dealing.b[value] = Math.min(lives.b[value] ?? 0, completedIndex);",
    by: "dealing.b[value] = lives.b[value] ?? 0;",
  },
  {
    rule: "a maybe takes nothing before it begins",
    replace: "dealing.c[value] = Math.max(invokedIndex, came);",
    by: "dealing.c[value] = came;",
  },
];
