// What every model must promise so that the searches may use their reductions, checked over reachable states.
import { describe, expect, test } from "vitest";
import { stepLimits } from "../../harness/checker.ts";
import type { Json } from "../../harness/json.ts";
import type { Input } from "../../harness/operation.ts";
import { seededRandom } from "../../harness/random.ts";
import { isLinearizableByBruteForce } from "./brute-force.ts";
import { everyObject } from "./simulated/every-object.ts";
import type { Effect, Model } from "./model.ts";
import { partitionsOf, relevantOperations } from "./partition.ts";
import { withMaybes } from "./simulated/perturbed-history.ts";
import { ReducedSearch } from "./search/reduced-search.ts";
import { simulateOperations } from "./simulated/simulated-history.ts";
import type { SimulatedObject } from "./simulated/simulated-history.ts";
import {
  simulatedCounter,
  simulatedFencedLock,
  simulatedGrowingSet,
  simulatedMutex,
  simulatedPriorityQueue,
  simulatedQueue,
  simulatedRegister,
  simulatedSemaphore,
  simulatedSet,
  simulatedStack,
  simulatedStringStore,
  simulatedVersionedRegister,
} from "./simulated/simulated-objects.ts";

interface Sample<S, I, O> {
  readonly states: readonly S[];
  readonly operations: readonly { readonly input: I; readonly output: O }[];
}

/** States on random walks, and operations with right and with wrong answers. */
function sampleOf<S, I extends Input, O extends Json>(object: SimulatedObject<S, I, O>): Sample<S, I, O> {
  const random = seededRandom("sample");
  const states = [object.model.initial];
  const operations: { input: I; output: O }[] = [];
  let state = object.model.initial;
  for (let count = 0; count < 60; count++) {
    const input = object.draw(random, count % 12);
    const output = object.answer(state, input);
    const falsified = object.falsify(input, random);
    operations.push({ input, output });
    if (falsified !== undefined) operations.push({ input, output: falsified });
    const next = object.model.step(state, input, output);
    if (next === undefined) throw new Error("a right answer is legal");
    state = count % 15 === 14 ? object.model.initial : next;
    states.push(state);
  }
  return { states, operations };
}

/** The key of the state after an operation of this effect, or `illegal`. */
function told<S, I extends Input, O extends Json>(
  model: Model<S, I, O>,
  effect: Effect<S>,
  { state, isKnown }: { readonly state: S; readonly isKnown: boolean },
): unknown {
  const key = keyOf(model, state);
  if (effect.not !== undefined && keyOf(model, effect.not) === key) return "illegal";
  if (effect.from !== undefined && keyOf(model, effect.from) !== key) return isKnown ? "illegal" : key;
  return effect.to === undefined ? key : keyOf(model, effect.to);
}

/** Any depth; primitives stay what they are. */
function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) for (const part of Object.values(Object.freeze(value))) frozen(part);
  return value;
}

function keyOf<S, I extends Input, O extends Json>(model: Model<S, I, O>, state: S): unknown {
  return model.stateKey === undefined ? state : model.stateKey(state);
}

