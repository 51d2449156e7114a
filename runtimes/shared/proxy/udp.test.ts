import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { afterEach, describe, expect, test } from "vitest";
import { seededRandom } from "../../../harness/random.ts";
import type { ProxyEvent } from "./effect.ts";
import { ProxyEngine } from "./engine.ts";
import { ManualClock } from "./fixtures/manual-clock.ts";
import type { Proxy } from "./proxy.ts";
import type { Attributes, DatagramStage } from "./stage.ts";
import { toxicTypeNamed } from "./toxics/catalogue.ts";

const sockets: Socket[] = [];
const engines: ProxyEngine[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.close();
  for (const engine of engines.splice(0)) await engine.close();
});

async function bound(): Promise<Socket> {
  const socket = createSocket("udp4");
  sockets.push(socket);
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return socket;
}

/** A proxy in front of a server that answers each datagram with its text in capitals. */
async function proxied(clock?: ManualClock): Promise<{ engine: ProxyEngine; proxy: Proxy; events: ProxyEvent[]; client: Socket; sent: string[] }> {
  const server = await bound();
  const sent: string[] = [];
  server.on("message", (datagram, { port, address }) => {
    sent.push(datagram.toString());
    server.send(datagram.toString().toUpperCase(), port, address);
  });
  const events: ProxyEvent[] = [];
  const engine = new ProxyEngine({ observer: (event) => events.push(event), ...(clock === undefined ? {} : { clock }) });
  engines.push(engine);
  const proxy = await engine.createProxy({ name: "u", protocol: "udp", upstream: `127.0.0.1:${server.address().port}`, link: { from: "a", to: "b" } });
  return { engine, proxy, events, client: await bound(), sent };
}

function sendTo({ listen }: Proxy, client: Socket, text: string): void {
  client.send(text, Number(listen.split(":")[1]), "127.0.0.1");
}

