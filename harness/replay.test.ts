import { expect, test } from "vitest";
import { examplePlan } from "./fixtures/plan.fixture.ts";
import { exampleResult } from "./fixtures/result.fixture.ts";
import type { Plan } from "./plan.ts";
import { replay } from "./replay.ts";

const failureClass = "C1/register:linearizable";
const expecting = (traceHash?: string): Plan => examplePlan({ expect: { failureClass, ...(traceHash === undefined ? {} : { traceHash }) } });
const running = (found: string | null, traceHash: string) => (plan: Plan) => Promise.resolve(exampleResult({ plan, failureClass: found, traceHash }));

test("the same trace is identical", async () => {
  expect(await replay(expecting("aa"), { run: running(failureClass, "aa") })).toMatchObject({
    outcome: "identical",
    isSameFailure: true,
    explanation: "The run is identical (trace aa).",
  });
});

test("the same trace that is judged differently is identical, and that is said", async () => {
  const report = await replay(expecting("aa"), { run: running(null, "aa") });
  expect(report).toMatchObject({ outcome: "identical", isSameFailure: false });
  expect(report.explanation).toContain(`no violation instead of ${failureClass}`);
});

test("another trace diverged, also if the same failure is found, and the place is named by who knows it", async () => {
  const run = running(failureClass, "bb");
  expect(await replay(expecting("aa"), { run })).toMatchObject({
    outcome: "diverged",
    isSameFailure: true,
    explanation: expect.stringContaining("bb instead of aa"),
  });
  const report = await replay(expecting("aa"), { run, explainDivergence: () => Promise.resolve("event 412: n1 received a vote") });
  expect(report.explanation).toMatch(/^The run diverged: event 412: n1 received a vote\. It still ends the same way/);
});

test("without a trace hash the failure class decides", async () => {
  expect(await replay(expecting(), { run: running(failureClass, "bb") })).toMatchObject({ outcome: "identical" });
  expect(await replay(expecting(), { run: running("C2/x:y", "bb") })).toMatchObject({ outcome: "other-class", isSameFailure: false });
});

test("a plan that expects nothing is only run, and what it expects never steers the run", async () => {
  const seen: Plan[] = [];
  const run = async (plan: Plan) => {
    seen.push(plan);
    return await running(null, "aa")(plan);
  };
  expect(await replay(examplePlan(), { run })).toMatchObject({ outcome: "nothing-expected", isSameFailure: undefined });
  await replay(expecting("aa"), { run });
  expect(seen.map((plan) => "expect" in plan)).toEqual([false, false]);
});
