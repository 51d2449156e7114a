// The store's interface, exchange by exchange, on a simulated cluster of three.
import { expect, test } from "vitest";
import type { Environment, Exchange, Reply } from "../../harness/environment.ts";
import type { JsonObject } from "../../harness/json.ts";
import type { Plan } from "../../harness/plan.ts";
import { callAsync } from "../../harness/promises.ts";
import type { Cluster } from "../../harness/runtime.ts";
import { createSimulation } from "../../runtimes/simulation/index.ts";
import { system } from "./index.ts";

const plan: Plan = {
  schema: "faultline/plan/1",
  system: "kv",
  module: "file:///kv",
  workload: "register",
  nemeses: [],
  runtime: "simulation",
  seed: "node",
  nodes: 3,
  clients: 1,
  rateHz: 1,
  durationMs: 60_000,
  options: {},
};

interface Talk {
  readonly cluster: Cluster;
  readonly environment: Environment;
  readonly leader: string;
  readonly followers: readonly string[];
  readonly ask: (
    node: string,
    method: Exchange["method"],
    path: string,
    more?: { readonly query?: Record<string, string>; readonly body?: JsonObject },
  ) => Promise<Reply>;
}

/** Runs `body` against a cluster that has a leader. Bodies are frozen: nobody may change what was sent. */
async function talk(body: (talk: Talk) => Promise<void>, parameters: JsonObject = {}): Promise<void> {
  await createSimulation({ system }, { freezeBodies: true }).run({ ...plan, options: { system: parameters } }, async (cluster) => {
    await cluster.start();
    const environment = cluster.clientEnvironment(0);
    const ask: Talk["ask"] = async (node, method, path, more = {}) => {
      const { error, reply } = await callAsync(environment.network, node, { method, path, ...more }, { timeoutMs: 2_000 });
      return reply ?? { status: 0, body: error?.kind ?? "" };
    };
    const leader = await leaderOf(cluster, ask);
    await body({ cluster, environment, leader, followers: cluster.nodes.filter((node) => node !== leader), ask });
    await cluster.stop();
  });
}

async function leaderOf(cluster: Cluster, ask: Talk["ask"], at: string = cluster.nodes[0] ?? ""): Promise<string> {
  for (;;) {
    const { body } = await ask(at, "GET", "/readyz");
    const leader = typeof body === "object" ? (body as JsonObject)["leader"] : null;
    if (typeof leader === "string" && (await ask(leader, "GET", "/v1/kv/none")).status === 200) return leader;
    await cluster.timers.sleep(50);
  }
}

test("put, get, cas and delete, with revisions", () =>
  talk(async ({ ask, leader }) => {
    expect((await ask(leader, "PUT", "/v1/kv/a%2Fb", { body: { value: "1" } })).body).toMatchObject({ revision: 1, changed: true });
    expect((await ask(leader, "GET", "/v1/kv/a%2Fb")).body).toEqual({ value: "1", modRevision: "1", revision: "1" });
    expect((await ask(leader, "POST", "/v1/kv/a%2Fb/cas", { body: { prevValue: "0", value: "2" } })).body).toMatchObject({
      done: false,
      changed: false,
      revision: 1,
    });
    expect((await ask(leader, "POST", "/v1/kv/a%2Fb/cas", { body: { prevRev: 1, value: "2" } })).body).toMatchObject({ done: true, revision: 2 });
    expect((await ask(leader, "POST", "/v1/kv/new/cas", { body: { prevValue: null, value: "3" } })).body).toMatchObject({ done: true, revision: 3 });
    expect((await ask(leader, "GET", "/v1/kv", { query: { prefix: "a" } })).body).toEqual({ revision: "3", keys: ["a/b"] });
    expect((await ask(leader, "DELETE", "/v1/kv/a%2Fb")).body).toMatchObject({ revision: 4, changed: true });
    expect((await ask(leader, "DELETE", "/v1/kv/a%2Fb")).body).toMatchObject({ revision: 4, changed: false });
    expect((await ask(leader, "GET", "/v1/kv/a%2Fb")).body).toEqual({ value: null, modRevision: null, revision: "4" });
  }));

