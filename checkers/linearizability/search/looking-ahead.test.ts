// What models tell of their effects agrees with their steps, and the search that relies on it is both right and fast.
import { describe, expect, test } from "vitest";
import { stepLimits } from "../../../harness/checker.ts";
import type { Json } from "../../../harness/json.ts";
import type { Input, Operation } from "../../../harness/operation.ts";
import { seededRandom } from "../../../harness/random.ts";
import { everyObject } from "../simulated/every-object.ts";
import { faultOfLinearization } from "../certificate.ts";
import type { Effect, Model } from "../model.ts";
import { registerModel } from "../models/register.ts";
import type { RegisterInput, RegisterOutput } from "../models/register.ts";
import { stringStoreModel } from "../models/string-store.ts";
import type { StringStoreInput, StringStoreOutput } from "../models/string-store.ts";
import { partitionsOf } from "../partition.ts";
import { ReducedSearch } from "./reduced-search.ts";
import { simulateOperations } from "../simulated/simulated-history.ts";
import { simulatedRegister } from "../simulated/simulated-objects.ts";

/** The step that an effect stands for; undefined if it is illegal. */
function stepByEffect<S>(effect: Effect<S>, state: S, { isPending, grown }: { readonly isPending: boolean; readonly grown: S | undefined }): S | undefined {
  if (effect.grows === true) return grown;
  if (effect.from !== undefined && effect.from !== state) return isPending ? state : undefined;
  if (effect.not !== undefined && effect.not === state) return undefined;
  return effect.to ?? (effect.to === null ? effect.to : state);
}

/** States on the way through a history, as far as its operations are legal in order of invocation. */
function statesAlong<S, I extends Input, O extends Json>(model: Model<S, I, O>, operations: readonly Operation<I, O>[]): Set<S> {
  const states = new Set([model.initial]);
  let state = model.initial;
  for (const { input } of operations) {
    state = model.step(state, input, undefined) ?? state;
    states.add(state);
  }
  return states;
}

function expectAgreement<S, I extends Input, O extends Json>(model: Model<S, I, O>, operation: Operation<I, O>, states: ReadonlySet<S>): void {
  const { input, output } = operation;
  for (const known of output === undefined ? [undefined] : [output, undefined]) {
    const effect = model.effect?.(input, known);
    if (effect === undefined) continue;
    for (const state of states) {
      const next = model.step(state, input, known);
      expect(next).toEqual(stepByEffect(effect, state, { isPending: known === undefined, grown: next }));
      if (effect.grows === true && next !== undefined) expectGrowth(model, { state, next, goals: states });
    }
  }
}

/** What a state grew into it may grow into; and what cannot become a goal cannot become it by growing either. */
function expectGrowth<S, I extends Input, O extends Json>(
  model: Model<S, I, O>,
  { state, next, goals }: { readonly state: S; readonly next: S; readonly goals: ReadonlySet<S> },
): void {
  expect(model.mayGrowInto?.(state, next)).not.toBe(false);
  const hopeless = [...goals].filter((goal) => model.mayGrowInto?.(state, goal) === false);
  expect(hopeless.filter((goal) => model.mayGrowInto?.(next, goal) !== false)).toEqual([]);
}

describe.each(everyObject)("on histories of a $name", (named) => {
  test("effects agree with steps in every state, and growth goes where the model says it may", () => {
    named.use((object) => {
      for (let index = 0; index < 30; index++) {
        const operations = simulateOperations(
          object,
          { clientCount: 3, operationCount: 12, indeterminate: 0.2, bad: "anywhere" },
          seededRandom(`effects/${index}`),
        );
        const states = statesAlong(object.model, operations);
        for (const operation of operations) expectAgreement(object.model, operation, states);
      }
    });
  });
});

function decide<S, I extends Input, O extends Json>(model: Model<S, I, O>, operations: readonly Operation<I, O>[], maxSteps: number): string {
  const search = new ReducedSearch(model);
  for (const part of partitionsOf(model, operations)) {
    const answer = search.run(part.operations, { maxSteps, limits: stepLimits(1e9) }, { withClasses: true });
    if (answer.verdict !== "valid") return answer.verdict;
    expect(faultOfLinearization(model, part.operations, answer.order)).toBeUndefined();
  }
  return "valid";
}

test.each([1, 2, 3])("a register with distinct values and 32 clients takes a few steps an operation (seed %i)", (seed) => {
  const object = simulatedRegister({ keyCount: 1, valueCount: 0, casShare: 0 });
  const operations = simulateOperations(object, { clientCount: 32, operationCount: 1000, indeterminate: 0 }, seededRandom(`distinct/${seed}`));
  expect(decide(registerModel, operations, 20_000)).toBe("valid");
});

