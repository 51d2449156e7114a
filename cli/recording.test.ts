// What is on the disk while a run in real time goes, when it ends, and when it is cut off.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RunFolder } from "../harness/store-run.ts";
import { keepRun } from "./keeping.ts";
import { system as tiny } from "./fixtures/tiny-system.ts";
import { checkRun } from "./commands/check-run.ts";
import { reportCommand } from "./commands/report.ts";
import { capableOf, resolvedOn, sessionIn, tinyPlan, type FakeRuntime } from "./fixtures/real-time-runs.ts";
import { exampleFault } from "../harness/fixtures/plan.fixture.ts";
import type { Plan } from "../harness/plan.ts";
import { assertFeasible } from "./feasibility.ts";
import { stateOf } from "./ownership.ts";
import { forget, recordAs, type Recorded } from "./recording.ts";

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), "faultline-recording-"))));
afterEach(() => rmSync(directory, { recursive: true }));

const quiet = new AbortController().signal;
const record = (fake: FakeRuntime = {}, plan: Plan = tinyPlan(), signal: AbortSignal = quiet): Promise<Recorded> =>
  recordAs(sessionIn(directory, signal).session, plan, { resolve: () => resolvedOn(fake, plan), signal });
const here = (): ReturnType<typeof sessionIn>["session"] => sessionIn(directory, quiet).session;
const onlyRun = (): RunFolder => here().store.run(here().store.runs()[0] ?? "");
const linesOf = (folder: RunFolder): number => readFileSync(folder.historyPath, "utf8").split("\n").length - 1;

describe("a run in real time", () => {
  test("is in the store before it begins, grows while it goes, and cannot be judged meanwhile", async () => {
    const seen: { state?: string; lines?: number } = {};
    const run = record({ onCluster: () => Object.assign(seen, { state: stateOf(onlyRun()), lines: linesOf(onlyRun()) }) });
    await expect.poll(() => seen.state).toBe("running");
    expect(seen.lines).toBe(1);
    await expect.poll(() => linesOf(onlyRun())).toBeGreaterThan(10);
    await expect(checkRun(here(), "latest")).rejects.toMatchObject({ code: "still-running" });
    await run;
  });

  test("ends complete: judged from its file, with the script that was drawn and the history that belongs to it", async () => {
    const { result, folder } = await record();
    expect([result.verdict.verdict, result.ending, stateOf(folder)]).toEqual(["valid", "completed", "ended"]);
    expect(folder.readPlan().script?.operations.length).toBeGreaterThan(10);
    expect(linesOf(folder)).toBe(result.history.length + 1);
    expect(existsSync(join(folder.path, "running.json"))).toBe(false);
    expect(await checkRun(here(), folder.id)).toMatchObject({ ending: "valid" });
  });

  test("is not taken for the run of another plan once its script is known", async () => {
    const { folder } = await record();
    folder.writePlan({ ...folder.readPlan(), rateHz: 77 });
    await expect(checkRun(here(), folder.id)).rejects.toMatchObject({ code: "other-plan" });
  });

  test("finds a violation, in the thread that judges", async () => {
    const { result, folder } = await record({}, tinyPlan({ bug: "forgetful" }));
    expect(result.failureClass).toBe("register.linearizable/register:linearizable");
    expect(folder.readVerdict()).toMatchObject({ verdict: "invalid", ending: "completed" });
  });

  test("whose violation finds no room in the store is a violation all the same, and its history stays", async () => {
    const { session, complaints } = sessionIn(directory, quiet);
    const plan = tinyPlan({ bug: "forgetful" });
    const resolve = (): ReturnType<typeof resolvedOn> => resolvedOn({ onCluster: () => mkdirSync(join(onlyRun().path, "verdict.json")) }, plan);
    const { result, folder } = await recordAs(session, plan, { resolve, signal: quiet });
    expect(result.verdict.verdict).toBe("invalid");
    expect(complaints).toEqual([expect.stringContaining("could not be kept")]);
    expect([linesOf(folder), existsSync(join(folder.path, "running.json"))]).toEqual([result.history.length + 1, false]);
    mkdirSync(folder.reportPath);
    const report = await keepRun(session, result, { system: tiny, folder, keep: true, shrinkMs: 0, runLine: "run tiny" });
    expect([report.result.verdict.verdict, report.id, report.pagePath]).toEqual(["invalid", folder.id, undefined]);
  });

  test("that is valid and finds no room fails by it: nothing worse is to be told", async () => {
    await expect(record({ onCluster: () => mkdirSync(join(onlyRun().path, "verdict.json")) })).rejects.toThrow("verdict.json cannot be written");
  });

  test("that is interrupted keeps its half history, which can be judged and told", async () => {
    const controller = new AbortController();
    const plan = tinyPlan({ durationMs: 60_000 });
    const run = record({}, plan, controller.signal);
    await expect.poll(() => (here().store.runs().length === 1 && existsSync(onlyRun().historyPath) ? linesOf(onlyRun()) : 0)).toBeGreaterThan(10);
    controller.abort();
    const { result, folder } = await run;
    expect([result.ending, result.verdict.verdict, stateOf(folder)]).toEqual(["interrupted", "unknown", "ended"]);
    expect(await checkRun(here(), folder.id)).toMatchObject({ ending: "unknown", document: { ending: "interrupted" } });
  });
});

