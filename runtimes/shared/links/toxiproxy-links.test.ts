// Links over a server that knows Toxiproxy's routes only: ours without its own, for a real one may behave otherwise in detail but not in its API.
import { afterEach, beforeEach, expect, test } from "vitest";
import { Elsewhere } from "./fixtures/elsewhere.ts";
import { TestNetwork } from "./fixtures/test-network.ts";
import { until } from "./fixtures/until.ts";
import type { NetworkFaultShape } from "./fault-links.ts";

let elsewhere: Elsewhere;
let network: TestNetwork;
beforeEach(async () => {
  elsewhere = await Elsewhere.start({ isExtended: false });
  network = await TestNetwork.start(await elsewhere.links());
});
afterEach(async () => {
  await network.close();
  expect(elsewhere.names).toEqual([]);
  await elsewhere.close();
});

const blocked: NetworkFaultShape = { kind: "partition", params: {} };

test("says what it is and what it lacks", () => {
  expect(network.links.mechanism).toBe("toxiproxy");
  const { reset, refuse, ...others } = network.links.capabilities();
  expect(new Set(Object.values(others))).toEqual(new Set([true]));
  for (const reason of [reset, refuse]) expect(reason).toContain("Toxiproxy");
});

test("a dead node's links refuse, its connections end, and the address stays", async () => {
  const caller = network.caller("n1", "n2");
  expect(await caller.call("hello")).toBe("re:hello");
  await network.kill("n2");
  expect(await caller.ended()).not.toBe("");
  expect(await network.caller("n1", "n2").ended()).toBe("ECONNREFUSED");
  await network.restart("n2");
  expect(await network.caller("n1", "n2").call("again")).toBe("re:again");
});

test("an attach without a detach leaves nothing of the incarnation before, on the same port, too", async () => {
  const caller = network.caller("n1", "n2");
  expect(await caller.call("hello")).toBe("re:hello");
  await network.links.attach("n2", network.nodes.n2.addresses);
  expect(await caller.ended()).not.toBe("");
});

test("a partition of one direction stalls it on both links, and is delivered", async () => {
  await network.begin("p", { kind: "partition", params: { direction: "out" } });
  const [there, back] = [await network.caller("n2", "n1").connected(), await network.caller("n1", "n2").connected()];
  there.send("there");
  back.send("back");
  await until("the request that may pass", () => network.nodes.n2.requests.includes("back"));
  await network.settled();
  expect([network.nodes.n1.requests.includes("there"), back.answers]).toEqual([false, []]);
  expect(await network.links.end("p")).toEqual({ affectedCount: 0, detail: { isUnmeasured: true } });
  await until("both answers", () => there.answers.length === 1 && back.answers.length === 1);
});

test("overlapping partitions hold until the last is lifted; names of faults may be any", async () => {
  await network.begin("a/b c", blocked);
  await network.begin("a_b.c", blocked);
  const caller = await network.caller("n1", "n2").connected();
  caller.send("held");
  await network.links.end("a/b c");
  await network.settled("n2");
  expect(network.nodes.n2.requests).not.toContain("held");
  await network.links.end("a_b.c");
  await until("the answer", () => caller.answers.length === 1);
});

test("a cut on heal loses what was held and closes", async () => {
  await network.begin("p", { kind: "partition", params: { onHeal: "cut" } });
  const caller = await network.caller("n1", "n2").connected();
  caller.send("lost");
  await network.settled("n2");
  await network.links.end("p");
  expect(await caller.ended()).not.toBe("");
  expect(network.nodes.n2.requests).not.toContain("lost");
  expect(await network.caller("n1", "n2").call("sound")).toBe("re:sound");
});

test("slow delays both ways, also for a node that is attached later", async () => {
  await network.kill("n2");
  await network.begin("s", { kind: "slow", params: { latencyMs: 15, jitterMs: 0 } });
  await network.restart("n2");
  const startMs = performance.now();
  expect(await network.caller("n1", "n2").call("slow")).toBe("re:slow");
  expect(performance.now() - startMs).toBeGreaterThanOrEqual(29);
  await network.links.end("s");
});

test("half-open delivers requests and loses answers for good", async () => {
  const caller = network.caller("n1", "n2");
  expect(await caller.call("hello")).toBe("re:hello");
  await network.begin("h", { kind: "half-open", params: {} });
  caller.send("one-way");
  await until("the request", () => network.nodes.n2.requests.includes("one-way"));
  await network.settled();
  await network.links.end("h");
  expect(await caller.ended()).not.toBe("");
  expect(caller.answers).toEqual(["re:hello"]);
});

test("faults on datagrams are ours, and counted", async () => {
  const send = network.sender("n1", "n2");
  await network.begin("l", { kind: "loss", params: { probability: 1 } });
  send("lost");
  network.sender("client-0", "n1")("mark");
  await until("the mark", () => network.nodes.n1.datagrams.includes("mark"));
  expect(await network.links.end("l")).toEqual({ affectedCount: 1, detail: { lostDatagrams: 1 } });
});

test("a fault on no link of connections needs no request, and unknown faults are ignored", async () => {
  await network.begin("l", { kind: "loss", params: { probability: 1 } });
  expect(elsewhere.engine.proxies().flatMap(({ toxics }) => toxics)).toEqual([]);
  expect(await network.links.end("l")).toEqual({ affectedCount: 0, detail: {} });
  expect(await network.links.end("never")).toEqual({ affectedCount: 0, detail: {} });
});