test("a request that carries its session takes effect once, however often it comes", () =>
  talk(async ({ ask, leader }) => {
    const query = { client: "c", sequence: "1" };
    const first = await ask(leader, "PUT", "/v1/kv/k", { query, body: { value: "1" } });
    expect(await ask(leader, "PUT", "/v1/kv/k", { query, body: { value: "1" } })).toEqual(first);
    expect((await ask(leader, "GET", "/v1/kv/k")).body).toMatchObject({ revision: "1" });
    expect((await ask(leader, "PUT", "/v1/kv/k", { query: { client: "unheard-of", sequence: "2" }, body: { value: "2" } })).status).toBe(504);
  }));

test("followers redirect changes and fresh reads, and answer stale ones, but not older than asked for", () =>
  talk(async ({ ask, leader, followers: [follower = ""], cluster }) => {
    expect(await ask(follower, "PUT", "/v1/kv/k", { body: { value: "1" } })).toEqual({ status: 421, body: { error: "not the leader", leader } });
    expect((await ask(follower, "GET", "/v1/kv/k")).status).toBe(421);
    await ask(leader, "PUT", "/v1/kv/k", { body: { value: "1" } });
    expect((await ask(follower, "GET", "/v1/kv/k", { query: { consistency: "stale", rev: "99" } })).status).toBe(409);
    await cluster.timers.sleep(300);
    expect((await ask(follower, "GET", "/v1/kv/k", { query: { consistency: "stale", rev: "1" } })).body).toMatchObject({ value: "1", revision: "1" });
    expect((await ask(leader, "GET", "/v1/kv/k", { query: { consistency: "lease" } })).body).toMatchObject({ value: "1" });
  }));

test("what means nothing is refused", () =>
  talk(async ({ ask, leader }) => {
    const refused: readonly (readonly [Exchange["method"], string, { query?: Record<string, string>; body?: JsonObject }])[] = [
      ["GET", "/", {}],
      ["GET", "/v2/kv/k", {}],
      ["GET", "/v1/kv/%E0%A4%A", {}],
      ["GET", "/v1/kv/k", { query: { consistency: "sometimes" } }],
      ["GET", "/v1/kv/k", { query: { rev: "-1" } }],
      ["GET", "/v1/watch", { query: { from: "9007199254740993" } }],
      ["PUT", "/v1/kv/k", { body: { value: 1 } }],
      ["PUT", "/v1/kv", { body: { value: "1" } }],
      ["POST", "/v1/kv/k/swap", { body: { value: "1" } }],
      ["POST", "/v1/kv/k/cas", { body: { value: "1" } }],
      ["POST", "/v1/lease", { body: { op: "steal" } }],
      ["POST", "/v1/lock/l", { body: { op: "release", fence: "1.5" } }],
      ["POST", "/v1/sink/s", { body: { fence: "1" } }],
    ];
    for (const [method, path, more] of refused) expect((await ask(leader, method, path, more)).status, `${method} ${path}`).toBe(400);
  }));

test("a watch waits for changes, tells all of them in order, and says what is compacted", () =>
  talk(
    async ({ ask, leader, followers: [follower = ""] }) => {
      const waiting = ask(follower, "GET", "/v1/watch", { query: { from: "1", waitMs: "1000" } });
      await ask(leader, "PUT", "/v1/kv/a", { body: { value: "1" } });
      expect((await waiting).body).toEqual({ events: [{ revision: "1", key: "a", value: "1" }], next: "2" });
      expect((await ask(leader, "GET", "/v1/watch", { query: { from: "2", waitMs: "50" } })).body).toEqual({ events: [], next: "2" });
      for (const value of ["2", "3", "4"]) await ask(leader, "PUT", "/v1/kv/a", { body: { value } });
      await ask(leader, "DELETE", "/v1/kv/a");
      expect((await ask(leader, "GET", "/v1/watch", { query: { from: "4" } })).body).toMatchObject({ events: [{ value: "4" }, { value: null }], next: "6" });
      expect(await ask(leader, "GET", "/v1/watch", { query: { from: "2" } })).toEqual({ status: 410, body: { compacted: "2", next: "3" } });
    },
    { historyLimit: 3 },
  ));

