// The runner in virtual time, and the same runner in real time, on a small cluster in memory.
import { describe, expect, test } from "vitest";
import {
  claim,
  fixtureRuntime,
  registerClient,
  registerSystem,
  registerWorkload,
  resolvedRegister,
  written,
  type FixtureRuntime,
} from "./fixtures/register-system.ts";
import { cut, troubled } from "./fixtures/trouble.ts";
import { concat, fromFunction, limit, once } from "./generators/index.ts";
import type { HistoryEvent } from "./history.ts";
import type { Plan } from "./plan.ts";
import type { ResolvedPlan } from "./run.ts";
import { runPlan } from "./runner.ts";
import { effectiveFaults } from "./run-summary.ts";
import type { Runtime } from "./runtime.ts";
import type { Invariant, System } from "./system.ts";

function ran(resolved: ResolvedPlan): readonly string[] {
  return (resolved.runtime as FixtureRuntime).cluster?.calls ?? [];
}

describe("a run without faults", () => {
  test("goes through its phases and is valid, in virtual time", async () => {
    const resolved = resolvedRegister();
    const result = await runPlan(resolved);
    expect(result.ending).toBe("completed");
    expect(result.verdict).toMatchObject({ verdict: "valid", claims: [{ id: "R-1", verdict: "valid" }] });
    expect(result.statistics.okCount).toBeGreaterThan(20);
    expect(new Set(result.history.operations.map(({ phase }) => phase))).toEqual(new Set(["warm-up", "faults", "final"]));
    expect(ran(resolved)).toEqual(["start", "heal", "stop"]);
  });

  test("does the same in real time", async () => {
    const system = registerSystem();
    const plan: Partial<Plan> = { runtime: "process", durationMs: 300, rateHz: 200, options: { phases: { warmUpMs: 50, quietMs: 20, finalLimitMs: 500 } } };
    const resolved = resolvedRegister({ system, plan, runtime: fixtureRuntime(system, "real") });
    const result = await runPlan(resolved);
    expect(result.ending).toBe("completed");
    expect(result.verdict.verdict).toBe("valid");
    expect(result.statistics.okCount).toBeGreaterThan(20);
    expect(result.statistics.runMs).toBeGreaterThan(350);
    expect(new Set(result.history.operations.filter(({ phase }) => phase === "final").map(({ node }) => node))).toEqual(new Set(["n1", "n2", "n3"]));
  });

  test("gives a system that has not recovered ten times the quiet time in real time, and reads again", async () => {
    let askedCount = 0;
    const system = registerSystem({
      client: (environment, { home, operationTimeoutMs }) => {
        const client = registerClient(environment, home);
        const isFinal = operationTimeoutMs === 5_000;
        return {
          invoke: (input) => (isFinal && askedCount++ < 1 ? Promise.resolve({ type: "fail", error: "not yet" }) : client.invoke(input)),
          close: () => client.close(),
        };
      },
      claims: [claim("R-1", ["built-in:recovery"])],
    });
    const plan: Partial<Plan> = {
      runtime: "process",
      durationMs: 20,
      clients: 1,
      rateHz: 0.001,
      options: { phases: { warmUpMs: 0, quietMs: 10, finalLimitMs: 500 } },
    };
    const result = await runPlan(resolvedRegister({ system, plan: { ...plan, nodes: 1 }, runtime: fixtureRuntime(system, "real") }));
    const final = result.history.operations.filter(({ phase }) => phase === "final");
    expect(final.map(({ type }) => type)).toEqual(["fail", "ok"]);
    expect((final[1]?.invokedNs ?? 0) - (final[0]?.invokedNs ?? 0)).toBeGreaterThanOrEqual(90e6);
    expect(new Set(result.plan.script?.operations.map(({ id }) => id)).size).toBe(result.plan.script?.operations.length);
  });

  test("waits in real time until the system is ready again before the quiet time begins", async () => {
    const asked: number[] = [];
    const system = registerSystem({ ready: async () => asked.push(performance.now()) !== 2 && asked.length !== 3 });
    const plan: Partial<Plan> = { durationMs: 20, rateHz: 0.001, options: { phases: { warmUpMs: 0, quietMs: 30, finalLimitMs: 500 } } };
    const { history, ending } = await runPlan(resolvedRegister({ system, plan: { ...plan, runtime: "process" }, runtime: fixtureRuntime(system, "real") }));
    // Once at the start; then no, no, yes.
    expect([ending, asked.length]).toEqual(["completed", 4]);
    const [lastFault, firstFinal] = [asked[3] ?? 0, history.operations.find(({ phase }) => phase === "final")?.invokedNs ?? 0];
    const [start] = asked;
    expect(firstFinal / 1e6).toBeGreaterThanOrEqual(lastFault - (start ?? 0) + 30 - 5);
  });

  test("draws the final reads of a script anew in real time, for they follow what this run has left", async () => {
    const system = registerSystem();
    const common: Partial<Plan> = { durationMs: 20, rateHz: 0.001, options: { phases: { warmUpMs: 0, quietMs: 10, finalLimitMs: 500 } } };
    const script = { operations: [{ id: 7, process: 0, atMs: 0, phase: "final" as const, node: "n1", input: { f: "read" } }], faults: [] };
    const finals = async (time: "virtual" | "real"): Promise<readonly (string | undefined)[]> => {
      const plan: Partial<Plan> = { ...common, script, runtime: time === "real" ? "process" : "simulation" };
      const { history } = await runPlan(resolvedRegister({ system, plan, runtime: fixtureRuntime(system, time) }));
      return history.operations.filter(({ phase }) => phase === "final").map(({ node }) => node);
    };
    expect(await finals("virtual")).toEqual(["n1"]);
    expect(await finals("real")).toEqual(["n1", "n2", "n3"]);
  });

  test("reads from every node at the end", async () => {
    const { history } = await runPlan(resolvedRegister({ plan: { nodes: 5, clients: 2 } }));
    const final = history.operations.filter(({ phase }) => phase === "final");
    expect(final.map(({ node, type }) => [node, type])).toEqual([
      ["n1", "ok"],
      ["n2", "ok"],
      ["n3", "ok"],
      ["n4", "ok"],
      ["n5", "ok"],
    ]);
  });

  test("spreads its work over all clients, each at home at its node", async () => {
    const { history } = await runPlan(resolvedRegister({ plan: { clients: 4 } }));
    const load = history.operations.filter(({ phase }) => phase !== "final");
    expect(new Set(load.map(({ process, node }) => `${process} ${node}`))).toEqual(new Set(["0 n1", "1 n2", "2 n3", "3 n1"]));
  });

  test("writes every default into the plan of its result", async () => {
    const { plan } = await runPlan(resolvedRegister());
    expect(plan.options.phases).toMatchObject({ warmUpMs: 200, readyLimitMs: 10_000, coreLivenessMs: 0, stopAtViolation: true });
    expect(plan.expect).toEqual({ failureClass: null, traceHash: expect.any(String) });
  });
});

