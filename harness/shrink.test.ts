import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UsageError } from "./errors.ts";
import { exampleFault, exampleOperation, examplePlan } from "./fixtures/plan.fixture.ts";
import { exampleResult } from "./fixtures/result.fixture.ts";
import { parsePlan } from "./parse-plan.ts";
import type { Plan } from "./plan.ts";
import { hashString } from "./random.ts";
import type { RunResult } from "./run.ts";
import { shrink, type ShrinkOptions, type ShrinkProgress } from "./shrink.ts";
import { minimize } from "./shrink-minimize.ts";
import { simplifications } from "./shrink-simplify.ts";

const target = "C1/register:linearizable";

/** A world in which a write, a kill after it, and a later read of another client are the bug, as a pure function of the plan. */
interface World {
  /** One seed in so many hits the race. */
  readonly rarity: number;
  readonly run: (plan: Plan) => Promise<RunResult>;
  readonly plans: Plan[];
}

function world(rarity = 1): World {
  const plans: Plan[] = [];
  const run = (plan: Plan): Promise<RunResult> => {
    plans.push(plan);
    const { operations, faults } = plan.script ?? { operations: [], faults: [] };
    const write = operations.find((operation) => operation.input.f === "write" && operation.input["key"] === "y");
    const kill = faults.find((fault) => fault.kind === "kill" && write !== undefined && "atMs" in fault.when && fault.when.atMs >= write.atMs);
    const read = operations.find(
      (operation) =>
        operation.input.f === "read" && kill !== undefined && "atMs" in kill.when && operation.atMs >= kill.when.atMs && operation.process !== write?.process,
    );
    const isRace = hashString(`${plan.seed}/${operations.length}/${faults.length}`) % rarity === 0;
    const isOther = operations.length === 1 && faults.length > 0;
    const failureClass = write && kill && read && isRace && plan.nodes >= 3 ? target : isOther ? "C2/invariant:other" : null;
    const traceHash = hashString(JSON.stringify(plan)).toString(16);
    return Promise.resolve(exampleResult({ plan, failureClass, traceHash, verdict: failureClass === null ? "valid" : "invalid" }));
  };
  return { rarity, run, plans };
}

function bigPlan(): Plan {
  const operations = Array.from({ length: 60 }, (_, id) =>
    exampleOperation(id, {
      input: id % 7 === 3 ? { f: "read", key: "x" } : { f: "write", key: id === 20 ? "y" : "x", value: `${id % 4}.${id}` },
      atMs: id * 101.25,
    }),
  );
  const faults = Array.from({ length: 25 }, (_, index) =>
    exampleFault(`swarm-${index}`, { when: { atMs: 300 + index * 211.5 }, durationMs: 640, targets: { nodes: [`n${(index % 5) + 1}`] } }),
  );
  return examplePlan({
    seed: "found",
    script: { operations, faults },
    options: { simulation: { latencyMs: 60, loss: 0.2, reorder: { isOn: true } }, phases: { coreLivenessMs: 10_000 } },
  });
}

function options(own: World, replaced: Partial<ShrinkOptions> = {}): ShrinkOptions {
  let nowMs = 0;
  return { plan: bigPlan(), failureClass: target, run: own.run, clock: () => nowMs++, timeMs: 1_000_000, ...replaced };
}

