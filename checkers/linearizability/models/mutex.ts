// A lock per key, without expiry: acquire and release by an owner. A refused attempt is an `ok` operation with output false.
import type { Model } from "../model.ts";
import { mutexHolders } from "../monitors/level/mutex-holders.ts";
import type { MutexInput, MutexOutput } from "./lock-operation.ts";
import { explainMutex } from "./mutex-explanation.ts";

export type { MutexInput, MutexOutput };

/** Free at first; not reentrant. The state is the owner or null. */
export const mutexModel: Model<string | null, MutexInput, MutexOutput> = {
  name: "mutex",
  initial: null,
  step(holder, input, output) {
    const succeeds = input.f === "acquire" ? holder === null : holder === input.owner;
    if (output !== undefined && output !== succeeds) return undefined;
    if (!succeeds) return holder;
    return input.f === "acquire" ? input.owner : null;
  },
  partitionKey: (input) => input.key,
  isReadOnly: (_input, output) => output === false,
  monitors: [mutexHolders],
  describeOperation: (input) => `${input.owner} ${input.f}s ${input.key}`,
  describeResult: (_input, output) => (output ? "" : "-> refused"),
  describeState: (holder) => (holder === null ? "free" : `held by ${holder}`),
  explain: explainMutex,
};
