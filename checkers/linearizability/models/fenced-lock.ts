// A lock per key that hands out fencing tokens: every holder gets a greater number than all holders before it.
import type { Model } from "../model.ts";
import { fencedLockTokens } from "../monitors/level/fenced-lock-tokens.ts";
import type { FencedLockInput, FencedLockOutput } from "./lock-operation.ts";

export type { FencedLockInput, FencedLockOutput };

export interface FencedState {
  readonly holder: string | null;
  /** The least value that the last token can have had. */
  readonly token: number;
}

/**
 * Free at first; the first token is at least 1. Tokens may have gaps. A grant whose answer was lost took a token that
 * nobody knows; whole numbers make it at least one more than the last, and that is all the model assumes.
 */
export const fencedLockModel: Model<FencedState, FencedLockInput, FencedLockOutput> = {
  name: "fenced lock",
  initial: { holder: null, token: 0 },
  step,
  partitionKey: (input) => input.key,
  isReadOnly: (_input, output) => output === false,
  monitors: [fencedLockTokens],
  stateKey: ({ holder, token }) => `${token} ${JSON.stringify(holder)}`,
  describeOperation: (input) => `${input.owner} ${input.f}s ${input.key}`,
  describeResult: (_input, output) => (typeof output === "number" ? `-> token ${output}` : output ? "" : "-> refused"),
  describeState: ({ holder, token }) => `${holder === null ? "free" : `held by ${holder}`}, last token ${token}`,
};

function step(state: FencedState, input: FencedLockInput, output: FencedLockOutput | undefined): FencedState | undefined {
  const { holder, token } = state;
  const succeeds = input.f === "acquire" ? holder === null : holder === input.owner;
  if (output === false) return succeeds ? undefined : state;
  if (!succeeds) return output === undefined ? state : undefined;
  if (input.f === "release") return { holder: null, token };
  if (output === undefined) return { holder: input.owner, token: token + 1 };
  return typeof output === "number" && output > token ? { holder: input.owner, token: output } : undefined;
}
