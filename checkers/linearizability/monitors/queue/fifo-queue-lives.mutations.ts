// Mutants of fifo-queue-lives.ts; they are loaded through all files of the monitor of queues.
import type { Mutation } from "../../mutants/mutant.ts";

export const fifoQueueLivesMutations: readonly Mutation[] = [
  {
    rule: "a value is enqueued once",
    replace: "if (values.has(input.value)) return",
    by: "if (false) return",
  },
  {
    rule: "a dequeue of unknown outcome names no value",
    replace: 'if (type !== "ok") lost.push(position);',
    by: 'if (type !== "ok") continue;',
  },
  {
    rule: "an empty answer is looked at",
    replace: "empties.push(position);",
    by: "continue;",
  },
  {
    rule: "a value that comes out was put in",
    replace: "if (value === undefined) return { suspects: [position] };",
    by: "if (value === undefined) continue;",
  },
  {
    rule: "a value comes out once",
    replace: "if (rival !== none) return",
    by: "if (false) return",
  },
  {
    rule: "a value comes out after it goes in",
    replace: "if (completedIndex < (operations[enqueue]?.invokedIndex ?? 0)) return",
    by: "if (false) return",
  },
  {
    rule: "a lost enqueue counts if its value came out",
    replace: "dequeues[value] !== none || operations[enqueue]",
    by: "operations[enqueue]",
  },
  {
    rule: "a lost enqueue counts only if its value came out",
    replace: '|| operations[enqueue]?.type === "ok"',
    by: "|| true",
  },
  {
    rule: "a value is in before it is out",
    replace: "columns.b[life] = Math.min(b, d);",
    by: "columns.b[life] = b;",
  },
  {
    rule: "a value is out after it began to come in",
    replace: "columns.c[life] = Math.max(c, a);",
    by: "columns.c[life] = c;",
    equivalent: "a value that could leave before it entered leaves right after it",
  },
];
