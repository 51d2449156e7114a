import { describe, expect, test } from "vitest";
import { stepLimits } from "../../harness/checker.ts";
import type { Json } from "../../harness/json.ts";
import type { Input, Operation } from "../../harness/operation.ts";
import { seededRandom, type Random } from "../../harness/random.ts";
import type { Algorithm } from "./attempt.ts";
import { isLinearizableByBruteForce } from "./brute-force.ts";
import { linearizable } from "./checker.ts";
import { operationsOf, type Handwritten } from "./simulated/handwritten.ts";
import type { Model } from "./model.ts";
import type { QueueInput, QueueOutput } from "./models/fifo-queue-operation.ts";
import { messageBagModel } from "./models/message-bag.ts";
import { redeliveringQueueModel } from "./models/redelivering-queue.ts";
import { deterministic, type NondeterministicModel } from "./nondeterministic.ts";
import { isExplained, randomAutomaton, type LetterInput } from "./nondeterministic.fixture.ts";
import { perturbed, withMaybes } from "./simulated/perturbed-history.ts";
import { historyOf, simulateOperations, type SimulatedObject } from "./simulated/simulated-history.ts";

const algorithms: readonly Algorithm[] = ["auto", "search", "jit"];

function verdictOf<S, I extends Input, O extends Json>(model: Model<S, I, O>, operations: readonly Operation<I, O>[], algorithm: Algorithm): string {
  // The operations as they are: no history has operations of unknown outcome that end.
  return linearizable(model, { algorithm }).check(historyOf(operations).withOperations(operations), stepLimits(10_000_000)).verdict;
}

interface Trial<S, I extends Input, O extends Json> {
  readonly object: (random: Random) => SimulatedObject<S, I, O>;
  readonly definition: (random: Random) => Pick<NondeterministicModel<unknown, I, O>, "initial" | "steps" | "stateKey">;
  readonly count: number;
}

/** Compares every algorithm with the definition; answers how many histories were explained and how many not. */
function compare<S, I extends Input, O extends Json>({
  object: objectOf,
  definition: definitionOf,
  count,
}: Trial<S, I, O>): { valid: number; invalid: number } {
  const counted = { valid: 0, invalid: 0 };
  for (let seed = 0; seed < count; seed++) {
    // The same stream for both, so that they are about the same random automaton.
    const [object, definition] = [objectOf(seededRandom(`object ${seed}`)), definitionOf(seededRandom(`object ${seed}`))];
    const random = seededRandom(`history ${seed}`);
    const options = { clientCount: 3, operationCount: 4 + (seed % 6), indeterminate: seed % 3 === 0 ? 0 : 0.2 };
    const drawn = simulateOperations(object, options, random);
    const changed = perturbed(object, drawn, { changes: seed % 4, random });
    const operations = seed % 5 === 0 ? withMaybes(changed, random, 0.3) : changed;
    if (operations.every(({ type }) => type !== "ok")) continue;
    const expected = isExplained(definition, operations) ? "valid" : "invalid";
    counted[expected]++;
    for (const algorithm of algorithms)
      expect({ seed, algorithm, verdict: verdictOf(object.model, operations, algorithm) }).toEqual({ seed, algorithm, verdict: expected });
    expect({ seed, brute: isLinearizableByBruteForce(object.model, operations) }).toEqual({ seed, brute: expected === "valid" });
  }
  return counted;
}

function automatonObject(random: Random): SimulatedObject<readonly number[], LetterInput, number> {
  const model = deterministic(randomAutomaton(random));
  return {
    model,
    draw: (draws) => ({ f: draws.pick(["a", "b", "look"] as const, "letter") }),
    answer: (states, input) => {
      const preferred = (states.length + (states[0] ?? 0)) & 1;
      return model.step(states, input, preferred) === undefined ? 1 - preferred : preferred;
    },
    falsify: (_input, draws, given) => (given === undefined ? draws.below(2, "answer") : 1 - given),
  };
}

