// The client's table of errors: what is certainly without effect, what nobody can tell, and that repeats keep their number.
import { describe, expect, test } from "vitest";
import type { CallError, Environment, Exchange, Reply } from "../../harness/environment.ts";
import { CounterClient } from "./client.ts";

const refused: CallError = { kind: "Refused", isDefinite: true };
const reset: CallError = { kind: "Reset", isDefinite: false };
const timeout: CallError = { kind: "Timeout", isDefinite: false };
const ok: Reply = { status: 200, body: { value: "7" } };

describe("the outcome of an add", () => {
  test.each([
    ["200", [ok], "ok"],
    ["refused everywhere", [refused], "fail"],
    ["503 everywhere", [{ status: 503 }], "fail"],
    ["no leader anywhere", [{ status: 421, body: { leader: null } }], "fail"],
    ["reset", [reset], "info"],
    ["a time limit", [timeout], "info"],
    ["504", [{ status: 504 }], "info"],
    ["reset, then refused", [reset, refused], "info"],
    ["reset, then 200", [reset, ok], "ok"],
    ["400", [{ status: 400 }], "fail"],
  ] as const)("after %s", async (_what, answers, type) => {
    expect((await client(answers).invoke({ f: "add", delta: "1" })).type).toBe(type);
  });
});

test("a read without an answer has certainly no effect", async () => {
  expect((await client([timeout]).invoke({ f: "read" })).type).toBe("fail");
});

test("an answer is the value as it came", async () => {
  expect(await client([ok]).invoke({ f: "read" })).toEqual({ type: "ok", output: "7" });
});

test("repeats carry the same request id, and the next request another one", async () => {
  const sent: Exchange[] = [];
  const counter = client([reset, ok, ok], sent);
  await counter.invoke({ f: "add", delta: "1" });
  await counter.invoke({ f: "add", delta: "1" });
  expect(sent.map((exchange) => exchange.body)).toEqual([1, 1, 2].map((sequence) => ({ delta: "1", client: "c", sequence })));
});

test("a redirect is followed to the leader", async () => {
  const asked: string[] = [];
  await client([{ status: 421, body: { leader: "n3" } }, ok], [], asked).invoke({ f: "read" });
  expect(asked).toEqual(["n1", "n3"]);
});

/** Answers in order; the last one for ever. Time passes with every attempt. */
function client(answers: readonly (Reply | CallError)[], sent: Exchange[] = [], asked: string[] = []): CounterClient {
  let nowMs = 0;
  const environment = {
    clock: { monotonic: () => nowMs },
    timers: { sleep: () => Promise.resolve() },
    network: {
      call(to: string, request: Exchange, _options: unknown, done: (error: CallError | null, reply: Reply | null) => void) {
        nowMs += 100;
        asked.push(to);
        sent.push(request);
        const answer = answers[Math.min(sent.length, answers.length) - 1] ?? refused;
        if ("kind" in answer) done(answer, null);
        else done(null, answer);
      },
    },
  };
  const view = { nodes: ["n1", "n2", "n3"], home: "n1", variant: "raft", workload: "counter", operationTimeoutMs: 1000, clientName: "c" };
  // Only what the client uses of its world.
  return new CounterClient(environment as unknown as Environment, view);
}
