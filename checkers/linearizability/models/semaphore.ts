// A counting semaphore per key: at most so many permits are out at once.
import type { Model } from "../model.ts";
import { semaphorePermits } from "../monitors/level/semaphore-permits.ts";
import type { SemaphoreInput, SemaphoreOutput } from "./semaphore-operation.ts";

export type { SemaphoreInput, SemaphoreOutput };

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
    monitors: [semaphorePermits(permits)],
    describeOperation: (input) => `${input.f} ${input.key}`,
    describeResult: (_input, output) => (output ? "" : "-> refused"),
    describeState: (out) => `${out} of ${permits} out`,
  };
}
