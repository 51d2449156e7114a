// What links promise, measured from outside with real sockets. Run against every implementation over our proxy.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TestNetwork } from "./fixtures/test-network.ts";
import { Caller } from "./fixtures/test-node.ts";
import { until } from "./fixtures/until.ts";
import type { NetworkFaultShape } from "./fault-links.ts";
import { describeDatagrams } from "./datagram-faults.contract.ts";
import type { Links } from "./links.ts";
import { describeStreams } from "./stream-faults.contract.ts";

const blocked: NetworkFaultShape = { kind: "partition", params: {} };

/** @param make fresh links; they are closed by the tests */
export function linksContract(name: string, make: () => Promise<Links>): void {
  describe(name, () => {
    let network: TestNetwork;
    beforeEach(async () => {
      network = await TestNetwork.start(await make());
    });
    afterEach(async () => {
      await network.close();
    });
    describeNodes(() => network);
    describePartitions(() => network);
    describeStreams(() => network);
    describeDatagrams(() => network);
  });
}

function describeNodes(of: () => TestNetwork): void {
  describe("nodes come and go", () => {
    test("a link carries requests and answers, and keeps its address when its node is replaced", async () => {
      const network = of();
      expect(await network.caller("n1", "n2").call("one")).toBe("re:one");
      await network.restart("n2");
      expect(await network.caller("n1", "n2").call("two")).toBe("re:two");
      expect(network.nodes.n2.requests).toEqual(["two"]);
    });

    test("a link refuses until its node is attached, whether it is opened before or after", async () => {
      const { links, nodes } = of();
      const before = await links.open({ from: "n1", to: "n3" }, "tcp");
      expect(await new Caller(before).ended()).toBe("ECONNREFUSED");
      await links.attach("n3", nodes.n2.addresses);
      const after = await links.open({ from: "n2", to: "n3" }, "tcp");
      for (const address of [before, after]) {
        const caller = new Caller(address);
        expect(await caller.call("hello")).toBe("re:hello");
        caller.socket.destroy();
      }
      await links.detach("n3");
      const late = await links.open({ from: "client-0", to: "n3" }, "tcp");
      for (const address of [before, after, late]) expect(await new Caller(address).ended()).toBe("ECONNREFUSED");
    });

    test("a dead node's links refuse, connections to it and from it are reset, and twice is no more than once", async () => {
      const network = of();
      const [to, from, other] = [network.caller("client-0", "n2"), network.caller("n2", "n1"), network.caller("client-0", "n1")];
      for (const caller of [to, from, other]) expect(await caller.call("hello")).toBe("re:hello");
      await network.links.detach("n2");
      await network.links.detach("n2");
      expect([await to.ended(), await from.ended()]).toEqual(["ECONNRESET", "ECONNRESET"]);
      expect(await network.caller("client-0", "n2").ended()).toBe("ECONNREFUSED");
      expect(await other.call("still here")).toBe("re:still here");
      await until("the connection of the dead node to end", () => network.nodes.n1.openCount === 1);
    });

    test("an attach without a detach leaves nothing of the incarnation before", async () => {
      const network = of();
      const old = network.caller("n1", "n2");
      expect(await old.call("old")).toBe("re:old");
      await network.links.attach("n2", network.nodes.n2.addresses);
      expect(await old.ended()).toBe("ECONNRESET");
      expect(await network.caller("n1", "n2").call("new")).toBe("re:new");
    });

    test("what stalled on its way to a node that died is never delivered to its successor", async () => {
      const network = of();
      await network.begin("p", blocked);
      const caller = await network.caller("n1", "n2").connected();
      caller.send("late");
      await network.settled();
      await network.restart("n2");
      expect((await network.links.end("p")).affectedCount).toBeGreaterThan(0);
      expect(await caller.ended()).toBe("ECONNRESET");
      expect(await network.caller("n1", "n2").call("fresh")).toBe("re:fresh");
      expect(network.nodes.n2.requests).toEqual(["fresh"]);
    });

    test("what a node had sent before it died arrives after the heal, also if it has been started again", async () => {
      const network = of();
      await network.begin("p", blocked);
      const dying = await network.caller("n2", "n1").connected();
      dying.send("last words");
      await network.settled();
      dying.socket.destroy();
      await network.restart("n2");
      expect(network.nodes.n1.requests).not.toContain("last words");
      await network.links.end("p");
      await until("the last words", () => network.nodes.n1.requests.includes("last words"));
      await until("the end of that connection", () => network.nodes.n1.openCount === 1);
    });

    test("the news of a death waits behind a partition", async () => {
      const network = of();
      const caller = network.caller("n1", "n2");
      expect(await caller.call("hello")).toBe("re:hello");
      await network.begin("p", blocked);
      await network.kill("n2");
      await network.settled();
      expect(caller.ending).toBe("");
      await network.links.end("p");
      expect(await caller.ended()).toBe("ECONNRESET");
    });

    test("faults hold for nodes that are attached later", async () => {
      const network = of();
      await network.kill("n2");
      await network.begin("p", blocked);
      await network.begin("slow", { kind: "slow", params: { latencyMs: 30, jitterMs: 0 } }, { victims: ["n1"] });
      await network.restart("n2");
      const caller = await network.caller("n1", "n2").connected();
      caller.send("one");
      await network.settled("n2");
      expect(network.nodes.n2.requests).not.toContain("one");
      const startMs = performance.now();
      await network.links.end("p");
      await until("the answer", () => caller.answers.length === 1);
      expect(performance.now() - startMs).toBeGreaterThanOrEqual(29);
    });

    test("close leaves nothing, and twice is no more than once", async () => {
      const network = of();
      const caller = network.caller("client-0", "n1");
      expect(await caller.call("hello")).toBe("re:hello");
      await network.begin("p", blocked);
      await network.links.close();
      expect(await caller.ended()).not.toBe("");
      for (const to of ["n1", "n2"] as const) expect(await new Caller(network.address("client-0", to)).ended()).toBe("ECONNREFUSED");
      await network.links.close();
    });
  });
}

