// Every workload against a correct object and a broken one: the first passes, the second is accused, runs are not vacuous.
import { describe, expect, test } from "vitest";
import { stepLimits } from "../harness/checker.ts";
import { UsageError } from "../harness/errors.ts";
import { execute, type Executed } from "../harness/generators/fixtures/simulated-executor.ts";
import { HistoryBuilder, type History } from "../harness/history.ts";
import type { Input, Outcome, Phase } from "../harness/operation.ts";
import type { Random } from "../harness/random.ts";
import type { Verdict } from "../harness/verdict.ts";
import type { Workload, WorkloadOptions } from "../harness/workload.ts";
import { workloads } from "./catalogue.ts";
import { counter, ids, likes, locks, registers, set, staleRegisters, staleStore, watched, type ObjectUnderTest } from "./fixtures/objects.ts";

const objects: Readonly<Record<string, { readonly correct: () => ObjectUnderTest; readonly broken: () => ObjectUnderTest; readonly accused: string }>> = {
  register: { correct: registers, broken: staleRegisters, accused: "linearizable" },
  "lease-register": { correct: registers, broken: staleRegisters, accused: "linearizable" },
  "stale-register": { correct: () => staleStore(), broken: () => staleStore(true), accused: "session-monotonic" },
  set: { correct: () => set(), broken: () => set(true), accused: "no-lost" },
  watch: { correct: () => watched(), broken: () => watched(true), accused: "gapless" },
  lock: { correct: () => locks(), broken: () => locks(true), accused: "sink-monotone" },
  "unique-ids": { correct: () => ids(), broken: () => ids(true), accused: "unique" },
  counter: { correct: () => counter(), broken: () => counter(true), accused: "bounds" },
  "cached-counter": { correct: () => counter(), broken: () => counter(true), accused: "cached-bounds" },
  "resharded-counter": { correct: () => counter(), broken: () => counter(true), accused: "final" },
  likes: { correct: () => likes(), broken: () => likes(true), accused: "unique-likes" },
};

const options: WorkloadOptions = { nodes: ["n1", "n2", "n3"], clientCount: 5, rateHz: 20, durationMs: 10_000, parameters: {} };

interface Told {
  readonly operation: Executed;
  readonly outcome: Outcome;
  readonly phase: Phase;
}

/** Load for ten seconds and final reads, on one object; a tenth of the operations of the load ends badly. */
function run(workload: Workload, object: ObjectUnderTest, seed: string): { told: Told[]; history: History } {
  const load = phase(workload.generator(options), object, { seed, phase: "faults", isRough: true });
  const last = phase(workload.finalGenerator(options), object, { seed, phase: "final", isRough: false });
  const told = [
    ...load,
    ...last.map((entry) => ({
      ...entry,
      operation: {
        ...entry.operation,
        process: entry.operation.process + 10_000,
        fromMs: entry.operation.fromMs + 20_000,
        toMs: entry.operation.toMs + 20_000,
      },
    })),
  ];
  return { told, history: historyOf(told) };
}

function phase(
  generator: ReturnType<Workload["generator"]>,
  object: ObjectUnderTest,
  { seed, phase, isRough }: { seed: string; phase: Phase; isRough: boolean },
): Told[] {
  const outcomes: Outcome[] = [];
  const outcome = (random: Random, input: Input): Outcome => {
    const fate = isRough ? random.below(20, "fate") : 20;
    if (fate === 0) return (outcomes.push({ type: "fail", error: "refused" }), { type: "fail", error: "refused" });
    const output = fate === 1 ? undefined : object(input);
    const result: Outcome = fate <= 2 ? { type: "info", error: "no answer" } : output === undefined ? { type: "fail", error: "held" } : { type: "ok", output };
    outcomes.push(result);
    return result;
  };
  const executed = execute(generator, { clients: options.clientCount, nodes: options.nodes, seed, latencyMs: 60, outcome });
  return executed.map((operation, index) => ({ operation, outcome: outcomes[index] ?? { type: "info", error: "?" }, phase }));
}

