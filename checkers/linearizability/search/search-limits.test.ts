// The limits of the searches hold: memory before it grows, time within a fixed number of steps of the model, and `unknown`
// says how far it came.
import { expect, test } from "vitest";
import type { Limits } from "../../../harness/checker.ts";
import { seededRandom } from "../../../harness/random.ts";
import { counterModel } from "../models/counter.ts";
import type { CounterInput, CounterOutput } from "../models/counter.ts";
import { fifoQueueModel } from "../models/fifo-queue.ts";
import { searchPlainly } from "./plain-search.ts";
import { ReducedSearch } from "./reduced-search.ts";
import { StepMeter } from "./search.ts";
import { simulateOperations } from "../simulated/simulated-history.ts";
import { simulatedCounter, simulatedQueue } from "../simulated/simulated-objects.ts";

const megabyte = 1 << 20;

/** Far beyond any search: six clients of a queue with two values. */
const hopeless = simulateOperations(
  simulatedQueue({ keyCount: 1, valueCount: 2 }),
  { clientCount: 8, operationCount: 400, indeterminate: 0.1, bad: "late" },
  seededRandom("hopeless"),
);

/** Answers nothing, and samples the memory of typed arrays whenever it is asked. */
function watchedLimits(memoryBytes: number): { readonly limits: Limits; peakBytes(): number } {
  const before = process.memoryUsage().arrayBuffers;
  let peak = 0;
  return {
    limits: {
      memoryBytes,
      spend() {
        peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
        return undefined;
      },
    },
    peakBytes: () => peak,
  };
}

test.each([2, 8, 32])("the reduced search stays below %i MB, says so, and gives everything back", (megabytes) => {
  const { limits, peakBytes } = watchedLimits(megabytes * megabyte);
  const search = new ReducedSearch(fifoQueueModel);
  const before = process.memoryUsage().arrayBuffers;
  const answer = search.run(hopeless, { maxSteps: 1e9, limits }, { withClasses: true });
  expect(answer).toEqual({ verdict: "unknown", reason: "memory" });
  const { memoryBytes, configurations, deepest, steps } = search.statistics;
  // States are counted when the next growth is asked for; a few may have come since.
  expect(memoryBytes).toBeLessThanOrEqual(1.02 * megabytes * megabyte);
  expect(memoryBytes).toBeGreaterThan(0.9 * megabytes * megabyte);
  expect(peakBytes()).toBeLessThan(1.1 * megabytes * megabyte);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(megabyte / 2);
  expect(Math.min(configurations, deepest, steps)).toBeGreaterThan(0);
  expect(configurations).toBeLessThanOrEqual(steps);
});

test("the plain search stays below 8 MB and says so", () => {
  const { limits, peakBytes } = watchedLimits(8 * megabyte);
  expect(searchPlainly(fifoQueueModel, hopeless, { maxSteps: 1e9, limits })).toEqual({ verdict: "unknown", reason: "memory" });
  expect(peakBytes()).toBeLessThan(1.1 * 8 * megabyte);
});

test("a limit below what the history itself needs ends the search at once, with an answer", () => {
  const limits: Limits = { memoryBytes: 1000, spend: () => undefined };
  const search = new ReducedSearch(fifoQueueModel);
  expect(search.run(hopeless, { maxSteps: 1e9, limits }, { withClasses: true })).toEqual({ verdict: "unknown", reason: "memory" });
  expect(search.statistics.steps).toBeLessThan(100);
});

test("interned states count against the limit as well as situations", () => {
  const wordy: typeof fifoQueueModel = { ...fifoQueueModel, stateKey: (state) => `${fifoQueueModel.stateKey?.(state) ?? ""}${"-".repeat(2000)}` };
  const { limits } = watchedLimits(4 * megabyte);
  const [search, searchOfWords] = [new ReducedSearch(fifoQueueModel), new ReducedSearch(wordy)];
  search.run(hopeless, { maxSteps: 1e9, limits }, { withClasses: true });
  expect(searchOfWords.run(hopeless, { maxSteps: 1e9, limits }, { withClasses: true })).toEqual({ verdict: "unknown", reason: "memory" });
  expect(searchOfWords.statistics.configurations).toBeLessThan(search.statistics.configurations / 2);
});

/** Counts how often the model is asked between two questions to the limits. */
function countingModel(): { readonly model: typeof fifoQueueModel; readonly limits: Limits; mostBetween(): number } {
  let [sinceAsked, most] = [0, 0];
  return {
    model: {
      ...fifoQueueModel,
      step(state, input, output) {
        most = Math.max(most, ++sinceAsked);
        return fifoQueueModel.step(state, input, output);
      },
    },
    limits: {
      memoryBytes: 64 * megabyte,
      spend() {
        sinceAsked = 0;
        return undefined;
      },
    },
    mostBetween: () => most,
  };
}

test.each([true, false])("the reduced search asks its limits at least every hundred steps of the model (classes: %s)", (withClasses) => {
  const { model, limits, mostBetween } = countingModel();
  new ReducedSearch(model).run(hopeless, { maxSteps: 30_000, limits }, { withClasses });
  expect(mostBetween()).toBeGreaterThan(10);
  expect(mostBetween()).toBeLessThanOrEqual(100);
});

test("the plain search asks its limits at least every hundred steps of the model", () => {
  const { model, limits, mostBetween } = countingModel();
  searchPlainly(model, hopeless, { maxSteps: 30_000, limits });
  expect(mostBetween()).toBeGreaterThan(10);
  expect(mostBetween()).toBeLessThanOrEqual(100);
});

test("steps that are looked up are reported in thousands, and all of them are reported", () => {
  const reported: number[] = [];
  const meter = new StepMeter({
    maxSteps: 10_000,
    limits: {
      memoryBytes: 1,
      spend(steps) {
        reported.push(steps);
        return undefined;
      },
    },
  });
  let stop;
  while (stop === undefined) if (meter.tick()) stop = meter.pause(0);
  expect([stop, reported]).toEqual(["budget", [4096, 4096, 1808]]);
});

test.each([1, 10, 1000])("a budget of %i steps is kept exactly, whatever the model is asked", (maxSteps) => {
  const search = new ReducedSearch(fifoQueueModel);
  const limits: Limits = { memoryBytes: 64 * megabyte, spend: () => undefined };
  const answer = search.run(hopeless, { maxSteps, limits }, { withClasses: false });
  expect([answer, search.statistics.steps]).toEqual([{ verdict: "unknown", reason: "budget" }, maxSteps]);
});

test("a stop by the limits ends the search with its reason, and the next run starts afresh", () => {
  const object = simulatedCounter({ keyCount: 1, valueCount: 0, amounts: [1, 2, 3] });
  const operations = simulateOperations(object, { clientCount: 5, operationCount: 60, indeterminate: 0 }, seededRandom("again"));
  const search = new ReducedSearch<number, CounterInput, CounterOutput>(counterModel);
  const stopping: Limits = { memoryBytes: megabyte, spend: () => "time" };
  expect(search.run(operations, { maxSteps: 1e6, limits: stopping }, { withClasses: false })).toEqual({ verdict: "unknown", reason: "time" });
  const going: Limits = { memoryBytes: megabyte, spend: () => undefined };
  expect(search.run(operations, { maxSteps: 1e6, limits: going }, { withClasses: true })).toMatchObject({ verdict: "valid" });
  expect(search.statistics.deepest).toBe(60);
});