test("locks: one holder, rising tokens, a lease that ends them, and a resource that refuses old tokens", () =>
  talk(async ({ ask, leader, cluster }) => {
    const lock = (body: JsonObject): Promise<Reply> => ask(leader, "POST", "/v1/lock/l", { body });
    const store = async (fence: number): Promise<unknown> =>
      ((await ask(leader, "POST", "/v1/sink/s", { body: { fence: String(fence), value: "v" } })).body as JsonObject)["done"];
    expect((await lock({ op: "acquire" })).body).toMatchObject({ done: true, fence: 1 });
    expect((await lock({ op: "acquire" })).body).toMatchObject({ done: false, fence: null });
    await lock({ op: "release", fence: 1 });
    expect((await lock({ op: "acquire", ttlMs: 300 })).body).toMatchObject({ done: true, fence: 2 });
    await lock({ op: "release", fence: 1 });
    expect((await lock({ op: "acquire" })).body).toMatchObject({ done: false });
    await cluster.timers.sleep(700);
    expect((await lock({ op: "acquire" })).body).toMatchObject({ done: true, fence: 3 });
    expect([await store(0), await store(2), await store(3), await store(2), await store(3)]).toEqual([false, true, true, false, true]);
  }));

test("a lease lives as long as it is renewed, and takes its locks with it", () =>
  talk(async ({ ask, leader, cluster }) => {
    const lease = async (body: JsonObject): Promise<JsonObject> => (await ask(leader, "POST", "/v1/lease", { body })).body as JsonObject;
    const { lease: id } = await lease({ op: "grant", ttlMs: 400 });
    const acquire = async (): Promise<unknown> =>
      ((await ask(leader, "POST", "/v1/lock/l", { body: { op: "acquire", lease: id ?? null } })).body as JsonObject)["done"];
    expect(await acquire()).toBe(true);
    for (let round = 0; round < 5; round++) {
      await cluster.timers.sleep(200);
      expect((await lease({ op: "renew", lease: id ?? null }))["done"]).toBe(true);
    }
    await cluster.timers.sleep(800);
    expect((await lease({ op: "renew", lease: id ?? null }))["done"]).toBe(false);
    expect(await acquire()).toBe(false);
    const second = await lease({ op: "grant" });
    expect((await lease({ op: "revoke", lease: second["lease"] ?? null }))["done"]).toBe(true);
  }));

test("everything acknowledged is there after a power cut of all nodes, snapshots and sessions included", () =>
  talk(
    async ({ ask, leader, cluster }) => {
      for (let index = 1; index <= 11; index++)
        await ask(leader, "PUT", `/v1/kv/k${index}`, { query: { client: "c", sequence: String(index) }, body: { value: `${index}` } });
      await cluster.faults.inject({ id: "dark", kind: "power-cut", targets: { all: true }, params: { torn: true } });
      await cluster.faults.lift("dark");
      await cluster.timers.sleep(500);
      const next = await leaderOf(cluster, ask);
      expect((await ask(next, "GET", "/v1/kv", { query: { prefix: "k" } })).body).toMatchObject({ revision: "11" });
      await ask(next, "PUT", "/v1/kv/k11", { query: { client: "c", sequence: "11" }, body: { value: "11" } });
      expect((await ask(next, "GET", "/v1/kv/k11")).body).toMatchObject({ revision: "11", value: "11" });
    },
    { snapshotEveryEntries: 4 },
  ));

test("a leader that stops hands over: another one serves before the others could have missed it", () =>
  talk(async ({ ask, leader, followers: [follower = ""], cluster }) => {
    const stopped = cluster.faults.inject({ id: "stop", kind: "stop", targets: { nodes: [leader] }, params: { limitMs: 1_000 } });
    const began = cluster.nowNs();
    await stopped;
    let next = leader;
    while (next === leader) next = await leaderOf(cluster, ask, follower);
    expect((cluster.nowNs() - began) / 1e6).toBeLessThan(250);
  }));

test("operators see health, readiness, metrics and state", () =>
  talk(async ({ ask, leader }) => {
    expect(await ask(leader, "GET", "/healthz")).toEqual({ status: 200, body: "ok" });
    expect((await ask(leader, "GET", "/debug/state")).body).toMatchObject({ role: "leader", term: 1, revision: 0, keys: 0 });
    const { body } = await ask(leader, "GET", "/metrics");
    expect(body).toMatch(/^raft_term 1\nraft_is_leader 1\n(.+\n)*kv_replies_total\{status="200"\} \d+\n$/);
  }));
