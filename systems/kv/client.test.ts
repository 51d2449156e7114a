import { expect, test } from "vitest";
import type { CallDone, CallErrorKind, Environment, Exchange, Reply } from "../../harness/environment.ts";
import type { Input, Outcome } from "../../harness/operation.ts";
import { seededRandom } from "../../harness/random.ts";
import { fateOf, KvClient } from "./client.ts";

type Answer = Reply | CallErrorKind;

test.each<readonly [Answer, string]>([
  [{ status: 200 }, "answered"],
  [{ status: 410 }, "answered"],
  [{ status: 400 }, "nothing-happened"],
  [{ status: 409 }, "nothing-happened"],
  [{ status: 421 }, "nothing-happened"],
  [{ status: 503 }, "nothing-happened"],
  [{ status: 504 }, "unknown"],
  [{ status: 500 }, "unknown"],
  ["Refused", "nothing-happened"],
  ["TooLarge", "nothing-happened"],
  ["Reset", "unknown"],
  ["Timeout", "unknown"],
])("the error table: %o is %s", (answer, fate) => {
  expect(typeof answer === "string" ? fateOf(errorOf(answer), null) : fateOf(null, answer)).toBe(fate);
});

function errorOf(kind: CallErrorKind): { readonly kind: CallErrorKind; readonly isDefinite: boolean } {
  return { kind, isDefinite: kind === "Refused" || kind === "TooLarge" };
}

interface Sent {
  readonly to: string;
  readonly request: Exchange;
}

/** A client whose attempts are answered from a list, the last answer for ever; timeouts and sleeps take their time. */
async function invoke(input: Input, answers: readonly Answer[], workload = "register"): Promise<{ outcome: Outcome; sent: Sent[] }> {
  const { client, sent } = scripted(answers, workload);
  return { outcome: await client.invoke(input), sent };
}

function scripted(
  answers: readonly Answer[],
  workload = "register",
): { readonly client: KvClient; readonly sent: Sent[]; readonly wait: (ms: number) => Promise<void> } {
  const sent: Sent[] = [];
  let nowMs = 0;
  const wait = async (ms: number): Promise<void> => {
    nowMs += ms;
  };
  const environment: Partial<Environment> = {
    clock: { monotonic: () => nowMs, wall: () => 0 },
    random: seededRandom("client"),
    timers: { after: () => 0, every: () => 0, cancel() {}, sleep: wait },
    network: {
      serve() {},
      send() {},
      onMessage() {},
      call(to: string, request: Exchange, { timeoutMs }: { readonly timeoutMs: number }, done: CallDone) {
        sent.push({ to, request });
        const answer = answers[Math.min(sent.length, answers.length) - 1] ?? "Timeout";
        nowMs += answer === "Timeout" ? timeoutMs : 5;
        if (typeof answer === "string") done(errorOf(answer), null);
        else done(null, answer);
      },
    },
  };
  const client = new KvClient(environment as Environment, {
    nodes: ["n1", "n2", "n3"],
    home: "n2",
    variant: "raft",
    workload,
    operationTimeoutMs: 1_000,
    clientName: "c7",
  });
  return { client, sent, wait };
}

const write: Input = { f: "write", key: "k", value: "1" };
const done = { status: 200, body: { done: true, changed: true, revision: 4, fence: null } };

test("a write goes home first, follows the redirect, and keeps its number when it is repeated", async () => {
  const { outcome, sent } = await invoke(write, ["Timeout", { status: 421, body: { leader: "n1" } }, { status: 504 }, done]);
  expect(outcome).toEqual({ type: "ok", output: null });
  expect(sent.map(({ to }) => to)).toEqual(["n2", "n3", "n1", "n2"]);
  expect(new Set(sent.map(({ request }) => JSON.stringify(request.query)))).toEqual(new Set(['{"client":"c7","sequence":"1"}']));
});

test("under load it goes on with the leader to which it was led, and after a pause it begins at home again", async () => {
  const { client, sent, wait } = scripted([{ status: 421, body: { leader: "n1" } }, done]);
  const targets = async (input: Input): Promise<readonly string[]> => {
    const before = sent.length;
    await client.invoke(input);
    return sent.slice(before).map(({ to }) => to);
  };
  expect(await targets(write)).toEqual(["n2", "n1"]);
  await wait(49);
  expect(await targets(write)).toEqual(["n1"]);
  await wait(50);
  expect(await targets(write)).toEqual(["n2"]);
});

