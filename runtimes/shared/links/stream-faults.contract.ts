// What faults do to connections. Part of the contract of links.
import { describe, expect, test } from "vitest";
import type { NetworkFaultShape } from "./fault-links.ts";
import type { TestNetwork } from "./fixtures/test-network.ts";
import { until } from "./fixtures/until.ts";

const blocked: NetworkFaultShape = { kind: "partition", params: {} };

export function describeStreams(of: () => TestNetwork): void {
  describe("faults on connections", () => {
    test("slow delays both ways, in order, and counts; lifting it delivers at once", async () => {
      const network = of();
      const caller = network.caller("n1", "n2");
      await network.begin("s", { kind: "slow", params: { latencyMs: 20, jitterMs: 5 } });
      const startMs = performance.now();
      for (const line of ["1", "2", "3"]) caller.send(line);
      await until("three answers", () => caller.answers.length === 3);
      expect(performance.now() - startMs).toBeGreaterThanOrEqual(29);
      expect(caller.answers).toEqual(["re:1", "re:2", "re:3"]);
      const effect = await network.links.end("s");
      expect(Object.keys(effect.detail)).toEqual(["slowedChunks"]);
      expect(effect.affectedCount).toBeGreaterThanOrEqual(2);
      await network.begin("long", { kind: "slow", params: { latencyMs: 60_000, jitterMs: 0 } });
      caller.send("4");
      await network.settled();
      await network.links.end("long");
      await until("the fourth answer", () => caller.answers.length === 4);
    });

    test("two that slow one link add up, lifted in any order", async () => {
      const network = of();
      const caller = network.caller("n1", "n2");
      await network.begin("a", { kind: "slow", params: { latencyMs: 20, jitterMs: 0 } });
      await network.begin("b", { kind: "slow", params: { latencyMs: 20, jitterMs: 0 } });
      const startMs = performance.now();
      await caller.call("slow");
      expect(performance.now() - startMs).toBeGreaterThanOrEqual(79);
      await network.links.end("a");
      const againMs = performance.now();
      await caller.call("less slow");
      expect(performance.now() - againMs).toBeGreaterThanOrEqual(39);
      await network.links.end("b");
    });

    test("reset ends what is open at once, and each exchange while it lasts: before it is delivered, or after it was handled", async () => {
      const network = of();
      const open = network.caller("n1", "n2");
      expect(await open.call("hello")).toBe("re:hello");
      await network.begin("r", { kind: "reset", params: { probability: 1 } });
      expect(await open.ended()).toBe("ECONNRESET");
      const count = 30;
      for (let index = 0; index < count; index++) expect(await network.caller("n1", "n2").call(`x${index}`)).toBe("ECONNRESET");
      const handledCount = network.nodes.n2.requests.length - 1;
      expect(handledCount).toBeGreaterThan(0);
      expect(handledCount).toBeLessThan(count);
      expect((await network.links.end("r")).detail).toEqual({ resetConnections: 1, resetExchanges: count });
      expect(await network.caller("n1", "n2").call("sound")).toBe("re:sound");
    });

    test("reset hits a share of the exchanges on one connection, not a share of the connections", async () => {
      const network = of();
      await network.begin("r", { kind: "reset", params: { probability: 0.2 } });
      let resetCount = 0;
      let goodCount = 0;
      let longest = 0;
      while (resetCount < 10) {
        const caller = network.caller("n1", "n2");
        let exchangeCount = 0;
        while ((await caller.call("x")) === "re:x") exchangeCount++;
        longest = Math.max(longest, exchangeCount);
        goodCount += exchangeCount;
        resetCount++;
      }
      expect(longest).toBeGreaterThan(1);
      expect(goodCount).toBeLessThan(400);
      expect((await network.links.end("r")).detail).toEqual({ resetExchanges: resetCount });
    });

    test("refuse turns new connections away; pooled ones are of no use, and what is under way is answered", async () => {
      const network = of();
      const [idle, busy] = [network.caller("n1", "n2"), network.caller("n1", "n2")];
      for (const caller of [idle, busy]) expect(await caller.call("hello")).toBe("re:hello");
      network.nodes.n2.isSilent = true;
      busy.send("under way");
      await until("the request", () => network.nodes.n2.requests.includes("under way"));
      await network.begin("f", { kind: "refuse", params: {} });
      expect(await idle.ended()).toBe("end");
      expect(await network.caller("n1", "n2").ended()).toBe("ECONNREFUSED");
      expect(await network.caller("client-0", "n2").ended()).toBe("ECONNREFUSED");
      expect(await network.caller("n2", "n1").call("the other way")).toBe("re:the other way");
      network.nodes.n2.answer();
      await until("the answer", () => busy.answers.includes("re:under way"));
      expect(await busy.call("one more")).toBe("ECONNRESET");
      expect(network.nodes.n2.requests).not.toContain("one more");
      expect(await network.links.end("f")).toEqual({ affectedCount: 2, detail: { closedConnections: 1, refusedExchanges: 1 } });
      expect(await network.caller("n1", "n2").call("welcome")).toBe("re:welcome");
    });

    test("refuse lets a request end that has begun, and its answer come", async () => {
      const network = of();
      const caller = network.caller("n1", "n2");
      expect(await caller.call("hello")).toBe("re:hello");
      caller.socket.write("in two ");
      await network.settled();
      await network.begin("f", { kind: "refuse", params: {} });
      expect(await caller.call("parts")).toBe("re:in two parts");
      expect(await network.links.end("f")).toEqual({ affectedCount: 0, detail: {} });
    });

    test("refuse leaves datagrams alone", async () => {
      const network = of();
      await network.begin("f", { kind: "refuse", params: {} });
      network.sender("n1", "n2")("datagram");
      await until("the datagram", () => network.nodes.n2.datagrams.length === 1);
      await network.links.end("f");
    });

    test("a refused node that dies and comes back is refused until the lift", async () => {
      const network = of();
      await network.begin("f", { kind: "refuse", params: {} });
      await network.restart("n2");
      expect(await network.caller("n1", "n2").ended()).toBe("ECONNREFUSED");
      await network.kill("n2");
      await network.links.end("f");
      expect(await network.caller("n1", "n2").ended()).toBe("ECONNREFUSED");
      await network.restart("n2");
      expect(await network.caller("n1", "n2").call("back")).toBe("re:back");
    });

    test("half-open delivers requests and loses their answers for good; the lift resets what lost some", async () => {
      const network = of();
      const [caller, idle] = [network.caller("n1", "n2"), network.caller("n1", "n2")];
      for (const each of [caller, idle]) expect(await each.call("hello")).toBe("re:hello");
      await network.begin("h", { kind: "half-open", params: {} });
      caller.send("one-way");
      await until("the request", () => network.nodes.n2.requests.includes("one-way"));
      expect(await network.caller("n2", "n1").call("the other way")).toBe("re:the other way");
      await network.settled();
      expect([caller.answers.length, caller.ending]).toEqual([1, ""]);
      expect(await network.links.end("h")).toEqual({ affectedCount: 11, detail: { lostBytes: "re:one-way\n".length } });
      expect(await caller.ended()).toBe("ECONNRESET");
      expect(caller.answers).toEqual(["re:hello"]);
      expect(await idle.call("sound")).toBe("re:sound");
    });

    test("an answer that comes after the lift of half-open is delivered", async () => {
      const network = of();
      const caller = network.caller("n1", "n2");
      network.nodes.n2.isSilent = true;
      await network.begin("h", { kind: "half-open", params: {} });
      caller.send("slow");
      await until("the request", () => network.nodes.n2.requests.includes("slow"));
      expect((await network.links.end("h")).affectedCount).toBe(0);
      network.nodes.n2.answer();
      await until("the answer", () => caller.answers.includes("re:slow"));
    });

    test("all kinds at once on one link, lifted in the order in which they began, leave a sound link", async () => {
      const network = of();
      const kinds: readonly NetworkFaultShape[] = [
        blocked,
        { kind: "slow", params: { latencyMs: 3, jitterMs: 1 } },
        { kind: "half-open", params: {} },
        { kind: "reset", params: { probability: 0.5 } },
        { kind: "refuse", params: {} },
      ];
      for (const fault of kinds) await network.begin(fault.kind, fault);
      await network.restart("n2");
      expect(await network.caller("n1", "n2").ended()).toBe("ECONNREFUSED");
      for (const { kind } of kinds) await network.links.end(kind);
      for (let count = 0; count < 20; count++) expect(await network.caller("n1", "n2").call("sound")).toBe("re:sound");
    });
  });
}
