// Changes to a history that must not change its verdict, or only in one direction. For every object and every algorithm.
import { describe, expect, test } from "vitest";
import { stepLimits } from "../../harness/checker.ts";
import type { Json } from "../../harness/json.ts";
import type { Input, Operation } from "../../harness/operation.ts";
import { seededRandom } from "../../harness/random.ts";
import type { Random } from "../../harness/random.ts";
import type { Algorithm } from "./attempt.ts";
import { Decider } from "./decision.ts";
import { everyObject } from "./simulated/every-object.ts";
import type { Model } from "./model.ts";
import { partitionsOf } from "./partition.ts";
import { perturbed } from "./simulated/perturbed-history.ts";
import { simulateOperations } from "./simulated/simulated-history.ts";
import type { SimulatedObject } from "./simulated/simulated-history.ts";

const count = 30;
const algorithms: readonly Algorithm[] = ["auto", "search", "jit", "monitor"];

function sampleOf<S, I extends Input, O extends Json>(object: SimulatedObject<S, I, O>, index: number): Operation<I, O>[] {
  const random = seededRandom(`metamorphic/${index}`);
  const operations = simulateOperations(object, { clientCount: 4, operationCount: 18, indeterminate: 0.1, failed: 0.05 }, random);
  return index % 2 === 0 ? perturbed(object, operations, { changes: 1, random }) : operations;
}

/** A search that needs more is not wrong, but hopeless. */
const maximalSteps = 5_000;

/** What every algorithm says; `unknown` where no monitor applies, or the search is hopeless. */
class Jury<S, I extends Input, O extends Json> {
  readonly #model: Model<S, I, O>;
  readonly #deciders: readonly Decider<S, I, O>[];

  constructor(model: Model<S, I, O>) {
    this.#model = model;
    this.#deciders = algorithms.map((algorithm) => new Decider(model, algorithm));
  }

  words(operations: readonly Operation<I, O>[]): string[] {
    const ordered = operations.toSorted((one, other) => one.invokedIndex - other.invokedIndex).map((operation, id) => ({ ...operation, id }));
    const partitions = partitionsOf(this.#model, ordered);
    return this.#deciders.map((decider) => decider.decide(partitions, stepLimits(maximalSteps)).verdict);
  }
}

/** A change of one history; `random` is the same for the same history. */
interface Change {
  readonly name: string;
  apply<S, I extends Input, O extends Json>(operations: readonly Operation<I, O>[], object: SimulatedObject<S, I, O>, random: Random): Operation<I, O>[];
}

const neutral: readonly Change[] = [
  { name: "values and keys are renamed", apply: (operations) => operations.map(renamed) },
  { name: "processes are renamed", apply: (operations) => operations.map((operation) => ({ ...operation, process: 100 - operation.process })) },
  { name: "time is stretched and shifted", apply: (operations, _object, random) => stretched(operations, random) },
  { name: "failed operations are left out", apply: (operations) => operations.filter(({ type }) => type !== "fail") },
  { name: "an independent valid object is added", apply: withAnotherObject },
];

const weakening: readonly Change[] = [
  {
    name: "intervals grow",
    apply: (operations, _object, random) => operations.map((operation) => (random.chance(0.5, "grows") ? widened(operation, random) : operation)),
  },
  {
    name: "outcomes are forgotten",
    apply: (operations, _object, random) => operations.map((operation) => (random.chance(0.2, "forgotten") ? forgotten(operation) : operation)),
  },
  { name: "operations of unknown outcome are added", apply: withStrangers },
  {
    name: "observers are left out",
    apply: (operations, { model }, random) =>
      operations.filter(({ type, input, output }) => type !== "ok" || model.isReadOnly?.(input, output) !== true || random.chance(0.5, "kept")),
  },
  { name: "its end is cut off", apply: (operations, _object, random) => untilMoment(operations, random.below(30, "moment") + 0.5) },
];

describe.each(everyObject)("on histories of a $name", (named) => {
  test.each(neutral)("the verdict stays the same when $name", ({ apply }) => {
    named.use((object) => {
      const jury = new Jury(object.model);
      let comparedCount = 0;
      for (let index = 0; index < count; index++) {
        const operations = sampleOf(object, index);
        const changed = apply(operations, object, seededRandom(`change/${index}`));
        const [before, after] = [jury.words(operations), jury.words(changed)];
        for (const [place, algorithm] of algorithms.entries()) {
          const words = [before[place], after[place]];
          if (words.includes("unknown")) continue;
          comparedCount++;
          expect({ index, algorithm, word: words[1] }).toEqual({ index, algorithm, word: words[0] });
        }
      }
      expect(comparedCount).toBeGreaterThan(2 * count);
    });
  });

  test.each(weakening)("a valid history is not called invalid when $name", ({ apply }) => {
    named.use((object) => {
      const jury = new Jury(object.model);
      let validCount = 0;
      for (let index = 0; index < count; index++) {
        const operations = sampleOf(object, index);
        if (jury.words(operations)[0] !== "valid") continue;
        validCount++;
        const words = jury.words(apply(operations, object, seededRandom(`change/${index}`)));
        expect({ index, words: words.filter((word) => word === "invalid") }).toEqual({ index, words: [] });
      }
      expect(validCount).toBeGreaterThan(count / 3);
    });
  });
});

/** Other digits in all texts. Appending and telling apart commute with it, so it suits every model; numbers stay. */
function renamed<I extends Input, O extends Json>(operation: Operation<I, O>): Operation<I, O> {
  const text = JSON.stringify([operation.input, operation.output ?? null]);
  const other = text.replaceAll(/"(?:[^"\\]|\\.)*"/g, (literal) => literal.replaceAll(/\d/g, (digit) => String((Number(digit) * 7 + 3) % 10)));
  // The same shape, so the same types.
  const [input, output] = JSON.parse(other) as [I, O];
  return { ...operation, input, ...(operation.output === undefined ? {} : { output }) };
}

