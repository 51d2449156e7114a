// Simulated queues, stacks and sets. For tests and benchmarks, by way of simulated-objects.ts.
import type { Random } from "../../../harness/random.ts";
import { fifoQueueModel } from "../models/fifo-queue.ts";
import type { QueueInput, QueueOutput, QueueState } from "../models/fifo-queue.ts";
import { priorityQueueModel } from "../models/priority-queue.ts";
import type { PriorityQueueInput, PriorityQueueOutput, PriorityQueueState } from "../models/priority-queue.ts";
import { growingSetModel, setModel } from "../models/set.ts";
import type { GrowingSetInput, GrowingSetOutput, GrowingSetState, SetInput, SetOutput } from "../models/set.ts";
import { stackModel } from "../models/stack.ts";
import type { StackInput, StackOutput, StackState } from "../models/stack.ts";
import type { SimulatedObject } from "./simulated-history.ts";
import { anyValue, keyOf, valueOf } from "./simulated-values.ts";
import type { ObjectOptions } from "./simulated-values.ts";

export function simulatedQueue(options: ObjectOptions): SimulatedObject<QueueState, QueueInput, QueueOutput> {
  return {
    model: fifoQueueModel,
    draw(random, count) {
      const key = keyOf(random, options);
      return random.chance(0.55, "kind") ? { f: "enqueue", key, value: valueOf(random, options, count) } : { f: "dequeue", key };
    },
    answer: (state, input) => (input.f === "dequeue" ? (state.front?.value ?? null) : null),
    falsify: (input, random) => (input.f === "dequeue" ? (random.chance(0.3, "empty") ? null : anyValue(random)) : undefined),
  };
}

export function simulatedStack(options: ObjectOptions): SimulatedObject<StackState, StackInput, StackOutput> {
  return {
    model: stackModel,
    draw(random, count) {
      const key = keyOf(random, options);
      return random.chance(0.55, "kind") ? { f: "push", key, value: valueOf(random, options, count) } : { f: "pop", key };
    },
    answer: (state, input) => (input.f === "pop" ? (state?.value ?? null) : null),
    falsify: (input, random) => (input.f === "pop" ? (random.chance(0.3, "empty") ? null : anyValue(random)) : undefined),
  };
}

export function simulatedPriorityQueue(options: ObjectOptions): SimulatedObject<PriorityQueueState, PriorityQueueInput, PriorityQueueOutput> {
  return {
    model: priorityQueueModel,
    draw(random, count) {
      const key = keyOf(random, options);
      // Distinct, but neither rising nor falling: multiplication by a number without common factor permutes 0..1008.
      const value = options.valueCount === 0 ? ((count * 617) % 1009) + 1009 * Math.floor(count / 1009) : random.below(options.valueCount, "value");
      return random.chance(0.55, "kind") ? { f: "insert", key, value } : { f: "poll", key };
    },
    answer: (state, input) => (input.f === "poll" ? (state?.value ?? null) : null),
    falsify(input, random) {
      if (input.f !== "poll") return undefined;
      if (random.chance(0.3, "empty")) return null;
      return options.valueCount === 0 ? (random.below(12, "any value") * 617) % 1009 : random.below(options.valueCount + 1, "any value");
    },
  };
}

export interface SetOptions extends ObjectOptions {
  /** Every element is added at most once. */
  readonly addsOnce?: boolean;
}

export function simulatedSet(options: SetOptions): SimulatedObject<boolean, SetInput, SetOutput> {
  return {
    model: setModel,
    draw(random, count, present) {
      const key = keyOf(random, options);
      const element = valueOf(random, options, count);
      const isAdded =
        options.addsOnce === true && present?.inputs.some((input) => input.f === "add" && input.element === element && input.key === key) === true;
      const f = isAdded ? random.pick(["remove", "contains", "contains"] as const, "kind") : random.pick(["add", "remove", "contains"] as const, "kind");
      return { f, key, element };
    },
    answer: (isPresent, input) => (input.f === "add" ? !isPresent : isPresent),
    falsify: (_input, random, given) => (given === undefined ? random.chance(0.5, "outcome") : !given),
  };
}

export function simulatedGrowingSet(options: ObjectOptions): SimulatedObject<GrowingSetState, GrowingSetInput, GrowingSetOutput> {
  return {
    model: growingSetModel,
    draw(random, count) {
      const key = keyOf(random, options);
      return random.chance(0.6, "kind") ? { f: "add", key, element: valueOf(random, options, count) } : { f: "read", key };
    },
    answer: (state, input) => (input.f === "read" ? state.elements() : null),
    falsify(input, random, given) {
      if (input.f !== "read") return undefined;
      if (given !== undefined && given !== null) return thinnedOrEnlarged(given, random);
      return Array.from({ length: random.below(5, "size") }, (_, index) => String(index + random.below(3, "element")));
    },
  };
}

/** Also in another order, which means nothing. */
function thinnedOrEnlarged(elements: readonly string[], random: Random): string[] {
  const isThinned = elements.length > 0 && random.chance(0.5, "thinned");
  return random.shuffle(isThinned ? elements.toSpliced(random.below(elements.length, "gone"), 1) : [...elements, anyValue(random)], "order");
}
