import { afterEach, describe, expect, test } from "vitest";
import type { ProxyEvent } from "./effect.ts";
import { ProxyEngine } from "./engine.ts";
import { Peers } from "./fixtures/peers.ts";
import { linksOf } from "./conditions.ts";
import type { Proxy } from "./proxy.ts";

const peers = new Peers();
const engines: ProxyEngine[] = [];
afterEach(async () => {
  await peers.close();
  for (const engine of engines.splice(0)) await engine.close();
});

const forth = { from: "a", to: "b" };
const back = { from: "b", to: "a" };

/** The link from a to b, with an echo as b. */
async function linked(): Promise<{ engine: ProxyEngine; proxy: Proxy; events: ProxyEvent[]; open(): Promise<ReturnType<Peers["client"]>> }> {
  const events: ProxyEvent[] = [];
  const engine = new ProxyEngine({ observer: (event) => events.push(event) });
  engines.push(engine);
  const proxy = await engine.createProxy({ name: "a-b", upstream: await peers.echo(), link: forth });
  const open = async (): Promise<ReturnType<Peers["client"]>> => {
    const client = peers.client(proxy.listen);
    client.socket.write("x");
    await client.bytes(1);
    return client;
  };
  return { engine, proxy, events, open };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

describe("a blocked direction", () => {
  test.each([
    ["forth", forth, "upstream"],
    ["back", back, "downstream"],
  ] as const)("stalls what goes %s, and says when and how much; the heal delivers it", async (_name, link, direction) => {
    const { engine, events, open } = await linked();
    const client = await open();
    engine.block("cut", [link]);
    client.socket.write("held");
    await until(() => events.some(({ kind }) => kind === "stalled"));
    expect(client.text).toBe("x");
    await engine.lift("cut");
    expect(await client.bytes(5)).toBe("xheld");
    expect(events.filter(({ kind }) => kind === "stalled" || kind === "released")).toMatchObject([
      { kind: "stalled", connection: 1, direction, sizeBytes: 4, proxy: "a-b" },
      { kind: "released", connection: 1, direction, sizeBytes: 4 },
    ]);
  });

  test("lets connects succeed, holds their bytes, and leaves the other direction alone", async () => {
    const server = await peers.server(({ socket }) => socket.write("hello"));
    const engine = new ProxyEngine();
    engines.push(engine);
    const { listen } = await engine.createProxy({ name: "a-b", upstream: server.address, link: forth });
    engine.block("cut", [forth]);
    const client = peers.client(listen);
    client.socket.write("late");
    expect(await client.bytes(5)).toBe("hello");
    await engine.heal();
    expect(await (await server.accepted(0)).bytes(4)).toBe("late");
  });

  test.each([
    ["end", false],
    ["reset", true],
  ])("holds the %s behind the bytes: the request of a client that left still arrives, once", async (_name, isReset) => {
    const server = await peers.server();
    const events: ProxyEvent[] = [];
    const engine = new ProxyEngine({ observer: (event) => events.push(event) });
    engines.push(engine);
    const { listen } = await engine.createProxy({ name: "a-b", upstream: server.address, link: forth });
    engine.block("cut", [forth]);
    const client = peers.client(listen);
    client.socket.write("request");
    await until(() => events.some(({ kind }) => kind === "stalled"));
    if (isReset) client.socket.resetAndDestroy();
    else client.socket.end();
    await until(() => events.filter(({ kind }) => kind === "stalled").length === 2);
    const accepted = await server.accepted(0);
    expect(accepted.text).toBe("");
    await engine.heal();
    expect(await accepted.bytes(7)).toBe("request");
    if (isReset) expect(await accepted.closed).toBe("ECONNRESET");
    else await accepted.ended;
    expect(accepted.text).toBe("request");
  });

  test("can be healed by a cut, which resets what was stalled and nothing else", async () => {
    const { engine, events, open } = await linked();
    const [stalled, idle] = [await open(), await open()];
    engine.block("cut", [forth]);
    stalled.socket.write("held");
    await until(() => events.some(({ kind }) => kind === "stalled"));
    await engine.lift("cut", "cut");
    expect(await stalled.closed).toBe("ECONNRESET");
    expect(stalled.text).toBe("x");
    // The next partition does not remember it.
    engine.block("cut", [forth]);
    idle.socket.write("y");
    await until(() => events.filter(({ kind }) => kind === "stalled").length === 2);
    await engine.lift("cut");
    expect(await idle.bytes(2)).toBe("xy");
    expect(events.filter(({ kind }) => kind === "reset")).toMatchObject([{ connection: 1, cause: "cut" }]);
  });

  test("stays blocked until the last of those who block it lets go", async () => {
    const { engine, proxy, open, events } = await linked();
    const client = await open();
    engine.block("one", [forth]);
    engine.block("two", [forth, back]);
    await engine.lift("one");
    client.socket.write("y");
    await until(() => events.some(({ kind }) => kind === "stalled"));
    expect(proxy.counters.upstream.sentBytes).toBe(1);
    await engine.lift("two");
    expect(await client.bytes(2)).toBe("xy");
  });

  test("is cut at the end if any of those who blocked it wanted that", async () => {
    const { engine, open, events } = await linked();
    const client = await open();
    engine.block("one", [forth]);
    engine.block("two", [forth]);
    client.socket.write("y");
    await until(() => events.some(({ kind }) => kind === "stalled"));
    await engine.lift("one", "cut");
    expect(events.some(({ kind }) => kind === "reset")).toBe(false);
    await engine.lift("two");
    expect(await client.closed).toBe("ECONNRESET");
  });

  test("also holds what a toxic had under way when it was blocked", async () => {
    const { engine, proxy, events, open } = await linked();
    const client = await open();
    proxy.addToxic({ type: "latency", attributes: { latency: 3_600_000 } });
    client.socket.write("y");
    await until(() => proxy.counters.downstream.receivedBytes === 2);
    engine.block("cut", [back]);
    proxy.removeToxic("latency_downstream");
    await until(() => events.some(({ kind }) => kind === "stalled"));
    expect(client.text).toBe("x");
    await engine.heal();
    expect(await client.bytes(2)).toBe("xy");
  });

  test("never hands what it holds to another server: a new upstream resets nobody else's bytes into it", async () => {
    const { engine, events, open } = await linked();
    const successor = await peers.server();
    const client = await open();
    engine.block("cut", [forth]);
    client.socket.write("held");
    await until(() => events.some(({ kind }) => kind === "stalled"));
    await engine.updateProxy("a-b", { upstream: successor.address });
    await engine.heal();
    const fresh = peers.client(engine.proxy("a-b").listen);
    fresh.socket.write("fresh");
    expect(await (await successor.accepted(0)).bytes(5)).toBe("fresh");
  });

  test("holds what was under way to a server that died, also from its successor, and resets it on heal", async () => {
    const [first, successor] = [await peers.server(), await peers.server()];
    const events: ProxyEvent[] = [];
    const engine = new ProxyEngine({ observer: (event) => events.push(event) });
    engines.push(engine);
    const { listen } = await engine.createProxy({ name: "a-b", upstream: first.address, link: forth });
    const client = peers.client(listen);
    const accepted = await first.accepted(0);
    engine.block("cut", [forth, back]);
    client.socket.write("held");
    await until(() => events.some(({ kind }) => kind === "stalled"));
    accepted.socket.resetAndDestroy();
    await until(() => events.filter(({ kind }) => kind === "stalled").length === 2);
    await engine.redirect("a-b", successor.address);
    peers.client(listen).socket.write("fresh");
    expect(events.some(({ kind }) => kind === "reset")).toBe(false);
    await engine.heal();
    expect(await client.closed).toBe("ECONNRESET");
    expect(await (await successor.accepted(0)).bytes(5)).toBe("fresh");
    expect(engine.proxy("a-b").upstream).toBe(successor.address);
  });

  test("holds also the news that the server is not there", async () => {
    const gone = await peers.server();
    gone.close();
    const events: ProxyEvent[] = [];
    const engine = new ProxyEngine({ observer: (event) => events.push(event) });
    engines.push(engine);
    const { listen } = await engine.createProxy({ name: "a-b", upstream: gone.address, link: forth });
    engine.block("cut", [back]);
    const client = peers.client(listen);
    await until(() => events.length === 2);
    expect(events).toMatchObject([{ kind: "opened" }, { kind: "stalled", direction: "downstream", sizeBytes: 0 }]);
    await engine.heal();
    expect(await client.closed).toBe("ECONNRESET");
  });

  test("bounds what it reads: the rest waits at the sender, and all of it arrives after the heal", async () => {
    const { engine, proxy, open } = await linked();
    const client = await open();
    engine.block("cut", [forth]);
    const total = 20 * 1024 * 1024;
    client.socket.write(Buffer.alloc(total, "z"));
    let lastBytes = -1;
    while (proxy.counters.upstream.receivedBytes !== lastBytes) {
      lastBytes = proxy.counters.upstream.receivedBytes;
      for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(proxy.counters.upstream.receivedBytes).toBeLessThan(1024 * 1024);
    await engine.heal();
    await client.bytes(total + 1);
    expect(client.receivedBytes).toBe(total + 1);
  });
});

describe("a grudge", () => {
  test("blocks every link it names in one turn, and proxies made later as well", async () => {
    const events: ProxyEvent[] = [];
    const engine = new ProxyEngine({ observer: (event) => events.push(event) });
    engines.push(engine);
    engine.block("grudge", linksOf({ b: ["a"] }));
    const { listen } = await engine.createProxy({ name: "a-b", upstream: await peers.echo(), link: forth });
    const client = peers.client(listen);
    client.socket.write("x");
    await until(() => events.some(({ kind }) => kind === "stalled"));
    expect(client.text).toBe("");
    await engine.heal();
    expect(await client.bytes(1)).toBe("x");
  });

  test("reads: b drops what a sends", () => {
    expect(linksOf({ b: ["a", "c"], a: [] })).toEqual([
      { from: "a", to: "b" },
      { from: "c", to: "b" },
    ]);
  });
});

describe("a refused link", () => {
  test("refuses connects, leaves open ones alone, and takes them on the same port afterwards", async () => {
    const { engine, proxy, open } = await linked();
    const client = await open();
    const { listen } = proxy;
    engine.refuse("dead", [forth]);
    expect(await peers.client(listen).closed).toBe("ECONNREFUSED");
    client.socket.write("y");
    expect(await client.bytes(2)).toBe("xy");
    await engine.lift("dead");
    expect(proxy.listen).toBe(listen);
    await open();
  });

  test("stays refused through stop and start, and until the last who refuses it lets go", async () => {
    const { engine, proxy, open } = await linked();
    engine.refuse("one", [forth]);
    engine.refuse("two", [forth]);
    await engine.updateProxy("a-b", { enabled: false });
    await engine.updateProxy("a-b", { enabled: true });
    expect(await peers.client(proxy.listen).closed).toBe("ECONNREFUSED");
    await engine.lift("one");
    expect(await peers.client(proxy.listen).closed).toBe("ECONNREFUSED");
    await engine.lift("two");
    await open();
  });

  test("stays stopped if it was stopped", async () => {
    const { engine, proxy } = await linked();
    engine.refuse("one", [forth]);
    await engine.updateProxy("a-b", { enabled: false });
    await engine.heal();
    expect(await peers.client(proxy.listen).closed).toBe("ECONNREFUSED");
  });

  test("is not that of the other direction", async () => {
    const { engine, open } = await linked();
    engine.refuse("one", [back]);
    await open();
  });
});

test("a cut resets every open connection of a link and counts them", async () => {
  const { engine, open, events } = await linked();
  const clients = [await open(), await open()];
  expect(engine.cut([back])).toBe(0);
  expect(engine.cut([forth])).toBe(2);
  expect(await Promise.all(clients.map(({ closed }) => closed))).toEqual(["ECONNRESET", "ECONNRESET"]);
  expect(events.filter(({ kind }) => kind === "reset")).toMatchObject([{ cause: "cut" }, { cause: "cut" }]);
});
