// The watch of a run's answers: what it tells an online checker, and how a run ends by it.
import { describe, expect, test } from "vitest";
import type { OnlineChecker } from "./checker.ts";
import { claim, registerSystem, registerWorkload, resolvedRegister, written, type FixtureRuntime } from "./fixtures/register-system.ts";
import { cut, troubled } from "./fixtures/trouble.ts";
import { once } from "./generators/index.ts";
import { HistoryBuilder, type HistoryEvent, type NewEvent } from "./history.ts";
import type { Nemesis } from "./nemesis.ts";
import { OnlineWatch } from "./online-watch.ts";
import type { Operation } from "./operation.ts";
import type { Plan } from "./plan.ts";
import type { RunResult } from "./run.ts";
import { runPlan } from "./runner.ts";
import type { Verdict } from "./verdict.ts";
import { defineWorkload } from "./workload.ts";

const impossible = (why: string): Verdict => ({
  verdict: "invalid",
  why,
  claims: [{ id: "written", verdict: "invalid", why, evidence: [] }],
  evidence: [],
  statistics: {},
});

const stopping: Partial<Plan> = { options: { phases: { stopAtImpossibleAnswer: true } } };

/** Accuses the n-th operation that ends `ok`. */
function accusing(count: number, heard: Operation[] = []): () => OnlineChecker {
  return () => {
    let left = count;
    return {
      invoked: (operation) => void heard.push(operation),
      completed: (operation) => (heard.push(operation), operation.type === "ok" && --left === 0 ? impossible("it cannot be") : undefined),
    };
  };
}

/** The register with a checker that accuses the n-th answer, in the run and afterwards. */
async function runAccusedAt(
  count: number,
  plan: Partial<Plan> = stopping,
  nemeses: readonly Nemesis[] = [],
): Promise<{ result: RunResult; calls: readonly string[] }> {
  const check: typeof written.check = (history, limits) =>
    history.operations.filter(({ type }) => type === "ok").length < count ? written.check(history, limits) : impossible("it cannot be");
  const system = registerSystem({ workloads: [registerWorkload({ ...written, check, online: accusing(count) })] });
  const resolved = resolvedRegister({ system, plan, nemeses });
  const result = await runPlan(resolved);
  // The fixture's runtime keeps its cluster for tests.
  return { result, calls: (resolved.runtime as FixtureRuntime).cluster?.calls ?? [] };
}

describe("a run that stops at an impossible answer", () => {
  test("ends there, heals and stops all the same, and is judged", async () => {
    const { result, calls } = await runAccusedAt(7);
    expect([result.ending, result.verdict.verdict, result.failureClass]).toEqual(["stopped-at-violation", "invalid", "R-1/register:written"]);
    expect(result.statistics.okCount).toBe(7);
    expect(calls).toEqual(["start", "heal", "stop"]);
  });

  test("writes in its plan that it does, so that a replay ends at the same event", async () => {
    const { result } = await runAccusedAt(7);
    expect(result.plan.options.phases).toMatchObject({ stopAtImpossibleAnswer: true });
    const again = await runAccusedAt(7, result.plan);
    expect([again.result.plan.expect, again.result.history.length]).toEqual([result.plan.expect, result.history.length]);
  });

  test("goes on where the plan does not ask for it", async () => {
    const { result } = await runAccusedAt(7, {});
    expect([result.ending, result.failureClass]).toEqual(["completed", "R-1/register:written"]);
    expect(result.statistics.okCount).toBeGreaterThan(7);
  });

  test("goes on when the run has left the faults of every claim that the answer could violate", async () => {
    const early: Nemesis = { ...troubled, schedule: () => [{ ...cut, targets: { nodes: ["n3"] }, when: { atMs: 0 }, durationMs: 900 }] };
    const system = registerSystem({
      workloads: [registerWorkload({ ...written, online: accusing(40) })],
      claims: [claim("R-1", ["register:written"], { faults: [] })],
    });
    const plan: Partial<Plan> = { rateHz: 100, options: { phases: { warmUpMs: 0, stopAtImpossibleAnswer: true } } };
    const result = await runPlan(resolvedRegister({ system, plan, nemeses: [early] }));
    expect(result.statistics.okCount).toBeGreaterThan(40);
    expect(result.ending).toBe("completed");
  });

  test("has the same history and trace as any other if nothing is wrong", async () => {
    const withoutWatch = await runPlan(resolvedRegister({ plan: { options: {} }, nemeses: [troubled] }));
    const { result } = await runAccusedAt(Infinity, stopping, [troubled]);
    expect(result.plan.expect).toEqual(withoutWatch.plan.expect);
    expect([...result.history.events()]).toEqual([...withoutWatch.history.events()]);
    expect([result.ending, result.verdict]).toEqual(["completed", withoutWatch.verdict]);
  });

  test("still gives every event to the sink", async () => {
    const events: HistoryEvent[] = [];
    const system = registerSystem({ workloads: [registerWorkload({ ...written, online: accusing(7) })] });
    const { history } = await runPlan(resolvedRegister({ system, plan: stopping }), { onEvent: (event) => void events.push(event) });
    expect(events).toEqual([...history.events()]);
  });

  test("is not disturbed by an online checker that fails", async () => {
    const failing: OnlineChecker = {
      invoked: () => undefined,
      completed: () => {
        throw new Error("off by one");
      },
    };
    const system = registerSystem({ workloads: [registerWorkload({ ...written, online: () => failing })] });
    const result = await runPlan(resolvedRegister({ system, plan: stopping }));
    expect([result.ending, result.verdict.verdict]).toEqual(["completed", "valid"]);
  });
});

