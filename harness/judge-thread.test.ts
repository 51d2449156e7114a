// A thread that answers, and every way in which one does not.
import { describe, expect, test } from "vitest";
import { stepLimits } from "./checker.ts";
import { claim, registerSystem, resolvedRegister } from "./fixtures/register-system.ts";
import { HistoryBuilder } from "./history.ts";
import { judgeInThread, type JudgeThread } from "./judge-thread.ts";
import type { Judged } from "./judge.ts";
import type { Invariant } from "./system.ts";

const never: Invariant = {
  id: "never",
  text: "",
  variants: ["default"],
  facts: ["bad"],
  start: () => ({ observe: (fact) => ({ explanation: "it happened", facts: [fact] }) }),
};

function judged(request: string, thread: Partial<JudgeThread> = {}, facts: readonly string[] = []): Promise<Judged> {
  const builder = new HistoryBuilder();
  builder.append({ timeNs: 0, process: 0, type: "invoke", f: "read", phase: "faults", value: {} });
  builder.append({ timeNs: 1, process: 0, type: "ok", f: "read", phase: "faults", value: null });
  for (const f of facts) builder.append({ timeNs: 2, process: -1, type: "fact", f, node: "n1", phase: "faults", value: { data: {} } });
  const system = registerSystem({ invariants: [never], claims: [claim("R-1", ["register:written"]), claim("R-2", ["invariant:never"])] });
  const entry = new URL("fixtures/judge-thread.worker.fixture.ts", import.meta.url);
  return judgeInThread(builder.build(), resolvedRegister({ system }), {
    limits: stepLimits(1_000),
    ending: "completed",
    thread: { entry, request, limitMs: 20_000, memoryMb: 200, ...thread },
  });
}

describe("judging in a thread", () => {
  test("gives the answer of the thread", async () => {
    expect((await judged("answer")).verdict.why).toBe("from the thread");
  });

  test.each([
    ["throw", {}, "off by one"],
    ["hang", { limitMs: 300 }, "did not finish within 300 ms"],
    ["devour", { memoryMb: 30 }, "memory"],
    ["nothing", {}, "ended without an answer"],
    ["hang", { signal: AbortSignal.abort() }, "interrupted"],
  ])("says why nobody knows when it does not answer: %s", async (request, thread, words) => {
    const { verdict, failureClass } = await judged(request, thread);
    expect([verdict.verdict, failureClass]).toEqual(["unknown", null]);
    expect(verdict.claims[0]?.why).toContain(words);
  });

  test("still accuses by what needs no checker", async () => {
    expect((await judged("throw", {}, ["bad"])).failureClass).toBe("R-2/invariant:never");
  });
});