describe("the power set of an object that may choose", () => {
  test("decides like the definition over random automata, with observers and unknown outcomes", () => {
    const counted = compare({ object: automatonObject, definition: randomAutomaton, count: 1500 });
    expect(counted.valid).toBeGreaterThan(300);
    expect(counted.invalid).toBeGreaterThan(100);
  });

  const coin: NondeterministicModel<string, { readonly f: "see" } | { readonly f: "turn" }, string | null> = {
    name: "coin",
    initial: ["tails", "heads"],
    steps(state, input, output) {
      if (input.f === "see") return output === undefined || output === state ? [state] : [];
      return state === "tails" ? ["heads"] : [];
    },
    isReadOnly: (input) => input.f === "see",
    describeOperation: (input) => input.f,
    describeState: (state) => state,
  };

  test("does not hurry an answer that tells states apart: turned from tails, then seen", () => {
    const lines: readonly Handwritten<{ readonly f: "see" } | { readonly f: "turn" }, string | null>[] = [
      [0, 0, 3, { f: "see" }, "heads"],
      [1, 1, 4, { f: "turn" }, null],
    ];
    for (const algorithm of algorithms) expect(verdictOf(deterministic(coin), operationsOf(lines), algorithm)).toBe("valid");
    const model = deterministic(coin);
    expect(model.isReadOnly?.({ f: "see" }, "heads")).toBe(false);
    expect(model.isReadOnly?.({ f: "see" }, undefined)).toBe(true);
    expect(model.isReadOnly?.({ f: "turn" }, undefined)).toBe(false);
  });

  test("keeps the states in which an operation of unknown outcome would have been refused", () => {
    const model = deterministic(coin);
    expect(model.step(["heads", "tails"], { f: "turn" }, undefined)).toEqual(["heads"]);
    expect(model.step(["heads"], { f: "turn" }, undefined)).toEqual(["heads"]);
    expect(model.step(["heads"], { f: "turn" }, null)).toBeUndefined();
  });

  test("has one key for one set, whatever the order of its states, and tells numbers from digits", () => {
    const sums = deterministic<number | string, { readonly f: "add" }, null>({
      name: "sums",
      initial: [1, "1"],
      steps: (state) => (typeof state === "number" ? [state + 1, state - 1, "1"] : [2, 1, 0, 2]),
      describeOperation: (input) => input.f,
      describeState: String,
    });
    expect(sums.initial).toHaveLength(2);
    const once = sums.step(sums.initial, { f: "add" }, null) ?? [];
    expect([...once].map((state) => JSON.stringify(state)).toSorted()).toEqual(['"1"', "0", "1", "2"]);
    const turned = sums.step(sums.initial.toReversed(), { f: "add" }, null) ?? [];
    expect(sums.stateKey?.(turned)).toBe(sums.stateKey?.(once));
    expect(sums.describeState(sums.initial)).toBe("1 or 1");
  });
});

const queueInput = (random: Random, count: number): QueueInput =>
  random.chance(0.5, "kind") ? { f: "enqueue", key: "k", value: String(count % 3) } : { f: "dequeue", key: "k" };
const falseAnswer = (input: QueueInput, random: Random): QueueOutput | undefined =>
  input.f === "enqueue" ? undefined : random.pick([null, "0", "1", "2"], "answer");

/** `lost`: a dequeue that was never answered. */
type Answer = string | null;

/** "a" and "b" go in, then one dequeue after the other. */
function twoMessages(answers: readonly Answer[]): Operation<QueueInput, QueueOutput>[] {
  const dequeue: QueueInput = { f: "dequeue", key: "k" };
  return operationsOf<QueueInput, QueueOutput>([
    [0, 0, 1, { f: "enqueue", key: "k", value: "a" }, null],
    [0, 2, 3, { f: "enqueue", key: "k", value: "b" }, null],
    ...answers.map((answer, index): Handwritten<QueueInput, QueueOutput> => {
      const start = 10 * index + 10;
      return answer === "lost" ? [index + 1, start, undefined, dequeue] : [index + 1, start, start + 5, dequeue, answer];
    }),
  ]);
}

