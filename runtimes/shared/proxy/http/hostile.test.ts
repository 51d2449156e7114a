import { once } from "node:events";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ProxyEngine } from "../engine.ts";
import { exchange } from "../fixtures/http-exchange.ts";
import { Peers, type Peer } from "../fixtures/peers.ts";
import { ProxyServer } from "./proxy-server.ts";

let engine: ProxyEngine;
let server: ProxyServer;
let url: string;
const peers = new Peers();
beforeEach(async () => {
  engine = new ProxyEngine();
  server = new ProxyServer({ engine });
  url = await server.start();
});
afterEach(async () => {
  expect((await exchange(`${url}/version`, "GET")).status).toBe(200);
  await server.close();
  await engine.close();
  await peers.close();
});

function raw(text: string): Peer {
  const client = peers.client(url.slice("http://".length));
  client.socket.write(text);
  return client;
}

test("garbage is answered with 400 and ended", async () => {
  const client = raw("\u0000\u0001 garbage\r\n\r\n");
  await client.ended;
  expect(client.text).toMatch(/^HTTP\/1\.1 400 /);
});

test("a body that has no end is given up at its limit, not kept", async () => {
  const client = raw("POST /proxies HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n");
  const chunk = Buffer.alloc(1024 * 1024, " ");
  for (let count = 0; count < 5; count++) client.socket.write(chunk);
  await client.bytes(200);
  expect(client.text).toMatch(/^HTTP\/1\.1 413 /);
  expect(client.text).toContain('{"error":"request body is longer than 4194304 bytes","status":413}');
  await client.closed.then(
    () => undefined,
    () => undefined,
  );
});

test("a client that leaves in the middle of its body leaves nothing behind", async () => {
  const client = raw('POST /proxies HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"name":');
  await once(client.socket, "connect");
  client.socket.resetAndDestroy();
  await client.closed;
  expect(engine.proxies()).toEqual([]);
});

test("a client that closes its side in the middle of its body is ended", async () => {
  const client = raw('POST /proxies HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"name":');
  client.socket.end();
  await client.ended;
  expect(engine.proxies()).toEqual([]);
});

test("a deeply nested body costs an answer, not the stack", async () => {
  const reply = await exchange(`${url}/proxies`, "POST", "[".repeat(3_000_000));
  expect([reply.status, reply.body]).toEqual([400, '{"error":"bad request body: exceeded max depth","status":400}\n']);
});

test("names that mean something to JavaScript are names like others", async () => {
  for (const name of ["__proto__", "constructor", "hasOwnProperty"]) {
    const reply = await exchange(`${url}/proxies`, "POST", `{"name":"${name}","upstream":"127.0.0.1:9","listen":"127.0.0.1:0"}`);
    expect(reply.status).toBe(201);
    expect((await exchange(`${url}/proxies/${name}`, "GET")).status).toBe(200);
  }
  expect((await exchange(`${url}/proxies`, "GET")).body).toContain('"__proto__":{"name":"__proto__"');
  const toxic = await exchange(`${url}/proxies/constructor/toxics`, "POST", '{"type":"latency","attributes":{"__proto__":{"latency":5},"constructor":1}}');
  expect(toxic.body).toContain('"attributes":{"latency":0,"jitter":0}');
  expect((await exchange(`${url}/proxies/constructor/toxics`, "POST", '{"type":"__proto__"}')).body).toContain("invalid toxic type");
});

test("closing does not wait for clients that hold their connections", async () => {
  const idle = raw("GET /version HTTP/1.1\r\nHost: x\r\n\r\n");
  await idle.bytes(20);
  const half = raw("GET /version HT");
  await once(half.socket, "connect");
  const other = new ProxyServer({ engine });
  const otherUrl = await other.start();
  const held = peers.client(otherUrl.slice("http://".length));
  held.socket.write("GET /version HTTP/1.1\r\nHost: x\r\n\r\nGET /ver");
  await held.bytes(20);
  await other.close();
  await Promise.race([held.ended, held.closed]);
});
