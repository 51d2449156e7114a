// The simulated objects with small values, one of each kind, types closed over. For tests that hold for every model.
import type { Json } from "../../../harness/json.ts";
import type { Input } from "../../../harness/operation.ts";
import type { SimulatedObject } from "./simulated-history.ts";
import {
  simulatedCounter,
  simulatedFencedLock,
  simulatedGrowingSet,
  simulatedMultiKeyStore,
  simulatedMutex,
  simulatedPriorityQueue,
  simulatedQueue,
  simulatedRegister,
  simulatedSemaphore,
  simulatedSet,
  simulatedStack,
  simulatedStringStore,
  simulatedVersionedRegister,
} from "./simulated-objects.ts";

export interface NamedObject {
  readonly name: string;
  /** Calls back with the object; the callback is generic, so that no cast is needed. */
  use<R>(body: ObjectBody<R>): R;
}

export interface ObjectBody<R> {
  <S, I extends Input, O extends Json>(object: SimulatedObject<S, I, O>): R;
}

/** Single key, so that the oracles, which do not cut by key, see the same object. */
export const everyObject: readonly NamedObject[] = [
  named("register, three values", simulatedRegister({ keyCount: 1, valueCount: 3 })),
  named("register, distinct values, no cas", simulatedRegister({ keyCount: 1, valueCount: 0, casShare: 0 })),
  named("register, distinct values", simulatedRegister({ keyCount: 1, valueCount: 0 })),
  named("register, distinct values, refusals and deletes", simulatedRegister({ keyCount: 1, valueCount: 0, casShare: 0.3, deleteShare: 0.08 })),
  named("register with many refusals", simulatedRegister({ keyCount: 1, valueCount: 4, casShare: 0.3 })),
  named("register of two values, mostly compare-and-sets", simulatedRegister({ keyCount: 1, valueCount: 2, casShare: 0.4 })),
  named("versioned register", simulatedVersionedRegister({ keyCount: 1, valueCount: 2 })),
  named("multi-key store", simulatedMultiKeyStore({ keyCount: 2, valueCount: 2 })),
  named("string store", simulatedStringStore({ keyCount: 1, valueCount: 3 })),
  named("queue, two values", simulatedQueue({ keyCount: 1, valueCount: 2 })),
  named("queue, distinct values", simulatedQueue({ keyCount: 1, valueCount: 0 })),
  named("stack, two values", simulatedStack({ keyCount: 1, valueCount: 2 })),
  named("stack, distinct values", simulatedStack({ keyCount: 1, valueCount: 0 })),
  named("priority queue, three values", simulatedPriorityQueue({ keyCount: 1, valueCount: 3 })),
  named("priority queue, distinct values", simulatedPriorityQueue({ keyCount: 1, valueCount: 0 })),
  named("set of one element", simulatedSet({ keyCount: 1, valueCount: 1 })),
  named("set of one element, added once", simulatedSet({ keyCount: 1, valueCount: 1, addsOnce: true })),
  named("growing set", simulatedGrowingSet({ keyCount: 1, valueCount: 0 })),
  named("growing set of three elements", simulatedGrowingSet({ keyCount: 1, valueCount: 3 })),
  named("counter by ones", simulatedCounter({ keyCount: 1, valueCount: 0, amounts: [1] })),
  named("counter by ones that answers", simulatedCounter({ keyCount: 1, valueCount: 0, amounts: [1], addsAnswer: "sometimes" })),
  named("counter with amounts", simulatedCounter({ keyCount: 1, valueCount: 0, amounts: [1, 2, 3, -1] })),
  named("mutex", simulatedMutex({ keyCount: 1, valueCount: 0 })),
  named("mutex, owners are processes", simulatedMutex({ keyCount: 1, valueCount: 0, ownersAreProcesses: true })),
  named("fenced lock", simulatedFencedLock({ keyCount: 1, valueCount: 0 })),
  named("fenced lock, owners are processes", simulatedFencedLock({ keyCount: 1, valueCount: 0, ownersAreProcesses: true })),
  named("semaphore", simulatedSemaphore({ keyCount: 1, valueCount: 0 })),
];

function named<S, I extends Input, O extends Json>(name: string, object: SimulatedObject<S, I, O>): NamedObject {
  return { name, use: (body) => body(object) };
}