describe.each(everyObject)("the model of a $name", (named) => {
  test("calls nothing read-only that ever changes a state", () => {
    named.use((object) => {
      const { states, operations } = sampleOf(object);
      for (const { input, output } of operations) {
        for (const known of [output, undefined]) {
          if (object.model.isReadOnly?.(input, known) !== true) continue;
          for (const state of states) {
            const next = object.model.step(state, input, known);
            if (next !== undefined) expect(keyOf(object.model, next)).toEqual(keyOf(object.model, state));
          }
        }
      }
    });
  });

  test("never forbids an operation whose outcome nobody knows", () => {
    named.use((object) => {
      const { states, operations } = sampleOf(object);
      for (const { input } of operations) for (const state of states) expect(object.model.step(state, input, undefined)).not.toBeUndefined();
    });
  });

  test("gives operations of one pending class the same effect", () => {
    named.use((object) => {
      const { states, operations } = sampleOf(object);
      const effects = new Map<string, string>();
      for (const { input } of operations) {
        const name = object.model.pendingClass?.(input);
        if (name === undefined) continue;
        const effect = JSON.stringify(states.map((state) => keyOf(object.model, object.model.step(state, input, undefined) ?? state)));
        expect(effects.get(name) ?? effect).toBe(effect);
        effects.set(name, effect);
      }
    });
  });

  test("tells states apart by key exactly when an operation can", () => {
    named.use((object) => {
      const { states, operations } = sampleOf(object);
      const legality = (state: (typeof states)[number]): string =>
        operations.map(({ input, output }) => Number(object.model.step(state, input, output) !== undefined)).join("");
      const known = new Map<unknown, string>();
      for (const state of states) {
        const key = keyOf(object.model, state);
        expect(known.get(key) ?? legality(state)).toBe(legality(state));
        known.set(key, legality(state));
      }
      expect(known.size).toBeGreaterThan(1);
    });
  });

  test("gives the same next state every time, and leaves the one before alone", () => {
    named.use((object) => {
      const { states, operations } = sampleOf(object);
      for (const state of states.map(frozen)) {
        for (const { input, output } of operations) {
          for (const known of [output, undefined]) {
            const [one, other] = [object.model.step(state, input, known), object.model.step(state, input, known)];
            expect(one === undefined ? one : keyOf(object.model, one)).toEqual(other === undefined ? other : keyOf(object.model, other));
          }
        }
      }
    });
  });

  test("does in every state what it says of each operation's effect", () => {
    named.use(({ model, ...object }) => {
      if (model.effect === undefined) return;
      const { states, operations } = sampleOf({ model, ...object });
      let toldCount = 0;
      for (const { input, output } of operations) {
        for (const known of [output, undefined]) {
          const effect = model.effect(input, known);
          if (effect === undefined) continue;
          toldCount++;
          if (known === undefined) expect(effect.not).toBeUndefined();
          if (effect.grows === true) expect(Object.keys(effect)).toEqual(["grows"]);
          for (const state of states) {
            const next = model.step(state, input, known);
            if (effect.grows === true) expect(next).not.toBeUndefined();
            else expect(next === undefined ? "illegal" : keyOf(model, next)).toEqual(told(model, effect, { state, isKnown: known !== undefined }));
          }
        }
      }
      expect(toldCount).toBeGreaterThan(operations.length / 2);
    });
  });

  test("can grow into whatever growth makes of a state", () => {
    named.use(({ model, ...object }) => {
      if (model.mayGrowInto === undefined) return;
      const { states, operations } = sampleOf({ model, ...object });
      const growing = operations.filter(({ input }) => model.effect?.(input, undefined)?.grows === true);
      expect(growing).not.toEqual([]);
      const random = seededRandom("growth");
      let refusedCount = 0;
      for (const state of states) {
        let grown = state;
        for (let count = 0; count < 5; count++) {
          grown = model.step(grown, random.pick(growing, "growth").input, undefined) ?? grown;
          expect(model.mayGrowInto(state, grown)).toBe(true);
        }
        if (!model.mayGrowInto(grown, state)) refusedCount++;
      }
      expect(refusedCount).toBeGreaterThan(0);
    });
  });

  test("lets only those lost operations go that cannot explain anything", () => {
    named.use((object) => {
      let goneCount = 0;
      for (let index = 0; index < 400; index++) {
        const random = seededRandom(`relevant/${index}`);
        const drawn = simulateOperations(object, { clientCount: 4, operationCount: 8, indeterminate: 0.5, bad: "anywhere" }, random);
        const operations = random.chance(0.5, "maybes") ? withMaybes(drawn, random) : drawn;
        const relevant = relevantOperations(object.model, operations);
        if (relevant.length < operations.length) goneCount++;
        const words = [operations, relevant].map((some) => isLinearizableByBruteForce(object.model, some));
        expect({ index, words }).toEqual({ index, words: [words[0], words[0]] });
      }
      if (object.model.relevantPending !== undefined) expect(goneCount).toBeGreaterThan(40);
    });
  });

  test("stays explainable without everything about one element", () => {
    named.use(({ model, ...object }) => {
      if (model.elementOf === undefined) return;
      let checkedCount = 0;
      for (let index = 0; index < 150; index++) {
        const random = seededRandom(`element/${index}`);
        const operations = simulateOperations({ model, ...object }, { clientCount: 4, operationCount: 9, indeterminate: 0.2 }, random);
        for (const element of new Set(operations.map((operation) => model.elementOf?.(operation)))) {
          const without = operations.filter((operation) => element === undefined || model.elementOf?.(operation) !== element);
          if (without.length < operations.length) checkedCount++;
          expect({ index, element, isValid: isLinearizableByBruteForce(model, without) }).toEqual({ index, element, isValid: true });
        }
      }
      expect(checkedCount).toBeGreaterThan(150);
    });
  });

  test("describes every operation, result and state", () => {
    named.use((object) => {
      const { states, operations } = sampleOf(object);
      for (const { input, output } of operations) {
        expect(object.model.describeOperation(input)).not.toBe("");
        expect(object.model.describeResult?.(input, output) ?? "").toMatch(/^(-> .+|)$/);
      }
      for (const state of states) expect(object.model.describeState(state)).not.toBe("");
    });
  });
});

