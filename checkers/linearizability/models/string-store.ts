// A string per key with append, as in the lab key-value store of MIT 6.5840. Appends keep the whole order in the value.
import type { Effect, Model } from "../model.ts";

export type StringStoreInput =
  | { readonly f: "get"; readonly key: string }
  | { readonly f: "put"; readonly key: string; readonly value: string }
  | { readonly f: "append"; readonly key: string; readonly value: string };

/** get: the string; put and append: null. */
export type StringStoreOutput = string | null;

/** Every string is empty at first. */
export const stringStoreModel: Model<string, StringStoreInput, StringStoreOutput> = {
  name: "string store",
  initial: "",
  step,
  partitionKey: (input) => input.key,
  isReadOnly: (input) => input.f === "get",
  effect,
  mayGrowInto: (state, goal) => goal.startsWith(state),
  describeOperation: (input) => (input.f === "get" ? `get ${input.key}` : `${input.f} ${input.key} ${JSON.stringify(input.value)}`),
  describeResult: (input, output) => (input.f === "get" ? `-> ${JSON.stringify(output)}` : ""),
  describeState: (state) => JSON.stringify(state),
};

function step(state: string, input: StringStoreInput, output: StringStoreOutput | undefined): string | undefined {
  switch (input.f) {
    case "get":
      return output === undefined || output === state ? state : undefined;
    case "put":
      return input.value;
    case "append":
      return state + input.value;
  }
}

function effect(input: StringStoreInput, output: StringStoreOutput | undefined): Effect<string> | undefined {
  switch (input.f) {
    case "get":
      return output === undefined ? {} : output === null ? undefined : { from: output };
    case "put":
      return { to: input.value };
    case "append":
      return { grows: true };
  }
}
