// The simulated objects of the models in models/, for tests and benchmarks. `valueCount` 0 means distinct values.
import type { Random } from "../../harness/random.ts";
import { counterModel } from "./models/counter.ts";
import type { CounterInput, CounterOutput } from "./models/counter.ts";
import { fencedLockModel } from "./models/fenced-lock.ts";
import type { FencedLockInput, FencedLockOutput, FencedState } from "./models/fenced-lock.ts";
import { fifoQueueModel } from "./models/fifo-queue.ts";
import type { QueueInput, QueueOutput } from "./models/fifo-queue.ts";
import { multiKeyStoreModel } from "./models/multi-key-store.ts";
import type { Entries, MultiKeyInput, MultiKeyOutput } from "./models/multi-key-store.ts";
import { mutexModel } from "./models/mutex.ts";
import type { MutexInput, MutexOutput } from "./models/mutex.ts";
import { priorityQueueModel } from "./models/priority-queue.ts";
import type { PriorityQueueInput, PriorityQueueOutput } from "./models/priority-queue.ts";
import { registerModel } from "./models/register.ts";
import type { RegisterInput, RegisterOutput } from "./models/register.ts";
import { semaphore } from "./models/semaphore.ts";
import type { SemaphoreInput, SemaphoreOutput } from "./models/semaphore.ts";
import { growingSetModel, setModel } from "./models/set.ts";
import type { GrowingSetInput, GrowingSetOutput, SetInput, SetOutput } from "./models/set.ts";
import { stackModel } from "./models/stack.ts";
import type { StackInput, StackOutput } from "./models/stack.ts";
import { stringStoreModel } from "./models/string-store.ts";
import type { StringStoreInput, StringStoreOutput } from "./models/string-store.ts";
import { versionedRegisterModel } from "./models/versioned-register.ts";
import type { VersionedRegisterInput, VersionedRegisterOutput, VersionedState } from "./models/versioned-register.ts";
import type { SimulatedObject } from "./simulated-history.ts";

export interface ObjectOptions {
  readonly keyCount: number;
  /** 0: all values are distinct. */
  readonly valueCount: number;
  /** Register: share of compare-and-sets among the operations; reads are half, writes the rest. */
  readonly casShare?: number;
}

function keyOf(random: Random, { keyCount }: ObjectOptions): string {
  return `k${random.below(keyCount, "key")}`;
}

function valueOf(random: Random, options: ObjectOptions, count: number): string {
  return String(options.valueCount === 0 ? count + 1 : random.below(options.valueCount, "value"));
}

function anyValue(random: Random): string {
  return String(random.below(12, "any value"));
}

export function simulatedRegister(options: ObjectOptions): SimulatedObject<string | null, RegisterInput, RegisterOutput> {
  const casShare = options.casShare ?? 0.25;
  return {
    model: registerModel,
    draw(random, count) {
      const key = keyOf(random, options);
      const kind = random.float("kind");
      if (kind < 0.5) return { f: "read", key };
      if (kind < 0.5 + casShare) return { f: "cas", key, from: valueOf(random, options, Math.max(0, count - 2)), to: valueOf(random, options, count) };
      return kind < 0.97 ? { f: "write", key, value: valueOf(random, options, count) } : { f: "delete", key };
    },
    answer: (state, input) => (input.f === "read" ? state : input.f === "cas" ? state === input.from : null),
    falsify(input, random) {
      if (input.f === "read") return random.chance(0.1, "nothing") ? null : anyValue(random);
      return input.f === "cas" ? random.chance(0.5, "outcome") : undefined;
    },
  };
}