function historyOf(told: readonly Told[]): History {
  const moments = told.flatMap((entry, index) => [
    { ms: entry.operation.fromMs, rank: 1, index, entry },
    { ms: entry.operation.toMs, rank: 0, index, entry },
  ]);
  moments.sort((a, b) => a.ms - b.ms || a.rank - b.rank || a.index - b.index);
  const builder = new HistoryBuilder();
  for (const { ms, rank, entry } of moments) {
    const { operation, outcome, phase } = entry;
    const { f, ...value } = operation.input;
    const base = { timeNs: ms * 1e6, process: operation.process, f, phase, node: operation.node ?? `n${(operation.slot % 3) + 1}` };
    if (rank === 1) builder.append({ ...base, type: "invoke", value });
    else if (outcome.type === "ok") builder.append({ ...base, type: "ok", value: outcome.output });
    else builder.append({ ...base, type: outcome.type, error: outcome.error });
  }
  return builder.build();
}

const check = (workload: Workload, history: History): Verdict => workload.check(history, stepLimits(5_000_000));
const seeds = Array.from({ length: 12 }, (_, seed) => String(seed));

test("every workload of the catalogue is tried here, under a name of its own", () => {
  expect(workloads.map(({ name }) => name)).toEqual(Object.keys(objects));
});

describe.each(workloads)("$name", (workload) => {
  const tried = objects[workload.name];
  if (tried === undefined) throw new Error(`no object for ${workload.name}`);

  test("finds nothing wrong with a correct object, whatever became of the answers", () => {
    for (const seed of seeds) {
      const verdict = check(workload, run(workload, tried.correct(), seed).history);
      expect(verdict.claims.filter((claim) => claim.verdict === "invalid" || claim.verdict === "unknown")).toEqual([]);
      expect(verdict.verdict).toBe("valid");
    }
  });

  test("puts every one of its properties to the test in some run", () => {
    const words = seeds.flatMap((seed) => check(workload, run(workload, tried.correct(), seed).history).claims);
    const apart = (id: string): boolean => id === "cached-bounds" && workload.name !== "cached-counter";
    expect(workload.properties.filter(({ id }) => !apart(id) && !words.some((claim) => claim.id === id && claim.verdict === "valid"))).toEqual([]);
  });

  test("accuses a broken object by the property that it breaks", () => {
    const accused = new Set(
      seeds.flatMap((seed) =>
        check(workload, run(workload, tried.broken(), seed).history)
          .claims.filter((claim) => claim.verdict === "invalid")
          .map(({ id }) => id),
      ),
    );
    expect([...accused]).toContain(tried.accused);
  });

  test("asks at its rate, uses all clients, and reads every node at last", () => {
    const { told } = run(workload, tried.correct(), "rate");
    const load = told.filter((entry) => entry.phase === "faults");
    expect(load.length).toBeGreaterThan(120);
    expect(load.length).toBeLessThan(280);
    expect(new Set(load.map(({ operation }) => operation.slot)).size).toBe(options.clientCount);
    const finalNodes = told.filter((entry) => entry.phase === "final" && entry.outcome.type === "ok").map(({ operation }) => operation.node);
    expect(new Set(finalNodes)).toEqual(new Set(options.nodes));
  });

  test("draws only functions that it documents, as plain JSON", () => {
    for (const { operation } of run(workload, tried.correct(), "words").told) {
      expect(Object.keys(workload.functions)).toContain(operation.input.f);
      expect(JSON.parse(JSON.stringify(operation.input))).toEqual(operation.input);
    }
  });

  test("refuses a history of another vocabulary with one clear sentence", () => {
    const builder = new HistoryBuilder();
    builder.append({ timeNs: 0, process: 0, type: "invoke", f: "dance", phase: "faults", value: {} });
    expect(() => check(workload, builder.build())).toThrow(UsageError);
    expect(() => check(workload, builder.build())).toThrow(/Operation 0 is not one of workload/);
  });

  test("refuses an option that it does not have", () => {
    expect(() => workload.generator({ ...options, parameters: { keyCuont: 3 } })).toThrow(UsageError);
  });
});