describe("a run that goes wrong", () => {
  const last = (calls: readonly string[]): string[] => calls.slice(-2);

  test("ends as never-ready, healed and stopped, when the system never is", async () => {
    const resolved = resolvedRegister({ system: registerSystem({ ready: async () => false }), plan: { options: { phases: { readyLimitMs: 300 } } } });
    const result = await runPlan(resolved);
    expect([result.ending, result.verdict.verdict, result.history.operations.length]).toEqual(["never-ready", "unknown", 0]);
    expect(result.verdict.why).toContain("was not ready within 300 ms");
    expect(last(ran(resolved))).toEqual(["heal", "stop"]);
  });

  test("is not ready either while asking throws or hangs", async () => {
    for (const ready of [() => Promise.reject(new Error("no")), () => new Promise<boolean>(() => {})]) {
      const result = await runPlan(resolvedRegister({ system: registerSystem({ ready }), plan: { options: { phases: { readyLimitMs: 300 } } } }));
      expect(result.ending).toBe("never-ready");
    }
  });

  test("is interrupted in the middle: healed, stopped, judged as far as it came, never valid", async () => {
    const abort = new AbortController();
    const resolved = resolvedRegister({ nemeses: [troubled], plan: { rateHz: 100 } });
    const result = await runPlan(resolved, {
      signal: abort.signal,
      onEvent: ({ type, f }) => (type === "fault" && f === "partition" ? abort.abort() : undefined),
    });
    expect([result.ending, result.verdict.verdict]).toEqual(["interrupted", "unknown"]);
    expect(result.verdict.claims).toMatchObject([{ id: "R-1", verdict: "unknown" }]);
    expect(ran(resolved)).toContain("lift troubled/p");
    expect(last(ran(resolved))).toEqual(["heal", "stop"]);
    expect(result.history.operations.some(({ phase }) => phase === "final")).toBe(false);
  });

  test("is interrupted at once in real time", async () => {
    const abort = new AbortController();
    const system = registerSystem();
    const resolved = resolvedRegister({ system, plan: { runtime: "process", durationMs: 60_000 }, runtime: fixtureRuntime(system, "real") });
    let seen = 0;
    const result = await runPlan(resolved, { signal: abort.signal, onEvent: () => (++seen === 5 ? abort.abort() : undefined) });
    expect(result.ending).toBe("interrupted");
    expect(last(ran(resolved))).toEqual(["heal", "stop"]);
  });

  test("fails, healed and stopped, when a generator throws, with its words", async () => {
    const workload = {
      ...registerWorkload(),
      generator: () =>
        concat(
          limit(3, once({ f: "read" })),
          fromFunction(() => {
            throw new Error("lost count");
          }),
        ),
    };
    const resolved = resolvedRegister({ system: registerSystem({ workloads: [workload] }) });
    const result = await runPlan(resolved);
    expect([result.ending, result.verdict.verdict]).toEqual(["failed", "unknown"]);
    expect(result.verdict.why).toContain("lost count");
    expect(last(ran(resolved))).toEqual(["heal", "stop"]);
  });

  test("throws what the sink of events threw, after healing and stopping", async () => {
    const resolved = resolvedRegister();
    let seen = 0;
    const full = (): void => {
      if (++seen === 9) throw new Error("disk full");
    };
    await expect(runPlan(resolved, { onEvent: full })).rejects.toThrow("disk full");
    expect(seen).toBe(9);
    expect(last(ran(resolved))).toEqual(["heal", "stop"]);
  });

  test("is unknown when its checker throws", async () => {
    const broken = registerWorkload({
      ...written,
      check: () => {
        throw new Error("off by one");
      },
    });
    const result = await runPlan(resolvedRegister({ system: registerSystem({ workloads: [broken] }) }));
    expect(result.verdict).toMatchObject({ verdict: "unknown", claims: [{ verdict: "unknown", why: "the checker of register failed: off by one" }] });
  });
});

