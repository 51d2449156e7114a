// Counters: additions of very different sizes, and reads. For sharded and replicated counters.
import { counterChecker } from "../checkers/counter.ts";
import type { CounterInput, CounterOutput } from "../checkers/counter-history.ts";
import type { GeneratorContext } from "../harness/generator.ts";
import { eachNode } from "../harness/generators/nodes.ts";
import { stagger } from "../harness/generators/pace.ts";
import { once } from "../harness/generators/sources.ts";
import type { Operation } from "../harness/operation.ts";
import { defineWorkload, type Workload } from "../harness/workload.ts";
import { integersOf } from "./parameters.ts";
import { unfold } from "./unfold.ts";
import { decoder, isAbsentOr, isDecimalText } from "./vocabulary.ts";

export type { CounterInput, CounterOutput } from "../checkers/counter-history.ts";

/** What the operations of a counter workload may be besides additions and fresh reads. */
interface Extras {
  readonly cachedReads: boolean;
  readonly reshards: boolean;
}

const functions = {
  add: "delta (a decimal of any size) -> null",
  read: "maxStaleMs? (may come from a cache so old) -> the value as a decimal",
  reshard: "shards -> null; the value stays",
};

/** Far apart, so that a wrong sum shows what is missing or doubled; the largest is odd and beyond 2^53, so that floats cannot hold it. */
const amounts = ["1", "1000", "1000000", "1152921504606846977"];
const mostShards = 8;

/** Additions and fresh reads; in half of the runs nothing is taken away. */
export const counterWorkload: Workload = counters("counter", "Clients add to a counter, in half of the runs also negative amounts, and read it.", {
  cachedReads: false,
  reshards: false,
});

/** The same, and half of the reads may come from a cache that is at most `maxStaleMs` old. */
export const cachedCounterWorkload: Workload = counters("cached-counter", "The counter workload with reads that may be answered from a cache.", {
  cachedReads: true,
  reshards: false,
});

/** The same, and now and then the counter is spread over another number of shards. */
export const reshardedCounterWorkload: Workload = counters(
  "resharded-counter",
  "The counter workload while the counter is spread over more and fewer shards.",
  { cachedReads: false, reshards: true },
);

function counters(name: string, text: string, extras: Extras): Workload {
  return defineWorkload<CounterInput, CounterOutput>({
    name,
    text,
    functions,
    generator({ rateHz, parameters }) {
      const { maxStaleMs } = integersOf(name, parameters, { maxStaleMs: { fallback: 500, minimum: 0, maximum: 3_600_000 } });
      // The state: whether this run only adds. Drawn with the first operation.
      const operations = unfold<boolean | undefined, CounterInput>(undefined, {
        next(drawn, { random, free }) {
          const onlyGrows = drawn ?? random.chance(0.5, "only-grows");
          return { invoke: { input: drawInput(random, onlyGrows, maxStaleMs), process: random.pick(free, "process") }, state: onlyGrows };
        },
      });
      return stagger(rateHz, operations);
    },
    finalGenerator: () => eachNode(() => once<CounterInput>({ f: "read" })),
    decode: decoder(name, functions, isCounterOperation),
    checker: counterChecker(),
  });

  function drawInput(random: GeneratorContext["random"], onlyGrows: boolean, maxStaleMs: number): CounterInput {
    const draw = random.below(100, "operation");
    if (extras.reshards && draw < 5) return { f: "reshard", shards: random.between(1, mostShards, "shards") };
    if (draw < 40) return extras.cachedReads && draw < 20 ? { f: "read", maxStaleMs } : { f: "read" };
    const amount = random.pick(amounts, "amount");
    return { f: "add", delta: !onlyGrows && random.chance(0.4, "negative") ? `-${amount}` : amount };
  }
}

function isCounterOperation(operation: Operation): operation is Operation<CounterInput, CounterOutput> {
  const { input, output } = operation;
  const maxStaleMs = input["maxStaleMs"];
  switch (input.f) {
    case "add":
      return isDecimalText(input["delta"]) && isAbsentOr(output, (value) => value === null);
    case "reshard":
      return typeof input["shards"] === "number" && isAbsentOr(output, (value) => value === null);
    case "read":
      return (maxStaleMs === undefined || typeof maxStaleMs === "number") && isAbsentOr(output, isDecimalText);
    default:
      return false;
  }
}
