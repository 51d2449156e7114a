// Our own routes by their bodies: what they take, what they refuse and in which words. What faults do is in the contract of links.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ProxyEngine } from "../engine.ts";
import { ProxyServer } from "./proxy-server.ts";

let engine: ProxyEngine;
let server: ProxyServer;
let url: string;
beforeEach(async () => {
  engine = new ProxyEngine();
  server = new ProxyServer({ engine });
  url = await server.start();
});
afterEach(async () => {
  await server.close();
  await engine.close();
});

async function post(path: string, body: unknown, base: string = url): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(base + path, { method: "POST", body: JSON.stringify(body) });
  return { status: response.status, text: await response.text() };
}

const link = { name: "a", from: "n1", to: "n2", protocol: "tcp", listen: "127.0.0.1:0" };

describe("a link", () => {
  test("is made on any port, and listed with its hosts", async () => {
    const { status, text } = await post("/faultline/links", link);
    expect([status, text]).toEqual([201, expect.stringMatching(/"name":"a","listen":"127\.0\.0\.1:\d+"/)]);
    const listed: unknown = await (await fetch(`${url}/faultline/links`)).json();
    expect(listed).toMatchObject([{ name: "a", from: "n1", to: "n2", openCount: 0 }]);
    expect((await post("/faultline/links", link)).status).toBe(409);
  });

  test.each([
    [{ ...link, name: "" }, "name is missing"],
    [{ ...link, from: undefined }, "from is missing"],
    [{ ...link, to: "" }, "to is missing"],
    [{ ...link, protocol: "quic" }, "protocol must be tcp or udp"],
  ])("that lacks something is refused: %j", async (body, words) => {
    const { status, text } = await post("/faultline/links", body);
    expect([status, text]).toEqual([400, expect.stringContaining(words)]);
    expect(engine.proxies()).toEqual([]);
  });
});

describe("a node", () => {
  test.each([
    ["/faultline/attach", { node: "n1", tcp: "127.0.0.1:1" }, 400, "udp is missing"],
    ["/faultline/attach", { node: "n1", tcp: "nowhere", udp: "127.0.0.1:1" }, 500, "missing port in address"],
    ["/faultline/attach", { tcp: "127.0.0.1:1", udp: "127.0.0.1:1" }, 400, "node is missing"],
    ["/faultline/detach", {}, 400, "node is missing"],
    ["/faultline/forget", {}, 400, "prefix is missing"],
    ["/faultline/end", {}, 400, "id is missing"],
  ])("%s refuses %j", async (path, body, status, words) => {
    expect(await post(path, body)).toEqual({ status, text: expect.stringContaining(words) });
  });
});

describe("a fault", () => {
  const links = [{ from: "n1", to: "n2" }];

  test.each([
    { kind: "partition", params: { onHeal: "cut" } },
    { kind: "partition" },
    { kind: "slow", params: { latencyMs: 1.5, jitterMs: 0 } },
    { kind: "loss", params: { probability: 0.5 } },
    { kind: "duplicate", params: { probability: 0.5 } },
    { kind: "reorder", params: { probability: 1, delayMs: 3 } },
    { kind: "corrupt", params: { probability: 0 } },
    { kind: "reset", params: { probability: 1 } },
    { kind: "refuse" },
    { kind: "half-open", params: {} },
  ])("of each kind begins and ends: %j", async (fault) => {
    expect((await post("/faultline/begin", { ...fault, id: "f", links })).status).toBe(204);
    expect(await post("/faultline/end", { id: "f" })).toEqual({ status: 200, text: '{"affectedCount":0,"detail":{}}' });
  });

  test.each([
    [{ id: "f", kind: "kill", links }, "kind must be one of partition, slow"],
    [{ id: "f", kind: "toString", links }, "kind must be one of"],
    [{ kind: "refuse", links }, "id is missing"],
    [{ id: "f", links }, "kind is missing"],
    [{ id: "f", kind: "partition", links, params: { onHeal: "hope" } }, "onHeal must be deliver or cut"],
    [{ id: "f", kind: "loss", links, params: { probability: 1.1 } }, "probability must be between 0 and 1"],
    [{ id: "f", kind: "slow", links, params: { latencyMs: -1 } }, "latencyMs must be between"],
    [{ id: "f", kind: "slow", links, params: { latencyMs: "long" } }, "cannot unmarshal string"],
    [{ id: "f", kind: "refuse", links: [{ from: "n1" }] }, "to is missing"],
    [{ id: "f", kind: "refuse", links: "all" }, "cannot unmarshal string"],
  ])("that makes no sense is refused: %j", async (body, words) => {
    expect(await post("/faultline/begin", body)).toEqual({ status: 400, text: expect.stringContaining(words) });
  });
});

test("a prefix is forgotten with its proxies, nodes and faults; others stay", async () => {
  for (const run of ["a", "b"]) {
    await post("/faultline/links", { ...link, name: `${run}.link`, from: `${run}.n1`, to: `${run}.n2` });
    await post("/faultline/begin", { id: `${run}.f`, kind: "refuse", links: [{ from: `${run}.n1`, to: `${run}.n2` }] });
  }
  await post("/faultline/forget", { prefix: "a." });
  expect(engine.proxies().map(({ name, refusers }) => [name, [...refusers]])).toEqual([["b.link", ["b.f"]]]);
  await post("/faultline/links", { ...link, name: "a.link", from: "a.n1", to: "a.n2" });
  expect([...engine.proxy("a.link").refusers]).toEqual([]);
});

test("a server that is not extended knows none of these routes", async () => {
  const plain = new ProxyServer({ engine, isExtended: false });
  const base = await plain.start();
  for (const path of ["links", "attach", "detach", "begin", "end", "forget", "partition", "heal"]) {
    expect((await post(`/faultline/${path}`, link, base)).status, path).toBe(404);
  }
  expect((await fetch(`${base}/version`)).status).toBe(200);
  await plain.close();
});
