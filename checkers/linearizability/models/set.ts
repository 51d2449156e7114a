// Sets: one of single elements, which is cut by element, and a growing one that is read as a whole (Jepsen's `set`).
import type { Model } from "../model.ts";
import { growingSetSnapshots } from "../monitors/growing-set-snapshots.ts";
import { setPresence } from "../monitors/level/set-presence.ts";
import { GrowingSetState } from "./growing-set-state.ts";
import { explainGrowingSet, explainSet } from "./set-explanation.ts";
import type { GrowingSetInput, GrowingSetOutput, SetInput, SetOutput } from "./set-operation.ts";

export type { GrowingSetInput, GrowingSetOutput, GrowingSetState, SetInput, SetOutput };

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
  monitors: [setPresence],
  describeOperation: (input) => `${input.f} ${input.element} in ${input.key}`,
  describeResult: (_input, output) => `-> ${output ? "yes" : "no"}`,
  describeState: (isPresent) => (isPresent ? "present" : "absent"),
  explain: explainSet,
};

/** Empty at first, nothing is ever removed. */
export const growingSetModel: Model<GrowingSetState, GrowingSetInput, GrowingSetOutput> = {
  name: "growing set",
  initial: GrowingSetState.empty(),
  step(state, input, output) {
    if (input.f === "add") return state.with(input.element);
    return output === undefined || (output !== null && state.consistsOf(output)) ? state : undefined;
  },
  partitionKey: (input) => input.key,
  isReadOnly: (input) => input.f === "read",
  monitors: [growingSetSnapshots],
  stateKey: (state) => JSON.stringify(state.elements()),
  describeOperation: (input) => (input.f === "add" ? `add ${input.element} to ${input.key}` : `read ${input.key}`),
  describeResult: (_input, output) => (output === null ? "" : `-> {${output.join(", ")}}`),
  describeState: (state) => `{${state.elements().join(", ")}}`,
  explain: explainGrowingSet,
};
