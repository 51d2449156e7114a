// Sets: one of single elements, which is cut by element, and a growing one that is read as a whole (Jepsen's `set`).
import type { Model } from "../model.ts";

export type SetInput =
  | { readonly f: "add"; readonly key: string; readonly element: string }
  | { readonly f: "remove"; readonly key: string; readonly element: string }
  | { readonly f: "contains"; readonly key: string; readonly element: string };

/** Each answers whether: it was added and not there before, it was removed and there before, it is there. */
export type SetOutput = boolean;

/** Empty at first. Every element of a set is an object of its own, so the state is whether it is present. */
export const setModel: Model<boolean, SetInput, SetOutput> = {
  name: "set",
  initial: false,
  step(isPresent, input, output) {
    const answer = input.f === "add" ? !isPresent : isPresent;
    if (output !== undefined && output !== answer) return undefined;
    return input.f === "contains" ? isPresent : input.f === "add";
  },
  partitionKey: (input) => `${JSON.stringify(input.key)} ${input.element}`,
  isReadOnly: (input, output) => input.f === "contains" || output === false,
  describeOperation: (input) => `${input.f} ${input.element} in ${input.key}`,
  describeResult: (_input, output) => `-> ${output ? "yes" : "no"}`,
  describeState: (isPresent) => (isPresent ? "present" : "absent"),
};

export type GrowingSetInput = { readonly f: "add"; readonly key: string; readonly element: string } | { readonly f: "read"; readonly key: string };

/** add: null; read: all elements, in any order. */
export type GrowingSetOutput = readonly string[] | null;

/** Empty at first, nothing is ever removed. The state is sorted. */
export const growingSetModel: Model<readonly string[], GrowingSetInput, GrowingSetOutput> = {
  name: "growing set",
  initial: [],
  step(state, input, output) {
    if (input.f === "add") return state.includes(input.element) ? state : [...state, input.element].toSorted();
    if (output === undefined) return state;
    if (output === null || output.length !== state.length) return undefined;
    const sorted = output.toSorted();
    return state.every((element, index) => element === sorted[index]) ? state : undefined;
  },
  partitionKey: (input) => input.key,
  isReadOnly: (input) => input.f === "read",
  stateKey: (state) => JSON.stringify(state),
  describeOperation: (input) => (input.f === "add" ? `add ${input.element} to ${input.key}` : `read ${input.key}`),
  describeResult: (_input, output) => (output === null ? "" : `-> {${output.join(", ")}}`),
  describeState: (state) => `{${state.join(", ")}}`,
};
