import { once } from "node:events";
import { afterEach, describe, expect, test } from "vitest";
import type { ProxyEvent } from "./effect.ts";
import { ProxyEngine } from "./engine.ts";
import { Peers } from "./fixtures/peers.ts";
import type { Proxy } from "./proxy.ts";
import type { ToxicRequest } from "./toxic.ts";

const peers = new Peers();
const engines: ProxyEngine[] = [];
afterEach(async () => {
  await peers.close();
  for (const engine of engines.splice(0)) await engine.close();
});

async function proxied(upstream: string, seed: string): Promise<{ proxy: Proxy; events: ProxyEvent[] }> {
  const events: ProxyEvent[] = [];
  const engine = new ProxyEngine({ seed, observer: (event) => events.push(event) });
  engines.push(engine);
  return { proxy: await engine.createProxy({ name: "p", upstream }), events };
}

describe("toxicity", () => {
  const half: ToxicRequest = { type: "half_open", toxicity: 0.5 };

  /** Which of 40 connections are hit, by number. */
  async function hits(seed: string, change: (proxy: Proxy) => void = () => undefined): Promise<string> {
    const server = await peers.server(({ socket }) => void socket.on("data", () => socket.write("answer")));
    const { proxy } = await proxied(server.address, seed);
    proxy.addToxic(half);
    let pattern = "";
    for (let number = 1; number <= 40; number++) {
      const client = peers.client(proxy.listen);
      await once(client.socket, "connect");
      change(proxy);
      client.socket.write("q");
      const before = proxy.counters.downstream.receivedBytes;
      const sentBefore = proxy.counters.downstream.sentBytes;
      while (proxy.counters.downstream.receivedBytes === before) await new Promise((resolve) => setImmediate(resolve));
      pattern += proxy.counters.downstream.sentBytes === sentBefore ? "x" : ".";
      client.socket.destroy();
    }
    return pattern;
  }

  test("is a function of seed and connection number, and about its share are hit", async () => {
    const pattern = await hits("one");
    expect(await hits("one")).toBe(pattern);
    expect(await hits("two")).not.toBe(pattern);
    const count = pattern.replaceAll(".", "").length;
    expect(count).toBeGreaterThan(8);
    expect(count).toBeLessThan(32);
  });

  test("stays what it is when other toxics come, change and go", async () => {
    const pattern = await hits("one");
    const disturbed = await hits("one", (proxy) => {
      proxy.addToxic({ type: "noop" });
      proxy.updateToxic("half_open_downstream", { attributes: {} });
      proxy.removeToxic("noop_downstream");
    });
    expect(disturbed).toBe(pattern);
  });

  test("only adds victims when it is raised, also among open connections", async () => {
    const { proxy, events } = await proxied(await peers.echo(), "raise");
    const clients = Array.from({ length: 30 }, () => peers.client(proxy.listen));
    for (const client of clients) {
      client.socket.write("x");
      await client.bytes(1);
    }
    proxy.addToxic({ type: "reset_peer", toxicity: 0 });
    proxy.updateToxic("reset_peer_downstream", { toxicity: 0.3 });
    proxy.updateToxic("reset_peer_downstream", { toxicity: 0.6 });
    proxy.updateToxic("reset_peer_downstream", { toxicity: 1 });
    await Promise.all(clients.map(({ closed }) => closed));
    expect(events.filter(({ kind }) => kind === "reset")).toHaveLength(30);
  });
});