describe("an invariant", () => {
  const noThird: Invariant = {
    id: "no-third",
    text: "never a third write",
    variants: ["default"],
    facts: ["register.wrote"],
    start() {
      const seen: never[] = [];
      return { observe: (fact) => ((seen as unknown[]).push(fact) === 3 ? { explanation: "a third write", facts: [fact] } : undefined) };
    },
  };
  const system = (faults: readonly "kill"[] = ["kill"]): System =>
    registerSystem({ invariants: [noThird], claims: [claim("R-2", ["invariant:no-third"], { faults }), claim("R-1", ["register:written"])] });

  test("ends the run at its first violation, in simulation", async () => {
    const result = await runPlan(resolvedRegister({ system: system() }));
    expect([result.ending, result.verdict.verdict, result.failureClass]).toEqual(["stopped-at-violation", "invalid", "R-2/invariant:no-third"]);
    expect(result.history.facts.filter(({ kind }) => kind === "register.wrote")).toHaveLength(3);
    expect(result.verdict.claims.map(({ verdict }) => verdict)).toEqual(["invalid", "unknown"]);
    expect(result.plan.expect).toMatchObject({ failureClass: "R-2/invariant:no-third" });
  });

  test("lets the run go on where the plan says so", async () => {
    const result = await runPlan(resolvedRegister({ system: system(), plan: { options: { phases: { stopAtViolation: false } } } }));
    expect([result.ending, result.failureClass]).toEqual(["completed", "R-2/invariant:no-third"]);
  });

  test("does not end a run that has left the claim's faults, and accuses nobody", async () => {
    const early = { ...troubled, schedule: () => [{ ...cut, targets: { nodes: ["n3"] }, when: { atMs: 0 }, durationMs: 900 }] };
    const plan = { rateHz: 100, options: { phases: { warmUpMs: 0 } } };
    const result = await runPlan(resolvedRegister({ system: system(), nemeses: [early], plan }));
    expect([result.ending, result.failureClass]).toEqual(["completed", null]);
    expect(result.verdict.statistics["uncovered"]).toEqual([{ judge: "invariant:no-third", why: "a third write" }]);
    expect(result.verdict.claims[0]).toMatchObject({ id: "R-2", verdict: "not-exercised" });
  });
});

