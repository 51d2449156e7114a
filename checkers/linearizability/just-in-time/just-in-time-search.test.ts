// The just-in-time search against the definition of linearizability and against the depth-first search, on every model.
import { describe, expect, test } from "vitest";
import { stepLimits } from "../../../harness/checker.ts";
import type { Json } from "../../../harness/json.ts";
import type { Input, Operation } from "../../../harness/operation.ts";
import { seededRandom } from "../../../harness/random.ts";
import type { Random } from "../../../harness/random.ts";
import { isLinearizableByBruteForce } from "../brute-force.ts";
import { faultOfLinearization } from "../certificate.ts";
import { everyObject } from "../simulated/every-object.ts";
import { Machine } from "./frontier-machine.ts";
import { Steps } from "./frontier-steps.ts";
import { JustInTimeSearch } from "./just-in-time-search.ts";
import type { Model } from "../model.ts";
import type { RegisterInput, RegisterOutput } from "../models/register.ts";
import { ReducedSearch } from "../search/reduced-search.ts";
import { StepMeter } from "../search/search.ts";
import type { SearchBudget } from "../search/search.ts";
import { simulateOperations } from "../simulated/simulated-history.ts";
import type { SimulatedObject, SimulationOptions } from "../simulated/simulated-history.ts";
import { simulatedCounter, simulatedQueue, simulatedRegister } from "../simulated/simulated-objects.ts";

const unlimited: SearchBudget = { maxSteps: 1e9, limits: stepLimits(1e9) };
const historyCount = 120;

const mild = (random: Random): SimulationOptions => ({
  clientCount: 2 + random.below(4, "clients"),
  operationCount: 3 + random.below(9, "operations"),
  indeterminate: random.chance(0.75, "any lost") ? 0.25 : 0,
  ...(random.chance(0.5, "bad") ? { bad: "anywhere" } : {}),
});

/** Much concurrency and many lost operations, half of them wrong: where the reductions have most to do. */
const rough = (random: Random): SimulationOptions => ({
  clientCount: 3 + random.below(3, "clients"),
  operationCount: 4 + random.below(5, "operations"),
  indeterminate: 0.5,
  bad: "anywhere",
});

/** Some operations become maybes: indeterminate, but over by their completion. */
function withMaybes<I extends Input, O extends Json>(operations: readonly Operation<I, O>[], random: Random): Operation<I, O>[] {
  return operations.map((operation) => {
    if (operation.type !== "ok" || random.chance(0.6, "kept")) return operation;
    const { output: _forgotten, ...rest } = operation;
    return { ...rest, type: "info", error: "maybe" };
  });
}

/** Small histories of an object: simulated mildly and roughly, each as it is and with maybes. */
function* histories<S, I extends Input, O extends Json>(object: SimulatedObject<S, I, O>): Generator<{ seed: string; operations: Operation<I, O>[] }> {
  for (let index = 0; index < historyCount; index++) {
    for (const [name, options] of Object.entries({ mild, rough })) {
      const seed = `jit/${name}/${index}`;
      const random = seededRandom(seed);
      const operations = simulateOperations(object, options(random), random);
      yield { seed, operations };
      yield { seed: `${seed}/maybes`, operations: withMaybes(operations, random) };
    }
  }
}

/** The operation whose completion made the history impossible, by definition: of all completions the first after which it is. */
function firstImpossible<S, I extends Input, O extends Json>(model: Model<S, I, O>, operations: readonly Operation<I, O>[]): number | undefined {
  const completed = operations.filter(({ type }) => type === "ok").toSorted((one, other) => one.completedIndex - other.completedIndex);
  return completed.find((last) => !isLinearizableByBruteForce(model, knownAt(operations, last.completedIndex)))?.id;
}

/** The history as it stood at a moment. */
function knownAt<I extends Input, O extends Json>(operations: readonly Operation<I, O>[], moment: number): Operation<I, O>[] {
  return operations
    .filter(({ invokedIndex }) => invokedIndex <= moment)
    .map((operation) => {
      if (operation.type !== "ok" || operation.completedIndex <= moment) return operation;
      const { output: _unknownThen, ...rest } = operation;
      return { ...rest, type: "info", error: "not completed yet", completedIndex: Infinity };
    });
}

