// The simulated objects of the models in models/, for tests and benchmarks. `valueCount` 0 means distinct values.
import type { Random } from "../../../harness/random.ts";
import { counterModel } from "../models/counter.ts";
import type { CounterInput, CounterOutput } from "../models/counter.ts";
import { fencedLockModel } from "../models/fenced-lock.ts";
import type { FencedLockInput, FencedLockOutput, FencedState } from "../models/fenced-lock.ts";
import { mutexModel } from "../models/mutex.ts";
import type { MutexInput, MutexOutput } from "../models/mutex.ts";
import { semaphore } from "../models/semaphore.ts";
import type { SemaphoreInput, SemaphoreOutput } from "../models/semaphore.ts";
import type { Present, SimulatedObject } from "./simulated-history.ts";
import { keyOf } from "./simulated-values.ts";
import type { ObjectOptions } from "./simulated-values.ts";

export { simulatedGrowingSet, simulatedPriorityQueue, simulatedQueue, simulatedSet, simulatedStack } from "./simulated-containers.ts";
export { simulatedMultiKeyStore, simulatedRegister, simulatedStringStore, simulatedVersionedRegister } from "./simulated-stores.ts";
export type { ObjectOptions } from "./simulated-values.ts";

export interface CounterOptions extends ObjectOptions {
  readonly amounts: readonly number[];
  /** Whether adds answer the new value; `sometimes`: if it is even. Default never. */
  readonly addsAnswer?: "always" | "sometimes";
}

export function simulatedCounter(options: CounterOptions): SimulatedObject<number, CounterInput, CounterOutput> {
  return {
    model: counterModel,
    draw(random) {
      const key = keyOf(random, options);
      return random.chance(0.5, "kind") ? { f: "add", key, amount: random.pick(options.amounts, "amount") } : { f: "read", key };
    },
    answer(state, input) {
      if (input.f === "read") return state;
      const next = state + input.amount;
      return options.addsAnswer === "always" || (options.addsAnswer === "sometimes" && next % 2 === 0) ? next : null;
    },
    falsify(input, random, given) {
      if (input.f === "add" && options.addsAnswer === undefined) return undefined;
      if (typeof given === "number") return given + random.pick([-2, -1, 1, 2], "near");
      return input.f === "read" || given === undefined ? random.below(8, "value") : undefined;
    },
  };
}

export interface LockOptions extends ObjectOptions {
  /** Every client is an owner of its own, which mostly releases what it holds. Default: any of four. */
  readonly ownersAreProcesses?: boolean;
}

export function simulatedMutex(options: LockOptions): SimulatedObject<string | null, MutexInput, MutexOutput> {
  return {
    model: mutexModel,
    draw(random, _count, present) {
      const key = keyOf(random, options);
      return drawnLockInput(random, options, { key, holder: present?.state({ f: "acquire", key, owner: "" }) ?? null, present });
    },
    answer: (holder, input) => (input.f === "acquire" ? holder === null : holder === input.owner),
    falsify: (_input, random, given) => (given === undefined ? random.chance(0.5, "outcome") : !given),
  };
}

export function simulatedFencedLock(options: LockOptions): SimulatedObject<FencedState, FencedLockInput, FencedLockOutput> {
  return {
    model: fencedLockModel,
    draw(random, _count, present) {
      const key = keyOf(random, options);
      return drawnLockInput(random, options, { key, holder: present?.state({ f: "acquire", key, owner: "" }).holder ?? null, present });
    },
    answer({ holder, token }, input) {
      if (input.f === "release") return holder === input.owner;
      return holder === null ? token + 1 : false;
    },
    falsify(input, random, given) {
      if (input.f === "release") return given === undefined ? random.chance(0.5, "outcome") : given === false;
      if (typeof given === "number" && random.chance(0.6, "granted")) return given + random.pick([-1, 1, 2], "near");
      return random.chance(0.6, "granted") ? random.below(6, "token") : false;
    },
  };
}

interface LockScene {
  readonly key: string;
  readonly holder: string | null;
  readonly present: Present<unknown, LockInput> | undefined;
}

interface LockInput {
  readonly f: "acquire" | "release";
  readonly key: string;
  readonly owner: string;
}

function drawnLockInput(random: Random, { ownersAreProcesses }: LockOptions, { key, holder, present }: LockScene): LockInput {
  if (ownersAreProcesses !== true || present === undefined) {
    const f = random.pick(["acquire", "release"] as const, "kind");
    return { f, key, owner: f === "release" && holder !== null && random.chance(0.5, "holder") ? holder : `owner ${random.below(4, "owner")}` };
  }
  const { process, inputs } = present;
  // Now and then somebody acts for another one, perhaps for one that is gone.
  const owner = inputs.length > 0 && random.chance(0.1, "another") ? random.pick(inputs, "owner").owner : `process ${process}`;
  return { f: random.chance(0.85, "sensible") === (holder === owner) ? "release" : "acquire", key, owner };
}

export function simulatedSemaphore(options: ObjectOptions): SimulatedObject<number, SemaphoreInput, SemaphoreOutput> {
  return {
    model: semaphore(2),
    draw: (random) => ({ f: random.pick(["acquire", "release"] as const, "kind"), key: keyOf(random, options) }),
    answer: (out, input) => (input.f === "acquire" ? out < 2 : out > 0),
    falsify: (_input, random, given) => (given === undefined ? random.chance(0.5, "outcome") : !given),
  };
}