describe("a run that is cut off", () => {
  /** A run that ends by an exception of its runtime once everything has been recorded. */
  const broken: FakeRuntime = {
    onCluster: (cluster) => {
      cluster.statistics = () => {
        throw new Error("the wire broke");
      };
    },
  };

  test("after its first event stays as a half history that never counts as valid", async () => {
    await expect(record(broken)).rejects.toThrow("the wire broke");
    const folder = onlyRun();
    expect([stateOf(folder), folder.readVerdict()]).toEqual(["cut", undefined]);
    const checked = await checkRun(here(), "latest");
    expect(checked).toMatchObject({ ending: "unknown", document: { ending: "interrupted", why: expect.stringContaining("its record was cut off") } });
    expect(stateOf(folder)).toBe("ended");
  });

  test("is told without having been judged before", async () => {
    await expect(record(broken)).rejects.toThrow("the wire broke");
    expect(await reportCommand.run(here(), "latest")).toMatchObject({ ending: "valid", text: expect.stringContaining("cut off") });
    expect(existsSync(onlyRun().reportPath)).toBe(true);
  });

  test("before its first event leaves nothing", async () => {
    const failing: FakeRuntime = {
      onCluster: () => {
        throw new Error("no room for nodes");
      },
    };
    await expect(record(failing)).rejects.toThrow("no room for nodes");
    expect(here().store.runs()).toEqual([]);
  });
});

describe("faults that cannot be here", () => {
  const capabilities = capableOf("partition");

  test("asked for by a nemesis are refused with the reason, before anything starts", async () => {
    await expect(record({ capabilities }, tinyPlan({ nemeses: ["pause"] }))).rejects.toMatchObject({
      name: "EnvironmentError",
      message: expect.stringContaining("there is no pause here"),
    });
    expect(here().store.runs()).toEqual([]);
  });

  test("needed by a script are refused, even one among many that can be", async () => {
    const faults = [exampleFault("a"), { ...exampleFault("b"), kind: "partition" as const }];
    const script = { operations: [], faults };
    await expect(record({ capabilities }, tinyPlan({ script }))).rejects.toThrow("there is no kill here");
  });

  test("in a mixture are left out of the recorded script, so that it can be replayed here", async () => {
    const plan = tinyPlan({ nemeses: ["mixed"], durationMs: 1_500 });
    const all = await record({ capabilities: capableOf("partition", "slow", "pause") }, plan);
    const kinds = (recorded: Recorded): ReadonlySet<string> => new Set(recorded.result.plan.script?.faults.map(({ kind }) => kind));
    expect(kinds(all).size).toBeGreaterThan(1);
    const { folder, ...some } = await record({ capabilities }, plan);
    expect([...kinds({ folder, ...some })].filter((kind) => kind !== "partition")).toEqual([]);
    expect(assertFeasible(await resolvedOn({}, folder.readPlan()), capabilities)).toBeUndefined();
  });
});

test("a run that need not be kept is forgotten, and latest is the one before it", async () => {
  const first = await record();
  const second = await record();
  forget(here(), second.folder);
  expect(here().store.runs()).toEqual([first.folder.id]);
  expect(here().store.locate("latest")).toMatchObject({ run: { id: first.folder.id } });
});
