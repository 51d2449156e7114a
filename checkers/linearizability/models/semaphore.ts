// A counting semaphore per key: at most so many permits are out at once.
import type { Model } from "../model.ts";

export type SemaphoreInput = { readonly f: "acquire"; readonly key: string } | { readonly f: "release"; readonly key: string };

/** acquire: whether there was a permit; release: true, or false if none was out. */
export type SemaphoreOutput = boolean;

/** All `permits` are free at first. The state is how many are out. */
export function semaphore(permits: number): Model<number, SemaphoreInput, SemaphoreOutput> {
  return {
    name: `semaphore of ${permits}`,
    initial: 0,
    step(out, input, output) {
      const succeeds = input.f === "acquire" ? out < permits : out > 0;
      if (output !== undefined && output !== succeeds) return undefined;
      if (!succeeds) return out;
      return input.f === "acquire" ? out + 1 : out - 1;
    },
    partitionKey: (input) => input.key,
    isReadOnly: (_input, output) => output === false,
    describeOperation: (input) => `${input.f} ${input.key}`,
    describeResult: (_input, output) => (output ? "" : "-> refused"),
    describeState: (out) => `${out} of ${permits} out`,
  };
}