describe("shrinking", () => {
  test("leaves exactly the events that are needed, under simple names, in a plan that is valid", async () => {
    const result = await shrink(options(world()));
    expect(result.ending).toBe("minimal");
    expect(result.before).toEqual({ operationCount: 60, faultCount: 25, clientCount: 4, nodeCount: 5 });
    expect(result.after).toEqual({ operationCount: 2, faultCount: 1, clientCount: 2, nodeCount: 3 });
    expect(result.plan.script?.operations).toMatchObject([
      { id: 0, input: { f: "write", key: "y", value: "1" } },
      { id: 1, input: { f: "read" } },
    ]);
    expect(result.plan.script?.faults[0]).toMatchObject({ id: "f1", durationMs: 1 });
    expect(result.plan.options).toEqual({ simulation: { latencyMs: 0, loss: 0, reorder: { isOn: false } }, phases: { coreLivenessMs: 0 } });
    expect(result.plan).toMatchObject({ clients: 2, nemeses: [], expect: { failureClass: target } });
    expect(parsePlan(JSON.parse(JSON.stringify(result.plan)), "shrunk")).toEqual(result.plan);
  });

  test("re-seeds candidates, so that a race that needs a lucky seed is still made small", async () => {
    const seed = Array.from({ length: 100 }, (_, index) => `s${index}`).find((candidate) => hashString(`${candidate}/60/25`) % 4 === 0) ?? "";
    const result = await shrink(options(world(4), { plan: { ...bigPlan(), seed } }));
    expect(result.after).toMatchObject({ operationCount: 2, faultCount: 1 });
    expect(result.plan.seed).not.toBe(seed);
  });

  test("gives each candidate its own seed first", async () => {
    const own = world();
    await shrink(options(own));
    expect(new Set(own.plans.map((plan) => plan.seed)).has("found")).toBe(true);
    expect(own.plans[0]?.seed).toBe("found");
    // In this world every seed fails the same way, so no accepted plan needed another one.
    const { plan } = await shrink(options(world()));
    expect(plan.seed).toBe("found");
  });

  test("never slips to another failure, but counts it", async () => {
    const result = await shrink(options(world()));
    expect(result.plan.expect?.failureClass).toBe(target);
    expect(Object.keys(result.otherClasses)).toEqual(["C2/invariant:other"]);
  });

  test("ends with replays that must be identical", async () => {
    const own = world();
    const result = await shrink(options(own));
    expect(result.replays).toEqual({ count: 10, identicalCount: 10 });
    expect(result.plan.expect?.traceHash).toBe(result.result?.statistics.cluster.traceHash);
    expect(own.plans.slice(-10).every((plan) => JSON.stringify(plan) === JSON.stringify(own.plans.at(-1)))).toBe(true);
  });

  test("says so when a replay of the result is another run", async () => {
    const own = world();
    let count = 0;
    const run = async (plan: Plan): Promise<RunResult> => {
      const result = await own.run(plan);
      return { ...result, statistics: { ...result.statistics, cluster: { ...result.statistics.cluster, traceHash: `${count++}` } } };
    };
    expect((await shrink(options(own, { run }))).replays).toEqual({ count: 10, identicalCount: 0 });
  });

  test.each([
    ["time", { timeMs: 30 }],
    ["runs", { maxRuns: 20 }],
  ] as const)("stops when its %s is spent, with the best plan so far", async (ending, budget) => {
    const own = world();
    const seen: ShrinkProgress[] = [];
    const result = await shrink(options(own, { ...budget, onProgress: (progress) => seen.push(progress) }));
    expect(result.ending).toBe(ending);
    expect(result.after.operationCount).toBeLessThan(60);
    expect({ ...result.plan, expect: undefined }).toEqual({ ...seen.at(-1)?.best, expect: undefined });
    expect((await own.run(result.plan)).failureClass).toBe(target);
  });

  test("stops when it is interrupted", async () => {
    const controller = new AbortController();
    const onProgress = ({ runCount }: ShrinkProgress): void => void (runCount > 10 && controller.abort());
    const result = await shrink(options(world(), { signal: controller.signal, onProgress }));
    expect(result.ending).toBe("interrupted");
    expect(result.after.operationCount).toBeLessThan(60);
  });

  test("gives back the plan as it was when it does not fail again", async () => {
    const plan = bigPlan();
    const result = await shrink(options(world(), { plan, failureClass: "C9/x:never" }));
    expect(result).toMatchObject({ ending: "not-reproduced", plan, result: undefined, runCount: 16 });
  });

  test("takes candidates that are refused or crash the harness for failures of the candidate, and reports the crashes", async () => {
    const own = world();
    const run = async (plan: Plan): Promise<RunResult> => {
      if (plan.clients < 3) throw new UsageError("few", "too few clients", "more");
      if (plan.durationMs < 100) throw new Error("division by zero");
      return await own.run(plan);
    };
    const result = await shrink(options(own, { run }));
    expect(result.after).toMatchObject({ operationCount: 2, faultCount: 1 });
    expect(result.plan.clients).toBe(4);
    expect(result.crashes).toContain("division by zero");
  });

  test("needs a script", async () => {
    await expect(shrink(options(world(), { plan: examplePlan() }))).rejects.toThrow(UsageError);
  });
});

describe("leaving out", () => {
  test("finds exactly the needed items, whatever they are", async () => {
    const property = fc.asyncProperty(fc.integer({ min: 0, max: 60 }), fc.array(fc.nat(), { maxLength: 6 }), async (length, drawn) => {
      const items = Array.from({ length }, (_, index) => index);
      const needed = new Set(length === 0 ? [] : drawn.map((value) => value % length));
      const kept = await minimize(items, (candidate) => Promise.resolve([...needed].every((item) => candidate.includes(item))));
      expect(kept).toEqual([...needed].toSorted((a, b) => a - b));
    });
    await fc.assert(property);
  });

  test("of a test that is not monotone still gives something that fails and from which no single item can go", async () => {
    const property = fc.asyncProperty(fc.nat(), async (salt) => {
      const stillFails = (kept: readonly number[]): boolean => kept.length === 30 || (kept.length > 0 && hashString(`${salt}/${kept.join()}`) % 3 === 0);
      const kept = await minimize(
        Array.from({ length: 30 }, (_, index) => index),
        (candidate) => Promise.resolve(stillFails(candidate)),
      );
      expect(stillFails(kept)).toBe(true);
      if (kept.length > 1) for (const left of kept) expect(stillFails(kept.filter((item) => item !== left))).toBe(false);
    });
    await fc.assert(property);
  });

  test("of one needed among a thousand takes few tries", async () => {
    let tries = 0;
    await minimize(
      Array.from({ length: 1_000 }, (_, index) => index),
      (kept) => Promise.resolve(tries++ >= 0 && kept.includes(617)),
    );
    expect(tries).toBeLessThan(40);
  });
});

