// A node as strangers see it: plain HTTP/1.1 written by hand, as curl and worse write it.
import { request as httpRequest } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import type { Answer, Exchange } from "../../../harness/environment.ts";
import { bodyLimitBytes } from "./bodies.ts";
import { Hosts, type Stranger } from "./fixtures/hosts.ts";
import { eventually } from "./fixtures/eventually.ts";

const hosts = new Hosts();
afterEach(() => hosts.close());

async function served(): Promise<{ stranger: Stranger; seen: [Exchange, string][]; port: number }> {
  const node = await hosts.node("n1");
  const seen: [Exchange, string][] = [];
  node.serve((request, from, answer) => {
    seen.push([request, from]);
    if (request.path === "/nothing") answer({ status: 204 });
    else if (request.path === "/bytes") answer({ status: 200, body: Uint8Array.of(0, 255) });
    else answer({ status: 200, body: { ok: true } });
  });
  return { stranger: await hosts.stranger(node.tcpPort), seen, port: node.tcpPort };
}

const whole = /\r\n\r\n\{"ok":true\}$/;

describe("a stranger", () => {
  test("is answered as `outside`, again and again on one connection", async () => {
    const { stranger, seen } = await served();
    const first = await stranger.ask("GET /kv/a?stale=yes&mode=a%20b+c HTTP/1.1\r\nHost: x\r\nUser-Agent: curl/8.0\r\nAccept: */*\r\n\r\n", whole);
    expect(first).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(first).toMatch(/content-type: application\/json\r\n/i);
    expect(first).toMatch(/content-length: 11\r\n/i);
    await stranger.ask("GET /kv/b HTTP/1.1\r\nHost: x\r\n\r\n", whole);
    expect(seen).toEqual([
      [{ method: "GET", path: "/kv/a", query: { stale: "yes", mode: "a b c" } }, "outside"],
      [{ method: "GET", path: "/kv/b" }, "outside"],
    ]);
  });

  test("may say who it is, and later come in our own form, on one connection", async () => {
    const { stranger, seen } = await served();
    await stranger.ask("GET /1 HTTP/1.1\r\nx-faultline-from: n7\r\nhost: n1\r\n\r\n", whole);
    await stranger.ask("GET /2 HTTP/1.1\r\nhost: n1\r\nX-Faultline-From: n8\r\n\r\n", whole);
    await stranger.ask("GET /3 HTTP/1.1\r\nx-faultline-from: n9\r\nhost: n1\r\n\r\n", whole);
    expect(seen.map(([{ path }, from]) => [path, from])).toEqual([
      ["/1", "n7"],
      ["/2", "n8"],
      ["/3", "n9"],
    ]);
  });

  test.each([
    ["JSON", "application/json; charset=utf-8", Buffer.from('{"a":"ü"}'), { a: "ü" }],
    ["JSON that curl calls a form", "application/x-www-form-urlencoded", Buffer.from("[1]"), [1]],
    ["bytes", "application/octet-stream", Buffer.from([0, 1, 255]), Uint8Array.of(0, 1, 255)],
    ["no bytes", "application/octet-stream", Buffer.alloc(0), new Uint8Array()],
  ])("sends %s", async (_what, type, content, body) => {
    const { stranger, seen } = await served();
    const head = `PUT /x HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: ${content.length}\r\n\r\n`;
    await stranger.ask(Buffer.concat([Buffer.from(head), content]), whole);
    expect(seen[0]?.[0]).toEqual({ method: "PUT", path: "/x", body });
  });

  test("may send in chunks, in small pieces, or ask before it sends", async () => {
    const { stranger, seen } = await served();
    await stranger.ask("POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n", whole);
    await stranger.ask("POST /e HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n", /^HTTP\/1\.1 100 Continue\r\n\r\n$/);
    await stranger.ask("[3]", whole);
    for (const piece of ["GE", "T /p HT", "TP/1.1\r\nHost: ", "x\r\n\r"]) {
      stranger.socket.write(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await stranger.ask("\n", whole);
    expect(seen.map(([{ path, body }]) => [path, body])).toEqual([
      ["/c", [1, 2]],
      ["/e", [3]],
      ["/p", undefined],
    ]);
  });

  test("may send several requests at once, in either form", async () => {
    const { stranger, seen } = await served();
    const ours = (path: string): string => `GET ${path} HTTP/1.1\r\nx-faultline-from: n7\r\nhost: n1\r\n\r\n`;
    await stranger.ask(`${ours("/1")}${ours("/2")}GET /3 HTTP/1.1\r\nHost: x\r\n\r\nGET /4 HTTP/1.1\r\nHost: x\r\n\r\n`, /(\{"ok":true\}[\s\S]*){4}$/);
    expect(seen.map(([{ path }, from]) => [path, from])).toEqual([
      ["/1", "n7"],
      ["/2", "n7"],
      ["/3", "outside"],
      ["/4", "outside"],
    ]);
  });

  test.each([
    ["our form", "x-faultline-from: n7\r\nhost: n1"],
    ["its own", "host: n1\r\nx-faultline-from: n7"],
  ])("who sends the next request before the answer is served in turn, once each, in %s", async (_form, names) => {
    const node = await hosts.node("n1");
    const waiting: [string, Answer][] = [];
    node.serve((request, _from, answer) => waiting.push([request.path, answer]));
    const stranger = await hosts.stranger(node.tcpPort);
    stranger.socket.write(`GET /1 HTTP/1.1\r\n${names}\r\n\r\n`);
    await eventually(() => waiting.length).toBe(1);
    stranger.socket.write(`GET /2 HTTP/1.1\r\n${names}\r\n`);
    const other = await hosts.stranger(node.tcpPort);
    // Written later on another connection and served: the first half of the second request has arrived by then.
    other.socket.write(`GET /0 HTTP/1.1\r\n${names}\r\n\r\n`);
    await eventually(() => waiting.length).toBe(2);
    waiting[0]?.[1]({ status: 201 });
    waiting[0]?.[1]({ status: 500 });
    await stranger.ask("\r\n", /^HTTP\/1\.1 201 /);
    await eventually(() => waiting.map(([path]) => path)).toEqual(["/1", "/0", "/2"]);
    waiting[2]?.[1]({ status: 202 });
    waiting[0]?.[1]({ status: 500 });
    expect(await stranger.ask("", /\r\n\r\n/)).toMatch(/^HTTP\/1\.1 202 /);
    expect(hosts.failures).toEqual([]);
  });

  test("gets bytes as bytes, and nothing as nothing", async () => {
    const { stranger } = await served();
    const bytes = await stranger.ask("GET /bytes HTTP/1.1\r\nHost: x\r\n\r\n", /\r\n\r\n..$/s);
    expect(bytes).toMatch(/content-type: application\/octet-stream\r\n/i);
    expect(bytes.endsWith("\r\n\r\n\u0000\u00ff")).toBe(true);
    expect(await stranger.ask("GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n", /\r\n\r\n$/)).toMatch(/^HTTP\/1\.1 204 /);
  });

  test.each([
    [400, "malformed JSON", 'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\n{"a":'],
    [
      400,
      "malformed JSON in our own form",
      'POST / HTTP/1.1\r\nx-faultline-from: n1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 5\r\n\r\n{"a":',
    ],
    [400, "malformed UTF-8", Buffer.from('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n"\xff"', "latin1")],
    [400, "a malformed query", "GET /?a=%zz HTTP/1.1\r\nHost: x\r\n\r\n"],
    [400, "no path", "GET * HTTP/1.1\r\nHost: x\r\n\r\n"],
    [400, "two lengths", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"],
    [400, "length and chunks", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
    [400, "our form with a header smuggled in", "GET / HTTP/1.1\r\nx-faultline-from: n1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n"],
    [400, "nonsense", "\x16\x03\x01\x02\x00\r\n\r\n"],
    [405, "an unknown method", "PATCH / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"],
    [431, "an endless head", `GET / HTTP/1.1\r\nx: ${"y".repeat(70_000)}`],
    [413, "a body that it announces as too large", `POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: ${bodyLimitBytes + 1}\r\n\r\n`],
  ])("hears %d for %s, and no handler runs", async (status, _what, text) => {
    const { stranger, seen } = await served();
    expect(await stranger.ask(text, /^HTTP\/1\.1 \d{3}[\s\S]*\r\n\r\n/)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(seen).toEqual([]);
    expect(hosts.failures).toEqual([]);
  });

  test.each([
    ["announced in its own way", false],
    ["announced in our form", true],
  ])("hears 413 after a body of more than 16 MiB, %s", async (_how, isOurs) => {
    const { stranger, seen } = await served();
    const names = isOurs ? "x-faultline-from: n7\r\nhost: n1" : "Host: n1";
    stranger.socket.write(`POST / HTTP/1.1\r\n${names}\r\ncontent-type: application/octet-stream\r\ncontent-length: ${bodyLimitBytes + 1}\r\n\r\n`);
    expect(await stranger.ask(Buffer.alloc(bodyLimitBytes + 1), /\r\n\r\n/)).toMatch(/^HTTP\/1\.1 413 /);
    expect(seen).toEqual([]);
  });

  test("who never stops sending is cut off", async () => {
    const { stranger, seen } = await served();
    stranger.socket.write("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    const piece = Buffer.concat([Buffer.from("100000\r\n"), Buffer.alloc(1_048_576), Buffer.from("\r\n")]);
    let sentBytes = 0;
    while (!stranger.socket.destroyed && sentBytes < 1_000_000_000) {
      sentBytes += piece.length;
      await new Promise<void>((resolve) => stranger.socket.write(piece, () => resolve()));
    }
    expect(sentBytes).toBeLessThan(200_000_000);
    expect(seen).toEqual([]);
  });

  test("who breaks off in the middle of a request has asked nothing", async () => {
    const { stranger, seen, port } = await served();
    stranger.socket.end("POST /half HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf");
    const other = await hosts.stranger(port);
    other.socket.end("POST /half HTTP/1.1\r\nx-faultline-from: n7\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\nhalf");
    await eventually(() => stranger.socket.closed && other.socket.closed).toBe(true);
    expect(seen).toEqual([]);
    expect(hosts.failures).toEqual([]);
  });

  test("hears 503 where nobody serves", async () => {
    const node = await hosts.node("n1");
    const stranger = await hosts.stranger(node.tcpPort);
    expect(await stranger.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n", /\r\n\r\n/)).toMatch(/^HTTP\/1\.1 503 /);
  });

  test("that is Node's own client is served", async () => {
    const { port, seen } = await served();
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sent = httpRequest({ port, host: "127.0.0.1", method: "DELETE", path: "/z" }, (response) => {
        response.resume();
        response.on("end", () => resolve(response.statusCode));
      });
      sent.on("error", reject);
      sent.end();
    });
    expect(status).toBe(200);
    expect(seen).toEqual([[{ method: "DELETE", path: "/z" }, "outside"]]);
  });
});