test("a write is indeterminate as soon as one attempt was, and failed only if all certainly were", async () => {
  expect((await invoke(write, [{ status: 421, body: { leader: null } }])).outcome).toEqual({ type: "fail", error: "421" });
  expect((await invoke(write, ["Refused"])).outcome).toEqual({ type: "fail", error: "Refused" });
  expect((await invoke(write, ["Timeout", "Refused"])).outcome).toEqual({ type: "info", error: "Refused" });
  expect((await invoke(write, [{ status: 504 }, { status: 421, body: {} }])).outcome.type).toBe("info");
});

test("a read that is not answered has failed: it changes nothing", async () => {
  expect((await invoke({ f: "read", key: "k" }, ["Timeout"])).outcome).toEqual({ type: "fail", error: "Timeout" });
});

test("it ends within the time of the operation", async () => {
  const { sent } = await invoke(write, ["Timeout"]);
  expect(sent.length).toBeGreaterThan(2);
  expect(sent.length).toBeLessThan(6);
});

test("stale reads and watches stay at home", async () => {
  const { sent } = await invoke(
    { f: "stale-read", key: "k", after: "9" },
    [{ status: 409 }, { status: 409 }, { status: 200, body: { revision: "9", value: null } }],
    "stale-register",
  );
  expect(sent.map(({ to }) => to)).toEqual(["n2", "n2", "n2"]);
  expect(sent[0]?.request.query).toEqual({ consistency: "stale", rev: "9" });
});

const outputs: readonly (readonly [string, Input, string, Reply, unknown])[] = [
  ["write with its revision", write, "stale-register", done, { revision: "4" }],
  ["put", { f: "put", key: "k", value: "1" }, "watch", done, { revision: "4" }],
  ["delete of something", { f: "delete", key: "k" }, "watch", done, { revision: "4" }],
  ["delete of nothing", { f: "delete", key: "k" }, "watch", { status: 200, body: { done: true, changed: false, revision: 4 } }, { revision: null }],
  ["delete of a register", { f: "delete", key: "k" }, "register", done, null],
  ["cas that matched", { f: "cas", key: "k", from: null, to: "1" }, "register", done, true],
  ["cas that did not", { f: "cas", key: "k", from: "0", to: "1" }, "register", { status: 200, body: { done: false } }, false],
  ["read", { f: "read", key: "k" }, "register", { status: 200, body: { value: "7" } }, "7"],
  ["read of a set", { f: "read" }, "set", { status: 200, body: { keys: ["set/1.1", "set/2"] } }, ["1.1", "2"]],
  ["add", { f: "add", element: "1.1" }, "set", done, null],
  ["watch", { f: "watch", from: "3" }, "watch", { status: 200, body: { events: [], next: "3" } }, { events: [], next: "3" }],
  [
    "watch of compacted changes",
    { f: "watch", from: "0" },
    "watch",
    { status: 410, body: { compacted: "5", next: "6" } },
    { events: [], next: "6", compacted: true },
  ],
  ["acquire", { f: "acquire", name: "l" }, "lock", { status: 200, body: { done: true, fence: 3 } }, { fence: "3" }],
  ["release", { f: "release", name: "l", fence: "3" }, "lock", done, null],
  ["store", { f: "store", name: "l", fence: "3", value: "v" }, "lock", { status: 200, body: { done: false } }, { accepted: false }],
];

test.each(outputs.map(([name, ...example]) => ({ name, example })))(
  "$name answers what its workload expects",
  async ({ example: [input, workload, reply, output] }) => {
    expect((await invoke(input, [reply], workload)).outcome).toEqual({ type: "ok", output });
  },
);

test("a lock that stays held has not been acquired, and every try is a request of its own", async () => {
  const { outcome, sent } = await invoke({ f: "acquire", name: "l" }, [{ status: 200, body: { done: false } }], "lock");
  expect(outcome).toEqual({ type: "fail", error: "held" });
  expect(sent.map(({ request }) => request.query?.["sequence"])).toEqual(sent.map((_, index) => String(index + 1)));
});

test("an unknown operation fails", async () => {
  expect((await invoke({ f: "fly" }, [done])).outcome).toEqual({ type: "fail", error: "unknown operation fly" });
});