export function simulatedVersionedRegister(options: ObjectOptions): SimulatedObject<VersionedState, VersionedRegisterInput, VersionedRegisterOutput> {
  return {
    model: versionedRegisterModel,
    draw(random, count) {
      const key = keyOf(random, options);
      const value = valueOf(random, options, count);
      return random.pick<VersionedRegisterInput>(
        [
          { f: "read", key },
          { f: "write", key, value },
          { f: "cas", key, version: random.below(5, "version"), value },
        ],
        "kind",
      );
    },
    answer(state, input) {
      if (input.f === "read") return { ...state };
      return input.f === "write" || input.version === state.version ? state.version + 1 : false;
    },
    falsify(input, random) {
      if (input.f === "read") return { value: anyValue(random), version: random.below(6, "version") };
      return input.f === "cas" && random.chance(0.5, "refused") ? false : random.below(6, "version");
    },
  };
}

export function simulatedMultiKeyStore(options: ObjectOptions): SimulatedObject<Entries, MultiKeyInput, MultiKeyOutput> {
  return {
    model: multiKeyStoreModel,
    draw(random, count) {
      const entries = {
        [keyOf(random, options)]: valueOf(random, options, count),
        [keyOf(random, options)]: random.chance(0.2, "delete") ? null : valueOf(random, options, count),
      };
      const expected = { [keyOf(random, options)]: random.chance(0.3, "absent") ? null : valueOf(random, options, count) };
      return random.pick<MultiKeyInput>(
        [
          { f: "read", keys: [keyOf(random, options), keyOf(random, options)] },
          { f: "write", entries },
          { f: "cas", expected, entries },
        ],
        "kind",
      );
    },
    answer(state, input) {
      if (input.f === "read") return input.keys.map((key) => state[key] ?? null);
      return input.f === "write" ? null : Object.entries(input.expected).every(([key, value]) => (state[key] ?? null) === value);
    },
    falsify(input, random) {
      if (input.f === "read") return input.keys.map(() => (random.chance(0.3, "absent") ? null : anyValue(random)));
      return input.f === "cas" ? random.chance(0.5, "outcome") : undefined;
    },
  };
}

export function simulatedStringStore(options: ObjectOptions): SimulatedObject<string, StringStoreInput, StringStoreOutput> {
  return {
    model: stringStoreModel,
    draw(random, count) {
      const key = keyOf(random, options);
      const value = `${valueOf(random, options, count)};`;
      return random.pick<StringStoreInput>(
        [
          { f: "get", key },
          { f: "get", key },
          { f: "append", key, value },
          { f: "append", key, value },
          { f: "put", key, value },
        ],
        "kind",
      );
    },
    answer: (state, input) => (input.f === "get" ? state : null),
    falsify: (input, random) => (input.f === "get" ? `${anyValue(random)};` : undefined),
  };
}

export function simulatedQueue(options: ObjectOptions): SimulatedObject<readonly string[], QueueInput, QueueOutput> {
  return {
    model: fifoQueueModel,
    draw(random, count) {
      const key = keyOf(random, options);
      return random.chance(0.55, "kind") ? { f: "enqueue", key, value: valueOf(random, options, count) } : { f: "dequeue", key };
    },
    answer: (state, input) => (input.f === "dequeue" ? (state[0] ?? null) : null),
    falsify: (input, random) => (input.f === "dequeue" ? (random.chance(0.3, "empty") ? null : anyValue(random)) : undefined),
  };
}

export function simulatedStack(options: ObjectOptions): SimulatedObject<readonly string[], StackInput, StackOutput> {
  return {
    model: stackModel,
    draw(random, count) {
      const key = keyOf(random, options);
      return random.chance(0.55, "kind") ? { f: "push", key, value: valueOf(random, options, count) } : { f: "pop", key };
    },
    answer: (state, input) => (input.f === "pop" ? (state.at(-1) ?? null) : null),
    falsify: (input, random) => (input.f === "pop" ? (random.chance(0.3, "empty") ? null : anyValue(random)) : undefined),
  };
}

