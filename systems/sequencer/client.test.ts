import { describe, expect, test } from "vitest";
import type { CallError, Environment, Exchange, Reply } from "../../harness/environment.ts";
import type { Outcome } from "../../harness/operation.ts";
import { SequencerClient } from "./client.ts";
import { World } from "./fixtures/world.fixture.ts";

type Result = CallError | Reply;
const cluster = { nodes: ["n1", "n2", "n3"], home: "n2", variant: "central", workload: "unique-ids", operationTimeoutMs: 1000, clientName: "c" };

/** A client whose calls are answered by these results, the last one again and again. */
async function invoked(
  results: readonly Result[],
  input: { readonly f: string; readonly count?: number; readonly after?: string } = { f: "generate" },
): Promise<{ outcome: Outcome; calls: { to: string; request: Exchange; timeoutMs: number }[] }> {
  const calls: { to: string; request: Exchange; timeoutMs: number }[] = [];
  const world = new World();
  const plain = world.environment("client-0");
  const environment: Environment = {
    ...plain,
    timers: {
      ...plain.timers,
      sleep(ms) {
        world.advance(ms);
        return Promise.resolve();
      },
    },
    network: {
      ...plain.network,
      call(to, request, { timeoutMs }, done) {
        const result = results[Math.min(calls.length, results.length - 1)];
        calls.push({ to, request, timeoutMs });
        if (result !== undefined && "kind" in result) done(result, null);
        else done(null, result ?? null);
      },
    },
  };
  return { outcome: await new SequencerClient(environment, cluster).invoke(input), calls };
}

describe("the client's error table", () => {
  test.each([
    ["200", { status: 200, body: { ids: ["7", "8"] } }, { type: "ok", output: { ids: ["7", "8"] } }],
    ["200 with numbers, as any JSON reader sees them", { status: 200, body: { ids: [1.5e15] } }, { type: "ok", output: { ids: ["1500000000000000"] } }],
    ["200 without ids", { status: 200, body: {} }, { type: "info", error: "an answer without ids" }],
    ["400", { status: 400, body: { error: "bad token" } }, { type: "fail", error: "400 bad token" }],
    ["503", { status: 503, body: { error: "no-lease" } }, { type: "fail", error: "503 no-lease" }],
    ["504", { status: 504, body: { error: "unknown" } }, { type: "info", error: "504 unknown" }],
    ["500", { status: 500 }, { type: "info", error: "500" }],
    ["404", { status: 404 }, { type: "info", error: "404" }],
    ["Refused", { kind: "Refused", isDefinite: true }, { type: "fail", error: "Refused" }],
    ["TooLarge", { kind: "TooLarge", isDefinite: true }, { type: "fail", error: "TooLarge" }],
    ["Timeout", { kind: "Timeout", isDefinite: false }, { type: "info", error: "Timeout" }],
    ["Reset", { kind: "Reset", isDefinite: false }, { type: "info", error: "Reset" }],
  ] as [string, Result, Outcome][])("%s", async (_name, result, expected) => {
    const { outcome, calls } = await invoked([result]);
    expect(outcome).toEqual(expected);
    expect(calls).toHaveLength(1);
  });
});

describe("the client", () => {
  test("asks its home node with the arguments in the query", async () => {
    const { calls } = await invoked([{ status: 503 }], { f: "generate", count: 5, after: "12" });
    expect(calls).toEqual([{ to: "n2", request: { method: "POST", path: "/id", query: { n: "5", after: "12" } }, timeoutMs: 950 }]);
  });

  test("follows a 421 to the leader, or to the next node if there is none, within its time", async () => {
    const { outcome, calls } = await invoked([
      { status: 421, body: { leader: "n1" } },
      { status: 421, body: { leader: null } },
      { status: 200, body: { ids: ["1"] } },
    ]);
    expect(outcome).toEqual({ type: "ok", output: { ids: ["1"] } });
    expect(calls.map(({ to }) => to)).toEqual(["n2", "n1", "n2"]);
  });

  test("gives up as fail when nobody leads, after a bounded number of calls", async () => {
    const { outcome, calls } = await invoked([{ status: 421, body: { leader: null } }]);
    expect(outcome).toEqual({ type: "fail", error: "no leader" });
    expect(calls.length).toBeLessThanOrEqual(8);
  });

  test("does not repeat a call whose fate is unknown, also not after a redirect", async () => {
    const { outcome, calls } = await invoked([
      { status: 421, body: { leader: "n1" } },
      { kind: "Timeout", isDefinite: false },
    ]);
    expect(outcome.type).toBe("info");
    expect(calls).toHaveLength(2);
  });
});