describe.each(everyObject)("on histories of a $name", (named) => {
  test("it agrees with brute force, names the first impossible completion and proves what it explains", () => {
    named.use((object) => {
      const search = new JustInTimeSearch(object.model);
      const words = { valid: 0, invalid: 0 };
      for (const { seed, operations } of histories(object)) {
        const expected = isLinearizableByBruteForce(object.model, operations);
        words[expected ? "valid" : "invalid"]++;
        const impossibleAt = expected ? undefined : firstImpossible(object.model, operations);
        for (const withClasses of [false, true]) {
          const answer = search.run(operations, unlimited, { withClasses });
          const found = { seed, withClasses, verdict: answer.verdict, at: answer.verdict === "invalid" ? answer.impossibleAt : undefined };
          expect(found).toEqual({ seed, withClasses, verdict: expected ? "valid" : "invalid", at: impossibleAt });
          if (answer.verdict === "valid") expect(faultOfLinearization(object.model, operations, answer.order)).toBeUndefined();
        }
      }
      // The comparison means nothing unless both words occur.
      expect(Math.min(words.valid, words.invalid)).toBeGreaterThan(historyCount / 4);
    });
  });

  test("it agrees with the depth-first search on longer histories", () => {
    named.use((object) => {
      const [search, depthFirst] = [new JustInTimeSearch(object.model), new ReducedSearch(object.model)];
      const budget = { ...unlimited, maxSteps: 10_000 };
      let compared = 0;
      for (let index = 0; index < 24; index++) {
        // The lossy ones have more operations open than a word has bits.
        const indeterminate = index % 3 === 0 ? 0.4 : 0.02;
        const options: SimulationOptions = { clientCount: 3, operationCount: 120, indeterminate, ...(index % 2 === 0 ? { bad: "late" } : {}) };
        const operations = simulateOperations(object, options, seededRandom(`jit/longer/${index}`));
        const expected = depthFirst.run(operations, budget, { withClasses: true });
        const answer = search.run(operations, budget, { withClasses: true });
        if (answer.verdict === "valid") expect(faultOfLinearization(object.model, operations, answer.order)).toBeUndefined();
        if (expected.verdict === "unknown" || answer.verdict === "unknown") continue;
        compared++;
        expect({ index, verdict: answer.verdict }).toEqual({ index, verdict: expected.verdict });
      }
      expect(compared).toBeGreaterThan(0);
    });
  });
});

describe("a long history", () => {
  const object = simulatedRegister({ keyCount: 1, valueCount: 5 });
  const operations = simulateOperations(object, { clientCount: 8, operationCount: 100_000, indeterminate: 0 }, seededRandom("jit/long"));

  test("is explained to the last of its 100,000 operations, with little more memory than the linearization takes", () => {
    const search = new JustInTimeSearch(object.model);
    const answer = search.run(operations, unlimited, { withClasses: true });
    expect(answer.verdict === "valid" ? faultOfLinearization(object.model, operations, answer.order) : answer).toBeUndefined();
    expect(search.statistics.deepest).toBe(operations.length);
    // Twelve bytes an operation, in an array that may be twice as long as it needs to be and is swept when it has doubled.
    expect(search.statistics.memoryBytes).toBeLessThan(6e6);
  });

  test("takes the frontier no more memory than a short one", () => {
    const steps = new Steps(object.model);
    steps.start({ withClasses: true, rememberedSteps: 1 << 10 });
    const machine = new Machine(steps);
    machine.start([object.model.initial]);
    const events = operations.flatMap((operation) => [
      { at: operation.invokedIndex, operation, isInvocation: true },
      { at: operation.completedIndex, operation, isInvocation: false },
    ]);
    const meter = new StepMeter(unlimited);
    let early = 0;
    for (const [index, { operation, isInvocation }] of events.toSorted((one, other) => one.at - other.at).entries()) {
      if (isInvocation) machine.open({ number: operation.id, operation, isOutcomeKnown: true });
      else if (machine.close(operation.id, meter) !== undefined) expect.unreachable("it is valid");
      if (index === 5_000) early = machine.sizeBytes;
    }
    expect(machine.sizeBytes).toBeLessThan(2 * early);
    expect(early).toBeLessThan(100_000);
  });

  test("is impossible at the falsified answer, although checkpoints are far apart", () => {
    const search = new JustInTimeSearch(object.model);
    for (const at of [600, 1_100, 3_000]) {
      const reads = operations.slice(0, at + 500).map((operation) => (operation.id === at ? { ...operation, input: readX, output: "never" } : operation));
      expect(search.run(reads, unlimited, { withClasses: true })).toEqual({ verdict: "invalid", impossibleAt: at });
    }
  });
});

/** A register where one compare-and-set hangs for most of the history, and two reads, far apart, that it could explain. */
function hangingHistory(hangsFrom: number): Operation<RegisterInput, RegisterOutput>[] {
  const shared = { phase: "faults", type: "ok", invokedNs: 0, completedNs: 0 } as const;
  const operations: Operation<RegisterInput, RegisterOutput>[] = [];
  for (let id = 0; id < 2_400; id++) {
    const [input, output] =
      id === hangsFrom
        ? [{ f: "cas", key: "x", from: "a", to: "b" } as const, false]
        : id === 0
          ? [{ f: "write", key: "x", value: "a" } as const, null]
          : [{ f: "read", key: "x" } as const, id < 2_000 ? "a" : "b"];
    const invokedIndex = 2 * id;
    operations.push({ ...shared, id, process: 0, input, output, invokedIndex, completedIndex: id === hangsFrom ? 5_000 : invokedIndex + 1 });
  }
  return operations;
}

