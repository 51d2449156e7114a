// Mutants of fifo-queue-order.ts.
import type { Mutation } from "../mutant.ts";

export const fifoQueueOrderMutations: readonly Mutation[] = [
  {
    rule: "values that overtake each other are impossible",
    replace: "if (schedule === undefined) return { suspects: overtakingPair(lives) };",
    by: "if (schedule === undefined) return { lives, schedule: { values: new Int32Array(0), entered: new Float64Array(0), left: new Float64Array(0) }, emptyMoments: new Float64Array(0) };",
  },
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