describe("simplifications", () => {
  test.each(simplifications.map((simplification) => [simplification.name, simplification] as const))(
    "%s: every candidate is a valid plan and another one",
    (_name, { candidates }) => {
      const plan = {
        ...bigPlan(),
        clients: 6,
        script: {
          ...bigPlan().script,
          faults: [
            ...(bigPlan().script?.faults ?? []),
            exampleFault("m", { when: { mark: "x", node: "n5", occurrence: 4, delayMs: 3 }, targets: { others: { nodes: ["n5"] }, count: 1 } }),
          ],
          operations: [
            ...(bigPlan().script?.operations ?? []),
            exampleOperation(99, { node: "n4", input: { f: "read", key: "x", after: { $from: 20, path: ["a"] } } }),
          ],
        },
      };
      const found = [...candidates(plan)];
      expect(found.length).toBeGreaterThan(0);
      for (const candidate of found) {
        expect(candidate).not.toEqual(plan);
        expect(parsePlan(JSON.parse(JSON.stringify(candidate)), "candidate")).toEqual(candidate);
      }
    },
  );

  test("fewer nodes leave no name of a node that is gone", () => {
    const plan = examplePlan({
      nodes: 5,
      script: {
        operations: [exampleOperation(0, { node: "n5" }), exampleOperation(1, { node: "n2" })],
        faults: [
          exampleFault("f1", { targets: { nodes: ["n4", "n1"] } }),
          exampleFault("f2", { targets: { nodes: ["n4"] } }),
          {
            id: "f3",
            kind: "partition",
            targets: { all: true },
            params: {
              links: [
                { from: "n1", to: "n5" },
                { from: "client-7", to: "n1" },
              ],
            },
            when: { atMs: 1 },
            durationMs: 1,
          },
        ],
      },
    });
    const three = [...(simplifications.find(({ name }) => name === "fewer nodes")?.candidates(plan) ?? [])].at(-1);
    expect(three?.nodes).toBe(3);
    expect(three?.script?.operations.map(({ id }) => id)).toEqual([1]);
    expect(three?.script?.faults).toMatchObject([{ targets: { nodes: ["n1"] } }, { id: "f3", params: { links: [{ from: "client-7", to: "n1" }] } }]);
  });

  test("fewer nodes first try to keep every node that is named, under the first numbers", () => {
    const faults = [
      exampleFault("f1", { targets: { nodes: ["n5"] } }),
      exampleFault("f2", { targets: { nodes: ["n2"] }, when: { mark: "m", node: "n5", occurrence: 1, delayMs: 0 } }),
    ];
    const plan = examplePlan({ nodes: 5, script: { operations: [exampleOperation(0, { node: "n5" })], faults } });
    const candidates = [...(simplifications.find(({ name }) => name === "fewer nodes")?.candidates(plan) ?? [])];
    expect(candidates.map(({ nodes, script }) => [nodes, script?.faults.length])).toEqual([
      [1, 0],
      [2, 2],
      [2, 0],
      [3, 2],
      [3, 0],
    ]);
    expect(candidates[1]?.script).toMatchObject({
      operations: [{ node: "n2" }],
      faults: [{ targets: { nodes: ["n2"] } }, { targets: { nodes: ["n1"] }, when: { node: "n2" } }],
    });
  });

  test("client numbers close up, and the later lives of a slot stay with it", () => {
    const plan = examplePlan({ clients: 4, script: { faults: [], operations: [1, 5, 3, 11].map((process, id) => exampleOperation(id, { process })) } });
    const [closed] = [...(simplifications.find(({ name }) => name === "fewer clients")?.candidates(plan) ?? [])];
    // Slots 1 and 3 become 0 and 1; process 5 was the second life of slot 1, process 11 the third of slot 3.
    expect(closed).toMatchObject({ clients: 2, script: { operations: [{ process: 0 }, { process: 2 }, { process: 1 }, { process: 5 }] } });
  });

  test("references follow the ids that they refer to", () => {
    const operations = [exampleOperation(7), exampleOperation(9, { input: { f: "read", after: { $from: 7, path: ["a"] } } })];
    const [renumbered] = [
      ...(simplifications.find(({ name }) => name === "ids in order")?.candidates(examplePlan({ script: { operations, faults: [] } })) ?? []),
    ];
    expect(renumbered?.script?.operations).toMatchObject([{ id: 0 }, { id: 1, input: { after: { $from: 0, path: ["a"] } } }]);
  });
});
