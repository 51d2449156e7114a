// A counter per key: add and read.
import type { Model } from "../model.ts";
import { counterBounds } from "../monitors/counter/counter-bounds.ts";
import { counterDeadlines } from "../monitors/counter/counter-deadlines.ts";
import { explainCounter } from "./counter-explanation.ts";
import type { CounterInput, CounterOutput } from "./counter-operation.ts";

export type { CounterInput, CounterOutput };

/** Zero at first. */
export const counterModel: Model<number, CounterInput, CounterOutput> = {
  name: "counter",
  initial: 0,
  step(state, input, output) {
    const next = input.f === "add" ? state + input.amount : state;
    return output === undefined || output === next || (output === null && input.f === "add") ? next : undefined;
  },
  partitionKey: (input) => input.key,
  isReadOnly: (input) => input.f === "read" || input.amount === 0,
  monitors: [counterDeadlines, counterBounds],
  describeOperation: (input) => (input.f === "add" ? `add ${input.amount} to ${input.key}` : `read ${input.key}`),
  describeResult: (_input, output) => (output === null ? "" : `-> ${output}`),
  describeState: (state) => String(state),
  explain: explainCounter,
};