async function answer(client: Socket): Promise<string> {
  return await new Promise((resolve) => client.once("message", (datagram) => resolve(datagram.toString())));
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

describe("a UDP proxy", () => {
  test("carries datagrams there and back, each client by a session of its own", async () => {
    const { proxy, events, client } = await proxied();
    const other = await bound();
    const answers = [answer(client), answer(other)];
    sendTo(proxy, client, "one");
    sendTo(proxy, other, "two");
    expect(await Promise.all(answers)).toEqual(["ONE", "TWO"]);
    expect(proxy.counters.upstream).toEqual({ receivedBytes: 6, sentBytes: 6 });
    expect(events.filter(({ kind }) => kind === "opened")).toHaveLength(2);
    expect(proxy.json()).toMatchObject({ protocol: "udp" });
  });

  test("loses what meets a blocked direction, says so, and carries again after the heal", async () => {
    const { engine, proxy, events, client, sent } = await proxied();
    engine.block("cut", [{ from: "b", to: "a" }]);
    sendTo(proxy, client, "one");
    await until(() => events.some(({ kind }) => kind === "lost"));
    expect(sent).toEqual(["one"]);
    await engine.heal();
    const next = answer(client);
    sendTo(proxy, client, "two");
    expect(await next).toBe("TWO");
    expect(events.filter(({ kind }) => kind === "lost")).toMatchObject([{ direction: "downstream", sizeBytes: 3, connection: 1 }]);
  });

  test("forgets a client after a minute of silence, not while it is heard", async () => {
    const clock = new ManualClock();
    const { proxy, client, events } = await proxied(clock);
    const first = answer(client);
    sendTo(proxy, client, "one");
    await first;
    clock.advanceTo(50_000);
    const second = answer(client);
    sendTo(proxy, client, "two");
    await second;
    clock.advanceTo(109_999);
    expect(proxy.openCount).toBe(1);
    clock.advanceTo(110_000);
    expect(proxy.openCount).toBe(0);
    expect(events.at(-1)).toMatchObject({ kind: "closed", connection: 1, timeMs: 110_000 });
  });

  test("ignores datagrams from anybody but the server", async () => {
    const { proxy, client, sent } = await proxied();
    const server = sockets[0];
    const stranger = await bound();
    const received: string[] = [];
    client.on("message", (datagram) => received.push(datagram.toString()));
    const session = new Promise<number>((resolve) => server?.once("message", (_, { port }) => resolve(port)));
    sendTo(proxy, client, "one");
    const port = await session;
    stranger.send("forged", port, "127.0.0.1");
    // The server's port on another address is not the server.
    const impostor = createSocket("udp4");
    sockets.push(impostor);
    impostor.bind(server?.address().port, "127.0.0.2");
    await once(impostor, "listening");
    impostor.send("forged too", port, "127.0.0.1");
    await until(() => received.length > 0);
    sendTo(proxy, client, "two");
    await until(() => received.length > 1 && sent.length > 1);
    expect(received).toEqual(["ONE", "TWO"]);
  });

  test("delays by latency, takes no toxics of streams, and hands on what is held when the toxic goes", async () => {
    const { proxy, client } = await proxied();
    expect(() => proxy.addToxic({ type: "slicer", attributes: { average_size: 1 } })).toThrow("invalid toxic type");
    proxy.addToxic({ type: "latency", attributes: { latency: 3_600_000 } });
    const received = answer(client);
    sendTo(proxy, client, "one");
    await until(() => proxy.counters.downstream.receivedBytes === 3);
    expect(proxy.counters.downstream.sentBytes).toBe(0);
    proxy.removeToxic("latency_downstream");
    expect(await received).toBe("ONE");
  });

  test("can be sent to another server while it listens", async () => {
    const { engine, proxy, client } = await proxied();
    const other = await bound();
    const received = answer(other);
    const first = answer(client);
    sendTo(proxy, client, "one");
    await first;
    await engine.redirect("u", `127.0.0.1:${other.address().port}`);
    sendTo(proxy, client, "two");
    expect(await received).toBe("two");
  });

  test("stops and starts on the same port", async () => {
    const { engine, proxy, client } = await proxied();
    const { listen } = proxy;
    await engine.updateProxy("u", { enabled: false });
    await engine.updateProxy("u", { enabled: true });
    expect(proxy.listen).toBe(listen);
    const received = answer(client);
    sendTo(proxy, client, "one");
    expect(await received).toBe("ONE");
  });
});

describe("toxics of datagrams", () => {
  function bench(type: string, attributes: Attributes, seed = "bench"): { stage: DatagramStage; clock: ManualClock; delivered: string[] } {
    const clock = new ManualClock();
    const delivered: string[] = [];
    const context = {
      clock,
      random: seededRandom(seed),
      affect: () => undefined,
      deliver: (datagram: Buffer): void => void delivered.push(datagram.toString("latin1")),
    };
    const stage = toxicTypeNamed(type)?.datagramStage?.(attributes, context);
    if (stage === undefined) throw new Error(`${type} has no datagram stage`);
    return { stage, clock, delivered };
  }

  function pushed(type: string, attributes: Attributes, count = 1000): string[] {
    const { stage, clock, delivered } = bench(type, attributes);
    for (let index = 0; index < count; index++) stage.push(Buffer.from(`${index};`));
    clock.advanceTo(1e9);
    return delivered;
  }

  test("loss loses its share and never changes the order", () => {
    const delivered = pushed("loss", { probability: 0.3 });
    expect(delivered.length).toBeGreaterThan(630);
    expect(delivered.length).toBeLessThan(770);
    expect(delivered.map((text) => Number.parseInt(text, 10))).toEqual(delivered.map((text) => Number.parseInt(text, 10)).toSorted((a, b) => a - b));
    expect(pushed("loss", { probability: 1 })).toEqual([]);
    expect(pushed("loss", { probability: 0 })).toHaveLength(1000);
  });

  test("duplicate delivers its share twice", () => {
    const delivered = pushed("duplicate", { probability: 0.3 });
    expect(new Set(delivered).size).toBe(1000);
    expect(delivered.length).toBeGreaterThan(1230);
    expect(delivered.length).toBeLessThan(1370);
  });

  test("reorder delays its share, so that others overtake, and loses none", () => {
    const delivered = pushed("reorder", { probability: 0.3, delay: 10 });
    expect(new Set(delivered).size).toBe(1000);
    expect(delivered).toHaveLength(1000);
    expect(delivered.map((text) => Number.parseInt(text, 10))).not.toEqual(Array.from({ length: 1000 }, (_, index) => index));
  });

  test("corrupt flips one bit of a datagram", () => {
    const [datagram = ""] = pushed("corrupt", { probability: 1 }, 1);
    const difference = [...Buffer.from(datagram, "latin1")].map((byte, index) => byte ^ (Buffer.from("0;")[index] ?? 0));
    expect(difference.filter((byte) => byte !== 0)).toHaveLength(1);
    expect([1, 2, 4, 8, 16, 32, 64, 128]).toContain(difference.find((byte) => byte !== 0));
  });

  test("mtu drops what is too long", () => {
    expect(pushed("mtu", { size: 2 }, 11)).toEqual(Array.from({ length: 10 }, (_, index) => `${index};`));
  });

  test("bandwidth spaces datagrams out and drops what would wait longer than a second", () => {
    const { stage, clock, delivered } = bench("bandwidth", { rate: 1 });
    for (let index = 0; index < 20; index++) stage.push(Buffer.alloc(100, "x"));
    clock.advanceTo(99);
    expect(delivered).toHaveLength(0);
    clock.advanceTo(500);
    expect(delivered).toHaveLength(5);
    clock.advanceTo(1e6);
    expect(delivered).toHaveLength(10);
  });

  test.each([
    ["latency", { latency: 100, jitter: 0, distribution: "uniform" }],
    ["bandwidth", { rate: 1 }],
    ["reorder", { probability: 1, delay: 100 }],
  ])("%s leaves no timer behind, and delivers what it holds when removed", (type, attributes) => {
    const { stage, clock, delivered } = bench(type, attributes);
    stage.push(Buffer.from("a"));
    stage.push(Buffer.from("b"));
    stage.remove();
    expect([delivered, clock.timerCount]).toEqual([["a", "b"], 0]);
    stage.push(Buffer.from("c"));
    stage.dispose();
    expect([delivered.length, clock.timerCount]).toEqual([2, 0]);
  });
});