test.each([10, 700, 1_300, 1_700, 1_990])("what operation %i says too late is not known before, wherever the checkpoints lie", (hangsFrom) => {
  const operations = hangingHistory(hangsFrom);
  const search = new JustInTimeSearch(simulatedRegister({ keyCount: 1, valueCount: 2 }).model);
  // Until its own answer, the compare-and-set may have been what turned a into b.
  expect(search.run(operations, unlimited, { withClasses: true })).toEqual({ verdict: "invalid", impossibleAt: hangsFrom });
});

const readX = { f: "read", key: "k0" } as const;

describe("an attempt", () => {
  const object = simulatedQueue({ keyCount: 1, valueCount: 0 });
  const operations = simulateOperations(object, { clientCount: 8, operationCount: 100, indeterminate: 0 }, seededRandom("jit/attempt"));

  test("ends when its budget is used up, and tells how far it came", () => {
    const search = new JustInTimeSearch(object.model);
    expect(search.run(operations, { ...unlimited, maxSteps: 1_000 }, { withClasses: true })).toEqual({ verdict: "unknown", reason: "budget" });
    expect(search.statistics.steps).toBe(1_000);
    expect(search.statistics.deepest).toBe(search.longestPartial.length);
    expect(search.longestPartial.length).toBeGreaterThan(4);
    // What it found so far is legal in this order, and each operation had begun before the missing ones were over.
    const done = new Set(search.longestPartial);
    const rest = operations.map((operation, position): (typeof operations)[number] => {
      const { output: _forgotten, ...pending } = operation;
      return done.has(position) ? operation : { ...pending, type: "info", error: "missing", completedIndex: Infinity };
    });
    expect(faultOfLinearization(object.model, rest, search.longestPartial)).toBeUndefined();
  });

  test("asks its limits, and stops for the reason that they give", () => {
    const search = new JustInTimeSearch(object.model);
    const budget = (limits: SearchBudget["limits"]): SearchBudget => ({ maxSteps: 1e9, limits });
    const run = (limits: SearchBudget["limits"]): unknown => search.run(operations, budget(limits), { withClasses: true });
    expect(run(stepLimits(20_000))).toEqual({ verdict: "unknown", reason: "steps" });
    expect(run({ spend: () => "time", memoryBytes: Infinity })).toEqual({ verdict: "unknown", reason: "time" });
    const memoryBytes = 16 << 20;
    expect(run({ spend: () => undefined, memoryBytes })).toEqual({ verdict: "unknown", reason: "memory" });
    expect(search.statistics.memoryBytes).toBeLessThan(1.2 * memoryBytes);
  });

  test("leaves nothing behind for the next", () => {
    const counter = simulatedCounter({ keyCount: 1, valueCount: 0, amounts: [1, 2] });
    const used = new JustInTimeSearch(counter.model);
    for (let index = 0; index < 40; index++) {
      const options: SimulationOptions = { clientCount: 4, operationCount: 30, indeterminate: 0.2, ...(index % 2 === 0 ? { bad: "anywhere" } : {}) };
      const history = simulateOperations(counter, options, seededRandom(`jit/next/${index}`));
      const [again, fresh] = [used, new JustInTimeSearch(counter.model)].map((search) => search.run(history, unlimited, { withClasses: index % 3 > 0 }));
      expect(again).toEqual(fresh);
    }
  });

  test("takes an invocation and a completion at the same position for concurrent", () => {
    const enqueue = { f: "enqueue", key: "q", value: "1" } as const;
    const dequeue = { f: "dequeue", key: "q" } as const;
    const shared = { process: 0, phase: "faults", type: "ok", invokedNs: 0, completedNs: 0 } as const;
    const taken = { ...shared, id: 0, input: dequeue, output: "1", invokedIndex: 0, completedIndex: 2 };
    const put = { ...shared, id: 1, input: enqueue, output: null, invokedIndex: 2, completedIndex: 3 };
    const search = new JustInTimeSearch(object.model);
    expect(search.run([taken, put], unlimited, { withClasses: true })).toEqual({ verdict: "valid", order: [1, 0] });
    expect(search.run([taken, { ...put, invokedIndex: 2.5 }], unlimited, { withClasses: true })).toEqual({ verdict: "invalid", impossibleAt: 0 });
  });

  test("on nothing is valid", () => {
    const search = new JustInTimeSearch(object.model);
    expect(search.run([], unlimited, { withClasses: true })).toEqual({ verdict: "valid", order: [] });
    const pending = operations
      .filter(({ input }) => input.f === "enqueue")
      .map((operation) => ({ ...operation, type: "info" as const, completedIndex: Infinity }));
    expect(search.run(pending, unlimited, { withClasses: true })).toEqual({ verdict: "valid", order: [] });
  });
});
