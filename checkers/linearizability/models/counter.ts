// A counter per key: add and read.
import type { Model } from "../model.ts";

export type CounterInput =
  /** May be negative. */
  { readonly f: "add"; readonly key: string; readonly amount: number } | { readonly f: "read"; readonly key: string };

/** add: null, or the new value if the system answers it; read: the value. */
export type CounterOutput = number | null;

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
  describeOperation: (input) => (input.f === "add" ? `add ${input.amount} to ${input.key}` : `read ${input.key}`),
  describeResult: (_input, output) => (output === null ? "" : `-> ${output}`),
  describeState: (state) => String(state),
};
