// A script repeats the run that recorded it, and any part of it can be run.
import { describe, expect, test } from "vitest";
import { registerSystem, registerWorkload, resolvedRegister } from "./fixtures/register-system.ts";
import { troubled } from "./fixtures/trouble.ts";
import { concurrencyLimit, repeat } from "./generators/index.ts";
import type { Input } from "./operation.ts";
import { runPlan } from "./runner.ts";

describe("a script", () => {
  test("repeats the run that recorded it: same history, same trace hash", async () => {
    for (const seed of ["1", "2", "3", "4", "5", "6", "7", "8"]) {
      const plan = { seed, rateHz: 400, clients: 5, durationMs: 700, options: { phases: { warmUpMs: 100, operationTimeoutMs: 200, coreLivenessMs: 500 } } };
      const first = await runPlan(resolvedRegister({ plan, nemeses: [troubled] }));
      const again = await runPlan(resolvedRegister({ plan: first.plan }));
      expect(first.statistics.infoCount).toBeGreaterThan(0);
      expect([...again.history.events()]).toEqual([...first.history.events()]);
      expect(again.plan).toEqual(first.plan);
    }
  });

  test("repeats also what was asked for at the very moment of a completion, by another client", async () => {
    const workload = { ...registerWorkload(), generator: () => concurrencyLimit(2, repeat({ f: "read" })) };
    const system = registerSystem({ workloads: [workload] });
    const first = await runPlan(resolvedRegister({ system, plan: { clients: 5 } }));
    const again = await runPlan(resolvedRegister({ system, plan: first.plan }));
    expect(first.history.operations.length).toBeGreaterThan(200);
    expect([...again.history.events()]).toEqual([...first.history.events()]);
  });

  test("with operations taken out runs the rest", async () => {
    const { plan } = await runPlan(resolvedRegister());
    const operations = plan.script?.operations.filter(({ id }) => id % 3 === 0) ?? [];
    const shrunk = await runPlan(resolvedRegister({ plan: { ...plan, script: { operations, faults: [] } } }));
    expect(shrunk.plan.script?.operations).toEqual(operations);
  });

  test("waits for its slot when it is busy", async () => {
    const operations = [0, 1, 2].map((id) => ({ id, process: 4, atMs: 10, phase: "faults" as const, input: { f: "read" } }));
    const { history } = await runPlan(resolvedRegister({ plan: { script: { operations, faults: [] } } }));
    expect(history.operations.map(({ process }) => process)).toEqual([1, 1, 1]);
    expect(history.operations.map(({ invokedIndex, completedIndex }) => completedIndex - invokedIndex)).toEqual([1, 1, 1]);
  });

  test("resolves $from, and skips the operation whose source was not ok", async () => {
    const scripted = (id: number, input: Input) => ({ id, process: 0, atMs: id * 20, phase: "faults" as const, input });
    const from = (id: number): Input => ({ f: "write", value: { $from: id } });
    const operations = [scripted(1, { f: "write", value: "x" }), scripted(2, { f: "read" }), scripted(3, from(2)), scripted(4, from(77))];
    const { history, plan } = await runPlan(resolvedRegister({ plan: { script: { operations, faults: [] } } }));
    expect(history.operations.map(({ input }) => input)).toEqual([{ f: "write", value: "x" }, { f: "read" }, { f: "write", value: "x" }]);
    expect(plan.script?.operations.map(({ id, input }) => [id, input])).toEqual(operations.slice(0, 3).map(({ id, input }) => [id, input]));
  });
});
