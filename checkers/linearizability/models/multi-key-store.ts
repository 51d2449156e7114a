// A store whose operations may touch several keys at once, atomically. It cannot be cut by key, so keep its histories small.
import type { Model } from "../model.ts";

export type Entries = Readonly<Record<string, string | null>>;

export type MultiKeyInput =
  | { readonly f: "read"; readonly keys: readonly string[] }
  /** null deletes a key. */
  | { readonly f: "write"; readonly entries: Entries }
  /** Writes all of `entries` if the store agrees with all of `expected`; null expects absence. */
  | { readonly f: "cas"; readonly expected: Entries; readonly entries: Entries };

/** read: the values in the order of the keys, null for absent ones; write: null; cas: whether all matched. */
export type MultiKeyOutput = readonly (string | null)[] | boolean | null;

/** Empty at first. */
export const multiKeyStoreModel: Model<Entries, MultiKeyInput, MultiKeyOutput> = {
  name: "multi-key store",
  initial: {},
  step,
  isReadOnly: (input, output) => input.f === "read" || (input.f === "cas" && output === false),
  stateKey: describe,
  describeOperation,
  describeResult: (_input, output) => (output === null ? "" : `-> ${JSON.stringify(output)}`),
  describeState: describe,
};

function step(state: Entries, input: MultiKeyInput, output: MultiKeyOutput | undefined): Entries | undefined {
  switch (input.f) {
    case "read": {
      if (output === undefined) return state;
      if (!Array.isArray(output) || output.length !== input.keys.length) return undefined;
      return input.keys.every((key, index) => valueOf(state, key) === output[index]) ? state : undefined;
    }
    case "write":
      return { ...state, ...input.entries };
    case "cas": {
      const matches = Object.entries(input.expected).every(([key, value]) => valueOf(state, key) === value);
      if (output !== undefined && output !== matches) return undefined;
      return matches ? { ...state, ...input.entries } : state;
    }
  }
}

function valueOf(state: Entries, key: string): string | null {
  return Object.hasOwn(state, key) ? (state[key] ?? null) : null;
}

/** Sorted, without deleted keys: equal stores give equal texts. */
function describe(state: Entries): string {
  const present = Object.entries(state).filter(([, value]) => value !== null);
  return JSON.stringify(present.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function describeOperation(input: MultiKeyInput): string {
  switch (input.f) {
    case "read":
      return `read ${input.keys.join(", ")}`;
    case "write":
      return `write ${JSON.stringify(input.entries)}`;
    case "cas":
      return `cas ${JSON.stringify(input.expected)} to ${JSON.stringify(input.entries)}`;
  }
}
