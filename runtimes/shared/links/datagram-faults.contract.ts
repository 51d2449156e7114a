// What faults do to datagrams. Part of the contract of links.
import { describe, expect, test } from "vitest";
import type { NetworkFaultShape } from "./fault-links.ts";
import type { TestNetwork } from "./fixtures/test-network.ts";
import { until } from "./fixtures/until.ts";

export function describeDatagrams(of: () => TestNetwork): void {
  describe("faults on datagrams", () => {
    const count = 200;

    /** Sends from n1 to n2 under the fault, then some without; answers what came of the former. */
    async function sentUnder(fault: NetworkFaultShape): Promise<{ readonly received: readonly string[]; readonly affectedCount: number }> {
      const network = of();
      const send = network.sender("n1", "n2");
      await network.begin("d", fault);
      for (let index = 0; index < count; index++) send(`${index}`);
      // The operating system keeps the order on loopback: what came last has passed the proxy last.
      const unhit = network.sender("client-0", "n1");
      unhit("mark");
      await until("the mark", () => network.nodes.n1.datagrams.includes("mark"));
      await network.settled();
      const { affectedCount } = await network.links.end("d");
      send("last");
      await until("the last one", () => network.nodes.n2.datagrams.includes("last"));
      return { received: network.nodes.n2.datagrams.filter((each) => each !== "last"), affectedCount };
    }

    test("loss takes a share of them, and counts it", async () => {
      const { received, affectedCount } = await sentUnder({ kind: "loss", params: { probability: 0.5 } });
      expect(affectedCount).toBe(count - received.length);
      expect(received.length).toBeGreaterThan(count * 0.3);
      expect(received.length).toBeLessThan(count * 0.7);
      expect(new Set(received).size).toBe(received.length);
    });

    test("duplicate doubles a share of them, and counts it", async () => {
      const { received, affectedCount } = await sentUnder({ kind: "duplicate", params: { probability: 0.5 } });
      expect(new Set(received).size).toBe(count);
      expect(affectedCount).toBe(received.length - count);
      expect(affectedCount).toBeGreaterThan(count * 0.3);
      expect(affectedCount).toBeLessThan(count * 0.7);
    });

    test("reorder lets a share of them come later, and loses none", async () => {
      const { received, affectedCount } = await sentUnder({ kind: "reorder", params: { probability: 0.5, delayMs: 5 } });
      expect(received.map(Number).toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index));
      expect(received.map(Number)).not.toEqual(received.map(Number).toSorted((a, b) => a - b));
      expect(affectedCount).toBeGreaterThan(count * 0.3);
    });

    test("corrupt changes each, by one bit", async () => {
      const { received, affectedCount } = await sentUnder({ kind: "corrupt", params: { probability: 1 } });
      expect(affectedCount).toBe(count);
      expect(received).toHaveLength(count);
      received.forEach((each, index) => expect(each).not.toBe(`${index}`));
    });

    test("slow delays them", async () => {
      const network = of();
      await network.begin("s", { kind: "slow", params: { latencyMs: 25, jitterMs: 0 } });
      const startMs = performance.now();
      network.sender("n1", "n2")("slow");
      await until("the datagram", () => network.nodes.n2.datagrams.length === 1);
      expect(performance.now() - startMs).toBeGreaterThanOrEqual(24);
      expect((await network.links.end("s")).detail).toEqual({ slowedDatagrams: 1 });
    });

    test("to a node that is detached are lost, whoever listens where it was", async () => {
      const network = of();
      const send = network.sender("n1", "n2");
      await network.links.detach("n2");
      send("too soon");
      await network.settled();
      await network.links.attach("n2", network.nodes.n2.addresses);
      send("in time");
      await until("the datagram", () => network.nodes.n2.datagrams.length > 0);
      expect(network.nodes.n2.datagrams).toEqual(["in time"]);
    });

    test("to a dead node are lost, and its successor gets none of them", async () => {
      const network = of();
      const send = network.sender("n1", "n2");
      await network.kill("n2");
      send("to the dead");
      await network.settled();
      await network.restart("n2");
      send("to the living");
      await until("the datagram", () => network.nodes.n2.datagrams.length === 1);
      expect(network.nodes.n2.datagrams).toEqual(["to the living"]);
    });
  });
}