/** The same objects over two keys, as one model that nobody cuts. */
function product<S, I extends Input, O extends Json>(model: Model<S, I, O>): Model<Readonly<Record<string, S>>, I, O> {
  return {
    name: `product of ${model.name}`,
    initial: {},
    step(states, input, output) {
      const key = model.partitionKey?.(input) ?? "";
      const next = model.step(Object.hasOwn(states, key) ? (states[key] ?? model.initial) : model.initial, input, output);
      return next === undefined ? undefined : { ...states, [key]: next };
    },
    stateKey: (states) => JSON.stringify(Object.entries(states).toSorted(([one], [other]) => (one < other ? -1 : 1))),
    describeOperation: (input) => model.describeOperation(input),
    describeState: (states) => JSON.stringify(states),
  };
}

function cutsSoundly<S, I extends Input, O extends Json>(object: SimulatedObject<S, I, O>): void {
  const search = new ReducedSearch(object.model);
  for (let index = 0; index < 200; index++) {
    const random = seededRandom(`cut/${index}`);
    const operations = simulateOperations(object, { clientCount: 3, operationCount: 9, indeterminate: 0.15, bad: "anywhere" }, random);
    const parts = partitionsOf(object.model, operations).map(
      (part) => search.run(part.operations, { maxSteps: 1e6, limits: stepLimits(1e6) }, { withClasses: true }).verdict,
    );
    expect({ index, isValid: parts.every((word) => word === "valid") }).toEqual({
      index,
      isValid: isLinearizableByBruteForce(product(object.model), operations),
    });
  }
}

describe("cutting a history by key does not change its verdict", () => {
  const options = { keyCount: 2, valueCount: 2 };
  test("for registers", () => cutsSoundly(simulatedRegister(options)));
  test("for versioned registers", () => cutsSoundly(simulatedVersionedRegister(options)));
  test("for string stores", () => cutsSoundly(simulatedStringStore(options)));
  test("for queues", () => cutsSoundly(simulatedQueue(options)));
  test("for stacks", () => cutsSoundly(simulatedStack(options)));
  test("for priority queues", () => cutsSoundly(simulatedPriorityQueue(options)));
  test("for sets", () => cutsSoundly(simulatedSet(options)));
  test("for growing sets", () => cutsSoundly(simulatedGrowingSet(options)));
  test("for counters", () => cutsSoundly(simulatedCounter({ ...options, amounts: [1, 2] })));
  test("for locks", () => cutsSoundly(simulatedMutex(options)));
  test("for fenced locks", () => cutsSoundly(simulatedFencedLock(options)));
  test("for semaphores", () => cutsSoundly(simulatedSemaphore(options)));
});