describe("an online checker", () => {
  test("hears of every operation as the history will show it, when it begins and when it ends", () => {
    const lines: NewEvent[] = [
      { timeNs: 1, process: 0, type: "invoke", f: "write", phase: "faults", node: "n1", value: { value: "a" } },
      { timeNs: 2, process: -1, type: "fact", f: "elected", phase: "faults", node: "n1", value: { data: {} } },
      { timeNs: 3, process: 1, type: "invoke", f: "read", phase: "faults" },
      { timeNs: 4, process: 1, type: "ok", f: "read", phase: "faults", value: "a" },
      // Nobody asked any more; pairing ignores it too.
      { timeNs: 4, process: 1, type: "ok", f: "read", phase: "faults", value: "b" },
      { timeNs: 5, process: 0, type: "info", f: "write", phase: "faults", error: "no answer" },
      { timeNs: 6, process: 3, type: "invoke", f: "write", phase: "final", value: { value: "b" } },
      { timeNs: 7, process: 3, type: "fail", f: "write", phase: "final", error: "refused" },
    ];
    const builder = new HistoryBuilder();
    const heard: Operation[] = [];
    const watch = new OnlineWatch(registerWorkload({ ...written, online: accusing(Infinity, heard) }));
    for (const line of lines) expect(watch.observe({ ...line, index: builder.append(line) })).toBeUndefined();
    const { operations } = builder.build();
    expect(heard.map(({ id, type, invokedIndex }) => [id, type, invokedIndex])).toEqual([
      [0, "info", 0],
      [1, "info", 2],
      [1, "ok", 2],
      [0, "info", 0],
      [2, "info", 6],
      [2, "fail", 6],
    ]);
    const ends = heard.filter((_, position) => [2, 3, 5].includes(position));
    expect(ends.toSorted((one, other) => one.id - other.id)).toEqual(operations);
  });

  test("is told what the workload makes of an operation, when it begins and when it ends", () => {
    const heard: Operation[] = [];
    const workload = defineWorkload({
      name: "numbers",
      text: "answers are numbers in text",
      functions: {},
      generator: () => once({ f: "read" }),
      finalGenerator: () => once({ f: "read" }),
      decode: ({ input, output, ...operation }) => ({
        ...operation,
        input: { ...input, isDecoded: true },
        ...(output === undefined ? {} : { output: Number(output) }),
      }),
      checker: { name: "none", properties: [], check: () => impossible(""), online: accusing(Infinity, heard) },
    });
    const watch = new OnlineWatch(workload);
    watch.observe({ index: 0, timeNs: 1, process: 0, type: "invoke", f: "read", phase: "faults" });
    watch.observe({ index: 1, timeNs: 2, process: 0, type: "ok", f: "read", phase: "faults", value: "7" });
    expect(heard.map(({ input, output }) => [input["isDecoded"], output])).toEqual([
      [true, undefined],
      [true, 7],
    ]);
  });

  test("is not there for a workload whose checker judges finished histories only", () => {
    expect(registerWorkload(written).online).toBeUndefined();
    expect(new OnlineWatch(registerWorkload(written)).observe({ timeNs: 1, index: 0, process: 0, type: "invoke", f: "read", phase: "faults" })).toBeUndefined();
  });
});