function stretched<I extends Input, O extends Json>(operations: readonly Operation<I, O>[], random: Random): Operation<I, O>[] {
  const moments = operations.flatMap(({ invokedIndex, completedIndex }) => [invokedIndex, completedIndex]).toSorted((one, other) => one - other);
  const later = new Map<number, number>([[Infinity, Infinity]]);
  let latest = 1000;
  for (const moment of moments) if (!later.has(moment)) later.set(moment, (latest += 1 + random.below(20, "gap")));
  return operations.map((operation) => ({
    ...operation,
    invokedIndex: later.get(operation.invokedIndex) ?? 0,
    completedIndex: later.get(operation.completedIndex) ?? 0,
  }));
}

function withAnotherObject<S, I extends Input, O extends Json>(
  operations: readonly Operation<I, O>[],
  object: SimulatedObject<S, I, O>,
  random: Random,
): Operation<I, O>[] {
  const others = simulateOperations(object, { clientCount: 2, operationCount: 6, indeterminate: 0.1 }, random);
  return [...operations, ...others.map((operation) => later(elsewhere(operation), 0.5))];
}

/** Keys are k0, k1 ... */
function elsewhere<I extends Input, O extends Json>(operation: Operation<I, O>): Operation<I, O> {
  // The same shape, so the same type.
  const input = JSON.parse(JSON.stringify(operation.input).replaceAll(/"k(?=\d)/g, '"elsewhere ')) as I;
  return { ...operation, input, process: operation.process + 1000 };
}

function later<I extends Input, O extends Json>(operation: Operation<I, O>, by: number): Operation<I, O> {
  return { ...operation, invokedIndex: operation.invokedIndex + by, completedIndex: operation.completedIndex + by };
}

function widened<I extends Input, O extends Json>(operation: Operation<I, O>, random: Random): Operation<I, O> {
  const [earlier, after] = [random.below(8, "earlier") + 0.25, random.below(8, "later") + 0.25];
  return {
    ...operation,
    process: 1000 + operation.id,
    invokedIndex: operation.invokedIndex - earlier - operation.id / 1000,
    completedIndex: operation.completedIndex + after + operation.id / 1000,
  };
}

function forgotten<I extends Input, O extends Json>(operation: Operation<I, O>): Operation<I, O> {
  if (operation.type !== "ok") return operation;
  const { output: _forgotten, ...rest } = operation;
  return { ...rest, type: "info", error: "forgotten", completedIndex: Infinity, process: 1000 + operation.id };
}

/** Inputs that the client might have asked; the values may be there already. */
function withStrangers<S, I extends Input, O extends Json>(
  operations: readonly Operation<I, O>[],
  object: SimulatedObject<S, I, O>,
  random: Random,
): Operation<I, O>[] {
  const strangers = [0, 1, 2].map((index): Operation<I, O> => ({
    id: index,
    process: 2000 + index,
    phase: "faults",
    input: object.draw(random, 50 + index),
    type: "info",
    error: "never completed",
    invokedIndex: random.below(30, "moment") + 0.1 * (index + 1),
    completedIndex: Infinity,
    invokedNs: 0,
    completedNs: Infinity,
  }));
  return [...operations, ...strangers];
}

function untilMoment<I extends Input, O extends Json>(operations: readonly Operation<I, O>[], moment: number): Operation<I, O>[] {
  return operations
    .filter(({ invokedIndex }) => invokedIndex <= moment)
    .map((operation) => (operation.completedIndex <= moment ? operation : forgotten(operation)));
}