describe("a message bag", () => {
  const bag: SimulatedObject<readonly (readonly string[])[], QueueInput, QueueOutput> = {
    model: messageBagModel,
    draw: queueInput,
    answer: ([state = []], input) => (input.f === "enqueue" ? null : (state.at(-1) ?? null)),
    falsify: falseAnswer,
  };

  test("decides like the definition", () => {
    const definition: Pick<NondeterministicModel<unknown, QueueInput, QueueOutput>, "initial" | "steps" | "stateKey"> = countsDefinition;
    const counted = compare({ object: () => bag, definition: () => definition, count: 800 });
    expect(counted.valid).toBeGreaterThan(200);
    expect(counted.invalid).toBeGreaterThan(100);
  });

  test("gives messages in any order, each once", () => {
    const after = (...answers: readonly Answer[]): string => verdictOf(messageBagModel, twoMessages(answers), "auto");
    expect([after("b", "a", null), after("a", "b"), after("b", "b"), after("c"), after(null), after("a", null)]).toEqual([
      "valid",
      "valid",
      "invalid",
      "invalid",
      "invalid",
      "invalid",
    ]);
    expect([after("lost", "b", null), after("lost", "a", null), after("lost", null), after("lost", "lost", null)]).toEqual([
      "valid",
      "valid",
      "invalid",
      "valid",
    ]);
  });
});

describe("a redelivering queue", () => {
  const queue: SimulatedObject<readonly (readonly string[])[], QueueInput, QueueOutput> = {
    model: redeliveringQueueModel,
    draw: queueInput,
    // Of the states possible sometimes the longest, sometimes the shortest: the first has or has not been delivered for good.
    answer: (states, input) => (input.f === "enqueue" ? null : ((states.length % 2 === 0 ? states.at(-1) : states[0])?.[0] ?? null)),
    falsify: falseAnswer,
  };

  test("decides like the definition", () => {
    const counted = compare({ object: () => queue, definition: () => redeliveringDefinition, count: 800 });
    expect(counted.valid).toBeGreaterThan(200);
    expect(counted.invalid).toBeGreaterThan(100);
  });

  test("delivers again until it does not, never out of order and never after a younger one", () => {
    const after = (...answers: readonly Answer[]): string => verdictOf(redeliveringQueueModel, twoMessages(answers), "auto");
    expect([after("a", "a", "a", "b", null), after("a", "b", "b")]).toEqual(["valid", "valid"]);
    expect([after("b"), after("a", "b", "a"), after("a", null), after(null)]).toEqual(["invalid", "invalid", "invalid", "invalid"]);
  });
});

/** How many there are of each value, as `value count` pairs: another notation than the model's. */
const countsDefinition: Pick<NondeterministicModel<unknown, QueueInput, QueueOutput>, "initial" | "steps" | "stateKey"> = {
  initial: [""],
  stateKey: String,
  steps(state, input, output) {
    const text = String(state);
    if (input.f === "enqueue") return [(text + input.value).split("").toSorted().join("")];
    if (output === null) return text === "" ? [text] : [];
    return text
      .split("")
      .filter((value) => output === undefined || value === output)
      .map((value) => text.replace(value, ""));
  },
};

/** The oldest message may have a mark that it was delivered before; it goes when a younger one, or none, is seen. */
const redeliveringDefinition: Pick<NondeterministicModel<unknown, QueueInput, QueueOutput>, "initial" | "steps" | "stateKey"> = {
  initial: [""],
  stateKey: String,
  steps(state, input, output) {
    const text = String(state);
    if (input.f === "enqueue") return [text + input.value];
    const candidates = text.startsWith("!") ? [text.slice(1), text.slice(2)] : [text];
    return candidates.flatMap((queue) => {
      const answer = queue[0] ?? null;
      if (output !== undefined && answer !== output) return [];
      return answer === null ? [queue] : [`!${queue}`];
    });
  },
};