test("operations of unknown outcome that nobody wants are not tried", () => {
  const object = simulatedRegister({ keyCount: 1, valueCount: 0 });
  const operations = simulateOperations(object, { clientCount: 8, operationCount: 4000, indeterminate: 0.2 }, seededRandom("unwanted"));
  expect(decide(registerModel, operations, 10_000)).toBe("valid");
});

interface Call<I, O> {
  readonly input: I;
  readonly output?: O;
  readonly from: number;
  readonly to?: number;
}

function operationsOf<I extends Input, O extends Json>(calls: readonly Call<I, O>[]): Operation<I, O>[] {
  return calls.map(({ input, output, from, to }, id) => ({
    ...(output === undefined ? { type: "info", error: "lost" } : { type: "ok", output }),
    id,
    process: id,
    phase: "faults",
    input,
    invokedIndex: from,
    completedIndex: to ?? Infinity,
    invokedNs: from,
    completedNs: to ?? Infinity,
  }));
}

const write = (value: string): RegisterInput => ({ f: "write", key: "k", value });
const read: RegisterInput = { f: "read", key: "k" };

test.each<[string, readonly Call<RegisterInput, RegisterOutput>[], string]>([
  [
    "a read that began after its value was gone is impossible, though its write is the last thing before",
    [
      { input: write("1"), output: null, from: 0, to: 1 },
      { input: write("2"), output: null, from: 2, to: 3 },
      { input: read, output: "1", from: 4, to: 5 },
    ],
    "invalid",
  ],
  [
    "a source that begins before the read ends is in time",
    [
      { input: write("1"), output: null, from: 0, to: 1 },
      { input: write("2"), output: null, from: 2, to: 3 },
      { input: read, output: "1", from: 4, to: 6 },
      { input: write("1"), output: null, from: 5, to: 7 },
    ],
    "valid",
  ],
  [
    "a source that begins after it is not",
    [
      { input: write("1"), output: null, from: 0, to: 1 },
      { input: write("2"), output: null, from: 2, to: 3 },
      { input: read, output: "1", from: 4, to: 5 },
      { input: write("1"), output: null, from: 6, to: 7 },
    ],
    "invalid",
  ],
  [
    "an indeterminate write is a source at any later time",
    [
      { input: write("1"), from: 0 },
      { input: write("2"), output: null, from: 2, to: 3 },
      { input: read, output: "1", from: 4, to: 5 },
    ],
    "valid",
  ],
  [
    "a maybe is none after its completion",
    [
      { input: write("1"), from: 0, to: 1 },
      { input: write("2"), output: null, from: 2, to: 3 },
      { input: read, output: "1", from: 4, to: 5 },
    ],
    "invalid",
  ],
  [
    "a maybe is tried in time for those that come after its completion",
    [
      { input: write("1"), from: 0, to: 1 },
      { input: read, output: "1", from: 2, to: 3 },
    ],
    "valid",
  ],
  [
    "an indeterminate write is wanted by a refusal that cannot happen here",
    [
      { input: write("1"), output: null, from: 0, to: 1 },
      { input: write("9"), from: 2 },
      { input: { f: "cas", key: "k", from: "1", to: "3" }, output: false, from: 3, to: 4 },
    ],
    "valid",
  ],
  [
    "an indeterminate write is wanted by an indeterminate compare-and-set",
    [
      { input: write("1"), from: 0 },
      { input: { f: "cas", key: "k", from: "1", to: "2" }, from: 1 },
      { input: read, output: "2", from: 2, to: 3 },
    ],
    "valid",
  ],
])("%s", (_name, calls, expected) => {
  expect(decide(registerModel, operationsOf(calls), 1000)).toBe(expected);
});

const append = (value: string): StringStoreInput => ({ f: "append", key: "k", value });
const get: StringStoreInput = { f: "get", key: "k" };

test.each<[string, readonly Call<StringStoreInput, StringStoreOutput>[], string]>([
  [
    "appends come in the order that a later get shows",
    [
      { input: append("a"), output: null, from: 0, to: 4 },
      { input: append("b"), output: null, from: 1, to: 5 },
      { input: get, output: "ba", from: 6, to: 7 },
    ],
    "valid",
  ],
  [
    "strings that nobody gets may come in any order before a put",
    [
      { input: append("a"), output: null, from: 0, to: 4 },
      { input: append("b"), output: null, from: 1, to: 5 },
      { input: { f: "put", key: "k", value: "c" }, output: null, from: 6, to: 7 },
      { input: append("d"), output: null, from: 8, to: 9 },
      { input: get, output: "cd", from: 10, to: 11 },
    ],
    "valid",
  ],
  [
    "a string is not undone without a put",
    [
      { input: append("a"), output: null, from: 0, to: 1 },
      { input: append("b"), output: null, from: 2, to: 3 },
      { input: get, output: "b", from: 4, to: 5 },
    ],
    "invalid",
  ],
])("%s", (_name, calls, expected) => {
  expect(decide(stringStoreModel, operationsOf(calls), 1000)).toBe(expected);
});
