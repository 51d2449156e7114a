// Mutants of fifo-queue-order.ts.
import type { Mutation } from "../../mutants/mutant.ts";

export const fifoQueueOrderMutations: readonly Mutation[] = [
  {
    rule: "an empty queue that was not is impossible",
    replace: "if (moment > end) return",
    by: "if (false) return",
  },
  {
    rule: "maybes are dealt again when the best deal comes too late",
    replace: "() => inTime(operations, history, lost), ",
    by: "",
  },
  {
    rule: "maybes may have taken nothing",
    replace: ", () => inTime(operations, history, endless)",
    by: "",
  },
  {
    rule: "only endless dequeues take values when the others take nothing",
    replace: "=== Infinity",
    by: "!== Infinity",
  },
];
