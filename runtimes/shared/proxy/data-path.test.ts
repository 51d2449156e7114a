import { once } from "node:events";
import { afterEach, describe, expect, test } from "vitest";
import type { ProxyEvent } from "./effect.ts";
import { ProxyEngine, type EngineOptions } from "./engine.ts";
import { ManualClock } from "./fixtures/manual-clock.ts";
import { Peers } from "./fixtures/peers.ts";
import type { Proxy } from "./proxy.ts";

const peers = new Peers();
const engines: ProxyEngine[] = [];
afterEach(async () => {
  await peers.close();
  for (const engine of engines.splice(0)) await engine.close();
});

async function proxied(upstream: string, options: EngineOptions = {}): Promise<{ engine: ProxyEngine; proxy: Proxy; events: ProxyEvent[] }> {
  const events: ProxyEvent[] = [];
  const engine = new ProxyEngine({ observer: (event) => events.push(event), ...options });
  engines.push(engine);
  return { engine, proxy: await engine.createProxy({ name: "p", upstream }), events };
}

describe("without toxics", () => {
  test("bytes go there and back, whole and in order", async () => {
    const { proxy } = await proxied(await peers.echo());
    const client = peers.client(proxy.listen);
    const sent = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => (index * 7 + (index >> 8)) & 0xff));
    client.socket.end(sent);
    await client.ended;
    expect(client.received.equals(sent)).toBe(true);
    expect(await client.closed).toBe("");
  });

  test("a half-close is kept: the late answer still arrives", async () => {
    const server = await peers.server();
    const { proxy } = await proxied(server.address);
    const client = peers.client(proxy.listen);
    client.socket.end("question");
    const accepted = await server.accepted(0);
    await accepted.ended;
    expect(accepted.text).toBe("question");
    accepted.socket.end("answer");
    await client.ended;
    expect(client.text).toBe("answer");
    expect([await client.closed, await accepted.closed]).toEqual(["", ""]);
  });

  test("a reset of either side reaches the other as a reset", async () => {
    const server = await peers.server(({ socket }) => socket.write("x"));
    const { proxy } = await proxied(server.address);
    const first = peers.client(proxy.listen);
    await first.bytes(1);
    (await server.accepted(0)).socket.resetAndDestroy();
    expect(await first.closed).toBe("ECONNRESET");
    const second = peers.client(proxy.listen);
    await second.bytes(1);
    second.socket.resetAndDestroy();
    expect(await (await server.accepted(1)).closed).toBe("ECONNRESET");
  });

  test("a server that is not there resets the client, or ends it if asked to", async () => {
    const gone = await peers.server();
    gone.close();
    const { proxy } = await proxied(gone.address);
    expect(await peers.client(proxy.listen).closed).toBe("ECONNRESET");
    const { proxy: gentle } = await proxied(gone.address, { onDialFailure: "end" });
    const client = peers.client(gentle.listen);
    client.socket.end();
    expect(await client.closed).toBe("");
  });

  test("an upstream that is no address behaves like one that is not there", async () => {
    const { proxy } = await proxied("nonsense");
    expect(await peers.client(proxy.listen).closed).toBe("ECONNRESET");
  });

  test("a sender whose receiver does not read is held back", async () => {
    const server = await peers.server(({ socket }) => void socket.pause());
    const { proxy } = await proxied(server.address);
    const client = peers.client(proxy.listen);
    const accepted = await server.accepted(0);
    // More than both kernels and the proxy may hold: without back-pressure all of it would leave the client.
    const total = 64 * 1024 * 1024;
    let hasDrained = false;
    client.socket.write(Buffer.alloc(total), () => void (hasDrained = true));
    let lastBytes = -1;
    while (proxy.counters.upstream.receivedBytes !== lastBytes) {
      lastBytes = proxy.counters.upstream.receivedBytes;
      for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(hasDrained).toBe(false);
    expect(proxy.counters.upstream.receivedBytes).toBeLessThan(total / 2);
    accepted.socket.resume();
    await accepted.bytes(total);
    expect(accepted.receivedBytes).toBe(total);
  });

  test("a cut also takes a connection that is closing and cannot finish, for its peer does not read", async () => {
    const server = await peers.server(({ socket }) => void socket.write(Buffer.alloc(32 * 1024 * 1024)));
    const { proxy, events } = await proxied(server.address);
    const client = peers.client(proxy.listen);
    client.socket.pause();
    let lastBytes = 0;
    while (proxy.counters.downstream.receivedBytes !== lastBytes || lastBytes === 0) {
      lastBytes = proxy.counters.downstream.receivedBytes;
      for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
    proxy.addToxic({ type: "timeout", stream: "upstream" });
    proxy.removeToxic("timeout_upstream");
    for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(events.map(({ kind }) => kind)).toEqual(["opened"]);
    expect(proxy.cut()).toBe(1);
    while (proxy.openCount > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(events.map(({ kind }) => kind)).toEqual(["opened", "closed"]);
  });

  test("the counters are live while a connection is open", async () => {
    const { proxy } = await proxied(await peers.echo());
    const client = peers.client(proxy.listen);
    client.socket.write("12345");
    await client.bytes(5);
    expect(proxy.counters).toEqual({ upstream: { receivedBytes: 5, sentBytes: 5 }, downstream: { receivedBytes: 5, sentBytes: 5 } });
    expect(proxy.openCount).toBe(1);
  });
});

describe("stopping", () => {
  test("disabling drops what is open with FIN and refuses what comes; enabling takes the same port", async () => {
    const { engine, proxy, events } = await proxied(await peers.echo());
    const client = peers.client(proxy.listen);
    client.socket.write("x");
    await client.bytes(1);
    const { listen } = proxy;
    await engine.updateProxy("p", { enabled: false });
    await client.ended;
    expect(await peers.client(listen).closed).toBe("ECONNREFUSED");
    await engine.updateProxy("p", { enabled: true });
    expect(proxy.listen).toBe(listen);
    const again = peers.client(listen);
    again.socket.write("y");
    expect(await again.bytes(1)).toBe("y");
    expect(events.map(({ kind }) => kind)).toEqual(["opened", "dropped", "closed", "opened"]);
  });

  test("returns while a dial hangs: the dial is given up", async () => {
    // 192.0.2.0/24 is documentation space (RFC 5737): a dial there hangs, or fails at once where there is no route.
    const { engine, proxy } = await proxied("192.0.2.1:9");
    const client = peers.client(proxy.listen);
    await once(client.socket, "connect");
    await engine.updateProxy("p", { enabled: false });
    expect(["", "ECONNRESET"]).toContain(await Promise.race([client.closed, client.ended.then(() => "")]));
    expect(proxy.openCount).toBe(0);
  });

  test("changes of one proxy wait for each other", async () => {
    const { engine } = await proxied(await peers.echo());
    const creations = await Promise.allSettled([1, 2, 3].map(() => engine.createProxy({ name: "q", listen: "localhost:0", upstream: "127.0.0.1:9" })));
    expect(creations.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
    await Promise.all([engine.updateProxy("q", { enabled: false }), engine.updateProxy("q", { enabled: true }), engine.deleteProxy("q")]);
    expect(engine.proxies().map(({ name }) => name)).toEqual(["p"]);
  });

  test("another upstream drops what is open and serves what comes", async () => {
    const other = await peers.server(({ socket }) => socket.write("other"));
    const { engine, proxy } = await proxied(await peers.echo());
    const client = peers.client(proxy.listen);
    client.socket.write("x");
    await client.bytes(1);
    await engine.updateProxy("p", { upstream: other.address });
    await client.ended;
    expect(await peers.client(proxy.listen).bytes(5)).toBe("other");
  });

  test("close leaves no socket and no listener, and makes nothing any more", async () => {
    const { engine, proxy } = await proxied(await peers.echo());
    await engine.createProxy({ name: "u", upstream: "127.0.0.1:9", protocol: "udp" });
    proxy.addToxic({ type: "latency", attributes: { latency: 60_000 } });
    engine.block("b", []);
    const client = peers.client(proxy.listen);
    client.socket.write("x");
    await once(client.socket, "connect");
    await engine.close();
    await engine.close();
    expect(await peers.client(proxy.listen).closed).toBe("ECONNREFUSED");
    await expect(engine.createProxy({ name: "q", upstream: "127.0.0.1:1" })).rejects.toThrow("closed");
  });
});

describe("toxics on connections", () => {
  async function openConnection(): Promise<{ proxy: Proxy; client: ReturnType<Peers["client"]>; events: ProxyEvent[] }> {
    const { proxy, events } = await proxied(await peers.echo());
    const client = peers.client(proxy.listen);
    client.socket.write("x");
    await client.bytes(1);
    return { proxy, client, events };
  }

  test.each([
    ["new", true],
    ["open and idle", false],
  ])("reset_peer gives both sides of a connection that is %s a real RST", async (_name, isNew) => {
    const server = await peers.server(({ socket }) => socket.write("x"));
    const { proxy, events } = await proxied(server.address);
    if (isNew) proxy.addToxic({ type: "reset_peer", attributes: { timeout: 0 } });
    const client = peers.client(proxy.listen);
    if (!isNew) {
      await client.bytes(1);
      proxy.addToxic({ type: "reset_peer", attributes: { timeout: 0 } });
    }
    expect(await client.closed).toBe("ECONNRESET");
    // A server that was being dialed when the reset came may never have seen the connection.
    if (!isNew) expect(await (await server.accepted(0)).closed).toBe("ECONNRESET");
    expect(events.filter(({ kind }) => kind === "reset")).toMatchObject([{ cause: "toxic", connection: 1, proxy: "p" }]);
  });

  test("latency delays an open connection, and removing it delivers at once what it holds", async () => {
    const { proxy, client } = await openConnection();
    proxy.addToxic({ type: "latency", attributes: { latency: 3_600_000 } });
    client.socket.end("held");
    while (proxy.counters.downstream.receivedBytes < 5) await new Promise((resolve) => setImmediate(resolve));
    expect(client.text).toBe("x");
    proxy.removeToxic("latency_downstream");
    await client.ended;
    expect(client.text).toBe("xheld");
  });

  test("latency takes at least as long as it says, for data and for the end", async () => {
    const { proxy, client } = await openConnection();
    proxy.addToxic({ type: "latency", attributes: { latency: 60 } });
    const startMs = performance.now();
    client.socket.end("y");
    await client.bytes(2);
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(60);
    await client.ended;
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(60);
  });

  test("limit_data delivers what it lets through before it closes, also behind a toxic that delays", async () => {
    const server = await peers.server();
    const { proxy } = await proxied(server.address);
    proxy.addToxic({ type: "limit_data", attributes: { bytes: 5 } });
    proxy.addToxic({ type: "latency", attributes: { latency: 20 } });
    const client = peers.client(proxy.listen);
    (await server.accepted(0)).socket.write("abcdefgh");
    await client.ended;
    expect(client.text).toBe("abcde");
    await (
      await server.accepted(0)
    ).ended;
  });

  test("bandwidth of 0 stalls, and the bytes flow when it is removed", async () => {
    const { proxy, client } = await openConnection();
    proxy.addToxic({ type: "bandwidth", stream: "upstream" });
    client.socket.write("y");
    while (proxy.counters.upstream.receivedBytes < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(proxy.counters.upstream.sentBytes).toBe(1);
    proxy.removeToxic("bandwidth_upstream");
    expect(await client.bytes(2)).toBe("xy");
  });

  test("removing timeout closes the connection", async () => {
    const { proxy, client } = await openConnection();
    proxy.addToxic({ type: "timeout", attributes: { timeout: 0 } });
    client.socket.write("lost");
    proxy.removeToxic("timeout_downstream");
    await client.ended;
    expect(client.text).toBe("x");
  });

  test("half_open loses one direction while the other flows", async () => {
    const server = await peers.server(({ socket }) => socket.write("x"));
    const { proxy, events } = await proxied(server.address);
    const client = peers.client(proxy.listen);
    await client.bytes(1);
    proxy.addToxic({ type: "half_open", stream: "downstream" });
    client.socket.write("to the server");
    const accepted = await server.accepted(0);
    await accepted.bytes(13);
    accepted.socket.write("never");
    while (proxy.counters.downstream.receivedBytes < 6) await new Promise((resolve) => setImmediate(resolve));
    expect(client.text).toBe("x");
    proxy.removeToxic("half_open_downstream");
    expect(await client.closed).toBe("ECONNRESET");
    expect(events.at(-1)?.kind).not.toBe("dropped");
  });

  test("blackhole accepts and does not dial; when it is removed the server gets what was sent", async () => {
    const server = await peers.server();
    const { engine, proxy, events } = await proxied(server.address);
    proxy.addToxic({ type: "blackhole" });
    const client = peers.client(proxy.listen);
    client.socket.write("patience");
    await once(client.socket, "connect");
    while (events.length === 0) await new Promise((resolve) => setImmediate(resolve));
    // Whoever comes later over another proxy is the first that the server sees.
    const { listen } = await engine.createProxy({ name: "other", upstream: server.address });
    peers.client(listen).socket.write("overtakes");
    expect(await (await server.accepted(0)).bytes(8)).toBe("overtakes");
    proxy.removeToxic("blackhole_downstream");
    expect(await (await server.accepted(1)).bytes(8)).toBe("patience");
  });

  test("an update reaches open connections, and what they hold", async () => {
    const { proxy, client } = await openConnection();
    proxy.addToxic({ type: "bandwidth" });
    client.socket.write("y");
    while (proxy.counters.downstream.receivedBytes < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(client.text).toBe("x");
    proxy.updateToxic("bandwidth_downstream", { attributes: { rate: 1000 } });
    expect(await client.bytes(2)).toBe("xy");
  });

  test("a toxic whose removal ends the connection takes the timers of the others along", async () => {
    const clock = new ManualClock();
    const { proxy } = await proxied(await peers.echo(), { clock });
    const client = peers.client(proxy.listen);
    client.socket.write("x");
    await client.bytes(1);
    proxy.addToxic({ type: "timeout", name: "first" });
    proxy.addToxic({ type: "timeout", name: "second", attributes: { timeout: 1000 } });
    expect(clock.timerCount).toBe(1);
    proxy.removeToxic("first");
    await client.ended;
    expect(clock.timerCount).toBe(0);
  });

  test("a toxic can close what is left of a connection after its end has passed", async () => {
    const server = await peers.server();
    const { proxy } = await proxied(server.address);
    proxy.addToxic({ type: "timeout", toxicity: 0 });
    proxy.addToxic({ type: "noop" });
    const client = peers.client(proxy.listen);
    const accepted = await server.accepted(0);
    accepted.socket.end();
    await client.ended;
    proxy.updateToxic("timeout_downstream", { toxicity: 1 });
    proxy.removeToxic("timeout_downstream");
    await accepted.ended;
  });

  test("refuse resets new connections and leaves open ones alone", async () => {
    const { proxy, client, events } = await openConnection();
    proxy.addToxic({ type: "refuse" });
    expect(await peers.client(proxy.listen).closed).toBe("ECONNRESET");
    client.socket.write("y");
    expect(await client.bytes(2)).toBe("xy");
    expect(events.filter(({ kind }) => kind === "refused")).toMatchObject([{ connection: 2 }]);
  });

  test("two toxics of one direction work in the order in which they were made", async () => {
    const { proxy, client } = await openConnection();
    proxy.addToxic({ type: "limit_data", name: "first", attributes: { bytes: 2 } });
    proxy.addToxic({ type: "jam", name: "second" });
    client.socket.write("abc");
    while (proxy.counters.downstream.receivedBytes < 4) await new Promise((resolve) => setImmediate(resolve));
    // The limit has counted before the jam held: what it cut off is gone, whichever goes first.
    proxy.removeToxic("first");
    expect(client.text).toBe("x");
    proxy.removeToxic("second");
    await client.ended;
    expect(client.text).toBe("xab");
  });
});
