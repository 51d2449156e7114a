// The reference's client for Node against our server.
import { Toxiproxy, type ToxicType } from "toxiproxy-node-client";
import { afterEach, expect, test } from "vitest";
import { ProxyEngine } from "./engine.ts";
import { Peers } from "./fixtures/peers.ts";
import { ProxyServer } from "./http/proxy-server.ts";

const peers = new Peers();
const engine = new ProxyEngine();
const server = new ProxyServer({ engine });
afterEach(async () => {
  await server.close();
  await engine.close();
  await peers.close();
});

test("toxiproxy-node-client does all that it offers", async () => {
  const client = new Toxiproxy(await server.start());
  expect(await client.getVersion()).toContain("2.12.0");
  const proxy = await client.createProxy({ name: "a", listen: "localhost:0", upstream: await peers.echo() });
  expect([proxy.name, proxy.enabled]).toEqual(["a", true]);

  const toxic = await proxy.addToxic({ name: "slow", type: "latency", stream: "downstream", toxicity: 1, attributes: { latency: 40, jitter: 0 } });
  const connection = peers.client(proxy.listen);
  const startMs = performance.now();
  connection.socket.write("x");
  await connection.bytes(1);
  expect(performance.now() - startMs).toBeGreaterThanOrEqual(40);
  const updated = await toxic.update({ name: "slow", type: "latency", stream: "downstream", toxicity: 0.5, attributes: { latency: 1, jitter: 0 } });
  expect(updated.toJson()).toEqual({ name: "slow", type: "latency", stream: "downstream", toxicity: 0.5, attributes: { latency: 1, jitter: 0 } });
  await (await proxy.getToxic("slow")).remove();
  await expect(proxy.getToxic("slow")).rejects.toThrow("404");

  const all: readonly (readonly [ToxicType, object])[] = [
    ["bandwidth", { rate: 10 }],
    ["slow_close", { delay: 10 }],
    ["timeout", { timeout: 10 }],
    ["slicer", { average_size: 1, size_variation: 0, delay: 0 }],
    ["limit_data", { bytes: 10 }],
    ["reset_peer", { timeout: 10 }],
  ];
  for (const [type, attributes] of all) {
    const added = await proxy.addToxic({ name: type, type, stream: "upstream", toxicity: 0, attributes });
    expect(added.toJson()).toEqual({ name: type, type, stream: "upstream", toxicity: 0, attributes });
  }
  await expect(proxy.addToxic({ name: "down", type: "down", stream: "upstream", toxicity: 1, attributes: {} })).rejects.toThrow("400");

  const disabled = await proxy.update({ enabled: false, listen: proxy.listen, upstream: proxy.upstream });
  expect(disabled.enabled).toBe(false);
  await connection.ended;
  expect(await peers.client(proxy.listen).closed).toBe("ECONNREFUSED");
  await client.reset();
  expect((await client.get("a")).enabled).toBe(true);
  expect(engine.proxy("a").toxics).toEqual([]);

  const populated = await client.populate([{ name: "b", listen: "localhost:0", upstream: "localhost:1" }]);
  expect(Object.keys(populated)).toEqual(["b"]);
  expect(Object.keys(await client.getAll())).toEqual(["a", "b"]);
  await proxy.remove();
  await expect(client.get("a")).rejects.toThrow("404");
});