export function simulatedPriorityQueue(options: ObjectOptions): SimulatedObject<readonly number[], PriorityQueueInput, PriorityQueueOutput> {
  return {
    model: priorityQueueModel,
    draw(random, count) {
      const key = keyOf(random, options);
      // Distinct, but neither rising nor falling: multiplication by a number without common factor permutes 0..1008.
      const value = options.valueCount === 0 ? ((count * 617) % 1009) + 1009 * Math.floor(count / 1009) : random.below(options.valueCount, "value");
      return random.chance(0.55, "kind") ? { f: "insert", key, value } : { f: "poll", key };
    },
    answer: (state, input) => (input.f === "poll" ? (state.at(-1) ?? null) : null),
    falsify: (input, random) => (input.f === "poll" ? (random.chance(0.3, "empty") ? null : (random.below(12, "any value") * 617) % 1009) : undefined),
  };
}

export function simulatedSet(options: ObjectOptions): SimulatedObject<boolean, SetInput, SetOutput> {
  return {
    model: setModel,
    draw: (random, count) => ({
      f: random.pick(["add", "remove", "contains"] as const, "kind"),
      key: keyOf(random, options),
      element: valueOf(random, options, count),
    }),
    answer: (isPresent, input) => (input.f === "add" ? !isPresent : isPresent),
    falsify: (_input, random) => random.chance(0.5, "outcome"),
  };
}

export function simulatedGrowingSet(options: ObjectOptions): SimulatedObject<readonly string[], GrowingSetInput, GrowingSetOutput> {
  return {
    model: growingSetModel,
    draw(random, count) {
      const key = keyOf(random, options);
      return random.chance(0.6, "kind") ? { f: "add", key, element: valueOf(random, options, count) } : { f: "read", key };
    },
    answer: (state, input) => (input.f === "read" ? state : null),
    falsify: (input, random) =>
      input.f === "read" ? Array.from({ length: random.below(5, "size") }, (_, index) => String(index + random.below(3, "element"))) : undefined,
  };
}

export function simulatedCounter(options: ObjectOptions & { readonly amounts: readonly number[] }): SimulatedObject<number, CounterInput, CounterOutput> {
  return {
    model: counterModel,
    draw(random) {
      const key = keyOf(random, options);
      return random.chance(0.5, "kind") ? { f: "add", key, amount: random.pick(options.amounts, "amount") } : { f: "read", key };
    },
    answer: (state, input) => (input.f === "read" ? state : null),
    falsify: (input, random) => (input.f === "read" ? random.below(8, "value") : undefined),
  };
}

export function simulatedMutex(options: ObjectOptions): SimulatedObject<string | null, MutexInput, MutexOutput> {
  return {
    model: mutexModel,
    draw: (random) => ({ f: random.pick(["acquire", "release"] as const, "kind"), key: keyOf(random, options), owner: `owner ${random.below(4, "owner")}` }),
    answer: (holder, input) => (input.f === "acquire" ? holder === null : holder === input.owner),
    falsify: (_input, random) => random.chance(0.5, "outcome"),
  };
}

export function simulatedFencedLock(options: ObjectOptions): SimulatedObject<FencedState, FencedLockInput, FencedLockOutput> {
  return {
    model: fencedLockModel,
    draw: (random) => ({ f: random.pick(["acquire", "release"] as const, "kind"), key: keyOf(random, options), owner: `owner ${random.below(4, "owner")}` }),
    answer({ holder, token }, input) {
      if (input.f === "release") return holder === input.owner;
      return holder === null ? token + 1 : false;
    },
    falsify: (input, random) =>
      input.f === "acquire" && random.chance(0.6, "granted") ? random.below(6, "token") : random.chance(0.5, "outcome") && input.f === "release",
  };
}

export function simulatedSemaphore(options: ObjectOptions): SimulatedObject<number, SemaphoreInput, SemaphoreOutput> {
  return {
    model: semaphore(2),
    draw: (random) => ({ f: random.pick(["acquire", "release"] as const, "kind"), key: keyOf(random, options) }),
    answer: (out, input) => (input.f === "acquire" ? out < 2 : out > 0),
    falsify: (_input, random) => random.chance(0.5, "outcome"),
  };
}
