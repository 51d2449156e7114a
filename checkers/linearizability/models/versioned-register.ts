// A register per key whose every write makes a new version, as in etcd or Consul. Versions make writes distinguishable.
import type { Model } from "../model.ts";

export type VersionedRegisterInput =
  | { readonly f: "read"; readonly key: string }
  | { readonly f: "write"; readonly key: string; readonly value: string }
  /** Writes only if the version is still `version`; 0 is that of a key never written. */
  | { readonly f: "cas"; readonly key: string; readonly version: number; readonly value: string };

/** read: value and version; write: the new version; cas: the new version, or false if the version did not match. */
export type VersionedRegisterOutput = { readonly value: string | null; readonly version: number } | number | false;

export interface VersionedState {
  readonly value: string | null;
  readonly version: number;
}

/** The versions of one key are 1, 2, 3 ... without gaps, in the order of the writes. */
export const versionedRegisterModel: Model<VersionedState, VersionedRegisterInput, VersionedRegisterOutput> = {
  name: "versioned register",
  initial: { value: null, version: 0 },
  step,
  partitionKey: (input) => input.key,
  isReadOnly: (input, output) => input.f === "read" || (input.f === "cas" && output === false),
  stateKey: ({ value, version }) => `${version} ${JSON.stringify(value)}`,
  describeOperation,
  describeResult: (_input, output) =>
    typeof output === "object"
      ? `-> ${output.value ?? "nothing"} at version ${output.version}`
      : `-> ${output === false ? "did not match" : `version ${output}`}`,
  describeState: ({ value, version }) => `${value ?? "nothing"} at version ${version}`,
};

function step(state: VersionedState, input: VersionedRegisterInput, output: VersionedRegisterOutput | undefined): VersionedState | undefined {
  if (input.f === "read") {
    if (output === undefined) return state;
    return typeof output === "object" && output.version === state.version && output.value === state.value ? state : undefined;
  }
  const next = { value: input.value, version: state.version + 1 };
  if (input.f === "write") return output === undefined || output === next.version ? next : undefined;
  const matches = state.version === input.version;
  if (output === undefined) return matches ? next : state;
  if (output === false) return matches ? undefined : state;
  return matches && output === next.version ? next : undefined;
}

function describeOperation(input: VersionedRegisterInput): string {
  if (input.f === "read") return `read ${input.key}`;
  return input.f === "write" ? `write ${input.key} = ${input.value}` : `cas ${input.key} at version ${input.version} to ${input.value}`;
}
