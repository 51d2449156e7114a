// Faults of a run as the history tells of them.
import { describe, expect, test } from "vitest";
import { resolvedRegister } from "./fixtures/register-system.ts";
import { cut, onMark, troubled } from "./fixtures/trouble.ts";
import { effectiveFaults } from "./run-summary.ts";
import { runPlan } from "./runner.ts";
import type { Runtime } from "./runtime.ts";

describe("faults", () => {
  test("are injected, lifted and skipped, each with its victims and effect", async () => {
    const { history, statistics } = await runPlan(resolvedRegister({ plan: { rateHz: 100 }, nemeses: [troubled] }));
    const events = history.faults.map(({ id, action, victims }) => `${action} ${id} ${victims.join()}`);
    expect(events.toSorted()).toEqual([
      "inject troubled/k n2",
      "inject troubled/m n1",
      "inject troubled/p n1",
      "lift troubled/k ",
      "lift troubled/m ",
      "lift troubled/p ",
      "skip troubled/d ",
    ]);
    const at = (id: string, action: string): number =>
      Math.round((history.faults.find((event) => event.id === `troubled/${id}` && event.action === action)?.timeNs ?? 0) / 1e6);
    const loadMs = Math.round((history.operations[0]?.invokedNs ?? 0) / 1e6);
    expect(at("k", "inject") - loadMs).toBe(300);
    expect(at("k", "lift") - at("k", "inject")).toBe(200);
    expect(at("p", "inject") - at("k", "inject")).toBe(100);
    expect(history.faults.find(({ action }) => action === "skip")?.detail).toEqual({ reason: "the fixture has no disk-full" });
    expect(statistics.faults["partition"]).toEqual({ injectedCount: 1, effectiveCount: 1, skippedCount: 0 });
    expect(statistics.faults["disk-full"]).toEqual({ injectedCount: 0, effectiveCount: 0, skippedCount: 1 });
  });

  test("whose effect nobody measured count as in effect: a claim that does not cover them accuses nobody", async () => {
    const resolved = resolvedRegister({ plan: { rateHz: 100 }, nemeses: [troubled] });
    const run: Runtime["run"] = (plan, body) =>
      resolved.runtime.run(plan, (cluster) => {
        const lift = cluster.faults.lift.bind(cluster.faults);
        Object.assign(cluster.faults, { lift: async (id: string) => ({ ...(await lift(id)), affectedCount: 0, detail: { isUnmeasured: true } }) });
        return body(cluster);
      });
    const { history } = await runPlan({ ...resolved, runtime: { ...resolved.runtime, run } });
    expect(history.faults.filter(({ action }) => action === "lift").map(({ detail }) => detail)).toContainEqual({ isUnmeasured: true });
    expect(effectiveFaults(history)).toEqual({ kill: 2, partition: 1 });
  });

  test("that failed half-way count as in effect, whatever their lift says", async () => {
    const resolved = resolvedRegister({ plan: { rateHz: 100 }, nemeses: [{ ...troubled, schedule: () => [cut] }] });
    const run: Runtime["run"] = (plan, body) =>
      resolved.runtime.run(plan, (cluster) => {
        Object.assign(cluster.faults, { inject: () => Promise.reject(new Error("the wire broke")) });
        return body(cluster);
      });
    const { history } = await runPlan({ ...resolved, runtime: { ...resolved.runtime, run } });
    expect(history.faults.map(({ action, detail }) => [action, detail])).toEqual([
      ["inject", { error: "the wire broke" }],
      ["lift", { isUnmeasured: true }],
    ]);
    expect(effectiveFaults(history)).toEqual({ partition: 1 });
  });

  test("begin after the warm-up, triggers too", async () => {
    const eager = { ...troubled, schedule: () => [{ ...onMark, when: { mark: "written", node: "any", occurrence: 1, delayMs: 0 } } as const] };
    const { history } = await runPlan(resolvedRegister({ nemeses: [eager], plan: { rateHz: 100 } }));
    const injected = history.faults.find(({ action }) => action === "inject");
    const warmWrites = history.operations.filter(({ phase, input }) => phase === "warm-up" && input.f === "write");
    expect(warmWrites.length).toBeGreaterThan(3);
    expect(injected !== undefined && history.event(injected.index).phase).toBe("faults");
  });

  test("whose mark never came are recorded as skipped", async () => {
    const never = { ...troubled, schedule: () => [{ ...onMark, when: { mark: "written", node: "any", occurrence: 22_222, delayMs: 0 } } as const] };
    const { history } = await runPlan(resolvedRegister({ nemeses: [never] }));
    expect(history.faults.map(({ action, detail }) => [action, detail["reason"]])).toEqual([["skip", "its mark written was not made for the 22222nd time"]]);
  });
});
