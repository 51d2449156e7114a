// Datagrams between two real nodes.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import type { Json } from "../../../harness/json.ts";
import { bookOf, Hosts } from "./fixtures/hosts.ts";
import type { NodeNetwork } from "./node-network.ts";
import { eventually } from "./fixtures/eventually.ts";

const hosts = new Hosts();
afterEach(() => hosts.close());

async function pair(): Promise<{ sender: NodeNetwork; receiver: NodeNetwork; received: [string, Json][] }> {
  const receiver = await hosts.node("n2");
  const sender = await hosts.node("n1", bookOf({ n2: receiver }));
  const received: [string, Json][] = [];
  receiver.onMessage((from, message) => received.push([from, message]));
  return { sender, receiver, received };
}

describe("a datagram", () => {
  test("brings any JSON with the name of its sender", async () => {
    const { sender, received } = await pair();
    const messages: Json[] = [{ a: [1, null, "ü😀"] }, null, 0, "", JSON.parse('{"__proto__":1}')];
    for (const message of messages) sender.send("n2", message);
    await eventually(() => received.length).toBe(messages.length);
    expect(received.map(([from, message]) => [from, JSON.stringify(message)])).toEqual(messages.map((message) => ["n1", JSON.stringify(message)]));
    expect(sender.messageCount).toBe(messages.length);
  });

  test("of 60,000 bytes arrives; a larger one is dropped with a warning, whoever it is for", async () => {
    const { sender, received } = await pair();
    const largest = "ü".repeat(29_999);
    sender.send("n2", largest);
    sender.send("n2", `${largest}x`);
    sender.send("n9", `${largest}x`);
    sender.send("n9", "nobody has this name");
    sender.send("n2", "last");
    await eventually(() => received.length).toBe(2);
    expect(received.map(([, message]) => message === largest || message)).toEqual([true, "last"]);
    expect(hosts.warnings.splice(0)).toEqual(["datagram to n2 dropped: TooLarge", "datagram to n9 dropped: TooLarge"]);
  });

  test("reaches its own sender", async () => {
    const { receiver, received } = await pair();
    receiver.send("n2", "to myself");
    await eventually(() => received).toEqual([["n2", "to myself"]]);
  });

  test("with one damaged byte is dropped, or changed in its message; never its sender", async () => {
    const { receiver, received } = await pair();
    const wire = createSocket("udp4");
    const template = await captured();
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: template.length - 1 }), fc.integer({ min: 1, max: 255 }), async (index, mask) => {
        received.length = 0;
        const damaged = Buffer.from(template);
        damaged[index] = (damaged[index] ?? 0) ^ mask;
        await sent(damaged);
        await sent(template);
        await eventually(() => received.length).toBeGreaterThan(0);
        await eventually(() => received.at(-1)).toEqual(["n1", { key: "value", count: 12 }]);
        expect(received.map(([from]) => from)).toEqual(received.map(() => "n1"));
      }),
      { numRuns: 300 },
    );
    wire.close();

    async function sent(bytes: Buffer): Promise<void> {
      await new Promise<void>((resolve) => wire.send(bytes, receiver.udpPort, "127.0.0.1", () => resolve()));
    }

    /** As a node of that name sends it. */
    async function captured(): Promise<Buffer> {
      const ear = createSocket("udp4");
      ear.bind(0, "127.0.0.1");
      await once(ear, "listening");
      const { port } = ear.address();
      const node = await hosts.node("n1", { n2: { tcp: { host: "127.0.0.1", port: 1 }, udp: { host: "127.0.0.1", port } } });
      node.send("n2", { key: "value", count: 12 });
      const heard: unknown[] = await once(ear, "message");
      ear.close();
      return Buffer.from(heard[0] instanceof Uint8Array ? heard[0] : []);
    }
  });
});
