// Datagrams and bodies from outside: loss, doubles, order, damage, sizes, and what may not travel.
import { describe, expect, test } from "vitest";
import type { Fault, Target } from "../../harness/faults.ts";
import type { Json, JsonObject } from "../../harness/json.ts";
import { fault, inEcho } from "./fixtures/echo.ts";
import { callOf } from "./fixtures/toy.ts";

const n1: Target = { nodes: ["n1"] };

describe("datagrams", () => {
  async function sent(count: number, kind: Fault | undefined, simulation: JsonObject = {}): Promise<{ received: Json[]; affectedCount: number }> {
    return inEcho(async ({ cluster, at, received }) => {
      if (kind !== undefined) await cluster.faults.inject(kind);
      for (let index = 0; index < count; index++) {
        at("n1").network.send("n2", { index });
        await cluster.timers.sleep(1);
      }
      await cluster.timers.sleep(1_000);
      return {
        received: received.map((each) => (each as Json[])[2] as Json),
        affectedCount: kind === undefined ? 0 : (await cluster.faults.lift(kind.id)).affectedCount,
      };
    }, simulation);
  }

  test("arrive once and in order when nothing is wrong", async () => {
    const { received } = await sent(50, undefined);
    expect(received).toEqual(Array.from({ length: 50 }, (_, index) => ({ index })));
  });

  test("are lost, and counted, under `loss`", async () => {
    const { received, affectedCount } = await sent(400, fault("loss", n1, { probability: 0.5 }));
    expect(received.length).toBeGreaterThan(140);
    expect(received.length).toBeLessThan(260);
    expect(affectedCount).toBe(400 - received.length);
  });

  test("come twice under `duplicate`", async () => {
    const { received, affectedCount } = await sent(100, fault("duplicate", n1, { probability: 1 }));
    expect([received.length, affectedCount]).toEqual([200, 100]);
  });

  test("overtake each other under `reorder`", async () => {
    const { received, affectedCount } = await sent(100, fault("reorder", n1, { probability: 0.3, delayMs: 20 }));
    const order = received.map((message) => (message as { index: number }).index);
    expect(order).toHaveLength(100);
    expect(order).not.toEqual(order.toSorted((a, b) => a - b));
    expect(affectedCount).toBeGreaterThan(10);
  });

  test("are damaged or dropped under `corrupt`", async () => {
    const { received, affectedCount } = await sent(300, fault("corrupt", n1, { probability: 1 }));
    expect(affectedCount).toBe(300);
    expect(received.length).toBeLessThan(300);
    expect(received.length).toBeGreaterThan(10);
    expect(received.filter((message, index) => JSON.stringify(message) === JSON.stringify({ index }))).toEqual([]);
  });

  test("are dropped by a partition and not delivered on heal", async () => {
    const { received, affectedCount } = await sent(10, fault("partition", n1, {}));
    expect([received, affectedCount]).toEqual([[], 10]);
  });

  test("are lost and doubled by the network itself as its options say", async () => {
    const { received } = await sent(400, undefined, { lossProbability: 0.25, duplicateProbability: 0.5 });
    expect(received.length).toBeGreaterThan(380);
    expect(received.length).toBeLessThan(520);
  });

  test("beyond 60,000 bytes are dropped with a log line", async () => {
    await inEcho(async ({ cluster, at, received }) => {
      const lines: string[] = [];
      cluster.subscribe({ fact: () => undefined, probe: () => undefined, died: () => undefined, log: (line) => void lines.push(line.message) });
      at("n1").network.send("n2", "x".repeat(59_999));
      at("n1").network.send("n2", "x".repeat(59_998));
      await cluster.timers.sleep(10);
      expect(received).toHaveLength(1);
      expect(lines).toEqual(["datagram to n2 dropped: TooLarge"]);
    });
  });
});

describe("bodies", () => {
  test("are frozen in tests, so that a sender who keeps writing is caught", async () => {
    await inEcho(async ({ at }) => {
      const body = { list: [1] };
      await callOf(at("client-0"), "n1", body);
      expect(() => body.list.push(2)).toThrow(TypeError);
    });
  });

  test.each([[{ x: undefined }], [Number.NaN], [[new Date(0)]], [{ a: { b: () => 1 } }]])("that JSON cannot carry are refused in tests: %o", async (body) => {
    await inEcho(async ({ at }) => {
      await expect(callOf(at("client-0"), "n1", body as unknown as Json)).rejects.toThrow(TypeError);
    });
  });
});