describe("core liveness", () => {
  const plan: Partial<Plan> = { options: { phases: { warmUpMs: 100, coreLivenessMs: 1_000, operationTimeoutMs: 200 } } };
  const system = (): System => registerSystem({ claims: [claim("R-1", ["register:written"]), claim("R-3", ["built-in:core-liveness"])] });

  test("asks a quorum while the rest is cut off or down, and blames one that cannot answer", async () => {
    const words: string[] = [];
    for (const seed of ["1", "2", "3", "4", "5", "6", "7", "8"]) {
      const result = await runPlan(resolvedRegister({ system: system(), plan: { ...plan, seed } }));
      const isolated = result.history.faults.find(({ id, action }) => id === "core-liveness" && action === "inject");
      const core = isolated?.detail["core"] as readonly string[];
      expect(core).toHaveLength(2);
      const asked = result.history.operations.filter(({ phase }) => phase === "core-liveness");
      expect(new Set(asked.map(({ node }) => node))).toEqual(new Set(core));
      // The register's only primary is n1: a core without it cannot answer.
      const verdict = result.verdict.claims.find(({ id }) => id === "R-3")?.verdict ?? "";
      expect(verdict).toBe(core.includes("n1") ? "valid" : "invalid");
      words.push(verdict);
    }
    expect(new Set(words)).toEqual(new Set(["valid", "invalid"]));
  });

  test("counts as in effect where the runtime cannot measure it: a claim that does not cover it accuses nobody", async () => {
    const resolved = resolvedRegister({ system: system(), plan: { ...plan, seed: "3" } });
    const run: Runtime["run"] = (asked, body) =>
      resolved.runtime.run(asked, (cluster) => {
        const lift = cluster.faults.lift.bind(cluster.faults);
        Object.assign(cluster.faults, { lift: async (id: string) => ({ ...(await lift(id)), affectedCount: 0, detail: { isUnmeasured: true } }) });
        return body(cluster);
      });
    const { history } = await runPlan({ ...resolved, runtime: { ...resolved.runtime, run } });
    expect(history.faults.map(({ action, detail }) => [action, detail["affectedCount"]])).toEqual([
      ["inject", undefined],
      ["lift", undefined],
    ]);
    expect(Object.values(effectiveFaults(history))).toEqual([1]);
  });

  test("heals afterwards: the final reads of all nodes are ok", async () => {
    const { history } = await runPlan(resolvedRegister({ system: system(), plan: { ...plan, seed: "3" } }));
    expect(history.operations.filter(({ phase }) => phase === "final").map(({ type }) => type)).toEqual(["ok", "ok", "ok"]);
  });
});

test("events reach the sink one by one, in order, before the run is over", async () => {
  const events: HistoryEvent[] = [];
  const { history } = await runPlan(resolvedRegister({ nemeses: [troubled] }), { onEvent: (event) => void events.push(event) });
  expect(events).toEqual([...history.events()]);
});