function describePartitions(of: () => TestNetwork): void {
  describe("a partition", () => {
    test("stalls both directions and all nodes' connections, not the clients'; then everything is delivered, and counted", async () => {
      const network = of();
      const old = network.caller("n1", "n2");
      expect(await old.call("before")).toBe("re:before");
      await network.begin("p", blocked);
      old.send("old");
      const fresh = await network.caller("n2", "n1").connected();
      fresh.send("fresh");
      await network.settled("n1");
      await network.settled("n2");
      expect([network.nodes.n2.requests.includes("old"), network.nodes.n1.requests.includes("fresh")]).toEqual([false, false]);
      const effect = await network.links.end("p");
      expect(effect).toEqual({ affectedCount: "old\nfresh\n".length, detail: { stalledBytes: "old\nfresh\n".length } });
      await until("both answers", () => old.answers.length === 2 && fresh.answers.length === 1);
    });

    test("of one direction stalls requests there, and the answers to requests from the other side", async () => {
      const network = of();
      await network.begin("p", { kind: "partition", params: { direction: "out" } });
      const [there, back] = [await network.caller("n2", "n1").connected(), await network.caller("n1", "n2").connected()];
      there.send("there");
      back.send("back");
      await until("the request that may pass", () => network.nodes.n2.requests.includes("back"));
      await network.settled("n1");
      expect([network.nodes.n1.requests.includes("there"), back.answers]).toEqual([false, []]);
      expect((await network.links.end("p")).detail).toEqual({ stalledBytes: "there\n".length + "re:back\n".length });
      await until("both answers", () => there.answers.length === 1 && back.answers.length === 1);
    });

    test("with clients stalls them, too", async () => {
      const network = of();
      await network.begin("p", { kind: "partition", params: { clients: true } });
      const caller = await network.caller("client-0", "n2").connected();
      caller.send("stalled");
      await network.settled("n1");
      expect(network.nodes.n2.requests).toEqual([]);
      await network.links.end("p");
      await until("the answer", () => caller.answers.length === 1);
    });

    test("that meets nothing but the end of an idle connection has no effect, and passes that on", async () => {
      const network = of();
      const idle = network.caller("n1", "n2");
      expect(await idle.call("before")).toBe("re:before");
      await network.begin("p", blocked);
      idle.socket.end();
      await network.settled();
      await network.settled("n2");
      expect(network.nodes.n2.openCount).toBe(2);
      expect((await network.links.end("p")).affectedCount).toBe(0);
      await until("the end to arrive", () => network.nodes.n2.openCount === 1);
    });

    test("with a cut on heal resets what it held, and nothing else", async () => {
      const network = of();
      const [idle, busy] = [network.caller("n1", "n2"), network.caller("n1", "n2")];
      for (const caller of [idle, busy]) expect(await caller.call("before")).toBe("re:before");
      await network.begin("p", { kind: "partition", params: { onHeal: "cut" } });
      busy.send("lost");
      await network.settled();
      await network.links.end("p");
      expect(await busy.ended()).toBe("ECONNRESET");
      expect(await idle.call("after")).toBe("re:after");
      expect(network.nodes.n2.requests).not.toContain("lost");
    });

    test("that overlaps with another holds what both block until the last is lifted, in either order", async () => {
      for (const [first, last] of [
        ["a", "b"],
        ["b", "a"],
      ] as const) {
        const network = of();
        await network.begin("a", blocked);
        await network.begin("b", { kind: "partition", params: { links: [{ from: "n1", to: "n2" }] } });
        const caller = await network.caller("n1", "n2").connected();
        caller.send(`by ${first}`);
        await network.settled();
        expect((await network.links.end(first)).affectedCount).toBe(5);
        await network.settled("n2");
        expect(network.nodes.n2.requests).not.toContain(`by ${first}`);
        expect((await network.links.end(last)).affectedCount).toBe(5);
        await until("the answer", () => caller.answers.length === 1);
      }
    });

    test("loses datagrams of the direction it blocks, and counts them", async () => {
      const network = of();
      const [there, back] = [network.sender("n1", "n2"), network.sender("n2", "n1")];
      await network.begin("p", { kind: "partition", params: { direction: "in" } });
      there("lost");
      back("kept");
      await until("the datagram of the other direction", () => network.nodes.n1.datagrams.length === 1);
      await until("a count", await countOf(network, "p"));
      there("after");
      await until("a datagram after the heal", () => network.nodes.n2.datagrams.length === 1);
      expect(network.nodes.n2.datagrams).toEqual(["after"]);
    });
  });

  test("a fault that meets no traffic has no effect, and unknown faults are ignored", async () => {
    const network = of();
    const faults: readonly NetworkFaultShape[] = [
      blocked,
      { kind: "slow", params: { latencyMs: 50, jitterMs: 0 } },
      { kind: "loss", params: { probability: 1 } },
      { kind: "duplicate", params: { probability: 1 } },
      { kind: "reorder", params: { probability: 1, delayMs: 5 } },
      { kind: "corrupt", params: { probability: 1 } },
      { kind: "reset", params: { probability: 1 } },
      { kind: "refuse", params: {} },
      { kind: "half-open", params: {} },
    ];
    const unhit = network.caller("client-0", "n1");
    for (const fault of faults) await network.begin(fault.kind, fault);
    expect(await unhit.call("elsewhere")).toBe("re:elsewhere");
    for (const { kind } of faults) expect(await network.links.end(kind), kind).toEqual({ affectedCount: 0, detail: {} });
    expect(await network.links.end("never begun")).toEqual({ affectedCount: 0, detail: {} });
    expect(await network.caller("n1", "n2").call("sound")).toBe("re:sound");
  });
}

/** Ends the fault and waits until it had an effect: datagrams are counted a moment after they were sent. */
async function countOf(network: TestNetwork, id: string): Promise<() => boolean> {
  const { affectedCount } = await network.links.end(id);
  return () => affectedCount > 0;
}
