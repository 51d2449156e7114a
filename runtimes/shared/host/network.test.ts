// The network contract between two real hosts: what arrives is what was sent, and every way to fail has its name.
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import type { Exchange, Reply } from "../../../harness/environment.ts";
import type { Json } from "../../../harness/json.ts";
import { bodyLimitBytes } from "./bodies.ts";
import { bookOf, call, Hosts } from "./fixtures/hosts.ts";
import { eventually } from "./fixtures/eventually.ts";

const hosts = new Hosts();
afterEach(() => hosts.close());

/** A name that is a trap for whoever assigns it. */
const plantedQuery: Readonly<Record<string, string>> = Object.fromEntries([["__proto__", "planted"]]);

const get = { method: "GET", path: "/" } as const;

describe("a call", () => {
  test("brings the request as it was sent and the reply as it was given", async () => {
    const node = await hosts.node("n1");
    const seen: [Exchange, string][] = [];
    node.serve((request, from, answer) => {
      seen.push([request, from]);
      answer({ status: 201, body: { done: true } });
    });
    const request = {
      method: "PUT",
      path: "/kv/a%20b",
      query: { "q & a": "1+1=2 ü", empty: "", ...plantedQuery },
      body: { list: [1, [2, null]], text: "ü€😀\u2028" },
    } as const;
    const { error, reply } = await call(hosts.client(bookOf({ n1: node })), "n1", request);
    expect(error).toBeNull();
    expect(reply).toEqual({ status: 201, body: { done: true } });
    expect(seen).toEqual([[request, "client-0"]]);
    expect(Object.entries(seen[0]?.[0].query ?? {})).toEqual(Object.entries(request.query));
    expect(hosts.failures).toEqual([]);
  });

  test("carries any JSON both ways, names like __proto__ included, byte for byte", async () => {
    const node = await hosts.node("n1");
    node.serve((request, _from, answer) => answer({ status: 200, ...(request.body === undefined ? {} : { body: request.body }) }));
    const client = hosts.client(bookOf({ n1: node }));
    const json = fc.jsonValue({ depthSize: "medium" }).map((value): Json => JSON.parse(JSON.stringify(value)));
    const planted: Json = JSON.parse('{"__proto__":{"a":1},"constructor":[[[[]]]],"":"\\ud800"}');
    await fc.assert(
      fc.asyncProperty(json, async (body) => {
        const { reply } = await call(client, "n1", { method: "POST", path: "/", body });
        expect(JSON.stringify(reply?.body)).toBe(JSON.stringify(body));
      }),
      { numRuns: 200, examples: [[planted], [null], [""], [0]] },
    );
  });

  test("keeps bytes bytes, none of them included, and no body no body", async () => {
    const node = await hosts.node("n1");
    node.serve((request, _from, answer) => answer({ status: 200, ...(request.body === undefined ? {} : { body: request.body }) }));
    const client = hosts.client(bookOf({ n1: node }));
    for (const body of [new Uint8Array(), Uint8Array.from({ length: 70_000 }, (_, index) => index % 256)])
      expect((await call(client, "n1", { method: "POST", path: "/", body })).reply).toEqual({ status: 200, body });
    expect((await call(client, "n1", { method: "POST", path: "/" })).reply).toEqual({ status: 200 });
  });

  test("may be answered any time later, once", async () => {
    const node = await hosts.node("n1");
    const answers: ((reply: Reply) => void)[] = [];
    node.serve((_request, _from, answer) => answers.push(answer));
    const client = hosts.client(bookOf({ n1: node }));
    const [first, second] = [call(client, "n1", get), call(client, "n1", get)];
    await eventually(() => answers.length).toBe(2);
    answers[1]?.({ status: 202 });
    expect((await second).reply?.status).toBe(202);
    answers[0]?.({ status: 200 });
    answers[0]?.({ status: 500 });
    expect((await first).reply?.status).toBe(200);
    expect((await call(client, "n1", get, { timeoutMs: 50 })).error?.kind).toBe("Timeout");
  });

  test("carries 16 MiB and not one byte more: TooLarge before anything is sent", async () => {
    const node = await hosts.node("n1");
    let count = 0;
    node.serve((request, _from, answer) => {
      count++;
      answer({ status: 200, ...(request.body === undefined ? {} : { body: request.body }) });
    });
    const client = hosts.client(bookOf({ n1: node }));
    const body = new Uint8Array(bodyLimitBytes).fill(7);
    const { reply } = await call(client, "n1", { method: "POST", path: "/", body });
    expect(Buffer.compare(Buffer.from(body), Buffer.from(reply?.body instanceof Uint8Array ? reply.body : []))).toBe(0);
    const text = "ü".repeat(bodyLimitBytes / 2 - 1);
    expect((await call(client, "n1", { method: "POST", path: "/", body: text })).reply?.body === text).toBe(true);
    for (const larger of [new Uint8Array(bodyLimitBytes + 1), `${text}x`])
      expect(await call(client, "n1", { method: "POST", path: "/", body: larger })).toEqual({ error: { kind: "TooLarge", isDefinite: true }, reply: null });
    expect(count).toBe(2);
  });

  test("whose reply is too large is reset", async () => {
    const node = await hosts.node("n1");
    node.serve((_request, _from, answer) => answer({ status: 200, body: new Uint8Array(bodyLimitBytes + 1) }));
    expect((await call(hosts.client(bookOf({ n1: node })), "n1", get)).error).toEqual({ kind: "Reset", isDefinite: false });
  });

  test("to a name that nobody has is refused, and to itself arrives", async () => {
    const node = await hosts.node("n1");
    node.serve((_request, from, answer) => answer({ status: 200, body: from }));
    expect((await call(node, "n1", get)).reply?.body).toBe("n1");
    expect((await call(node, "n9", get)).error).toEqual({ kind: "Refused", isDefinite: true });
    expect((await call(node, "__proto__", get)).error?.kind).toBe("Refused");
  });

  test("to a node that serves nothing is refused, and later calls find it when it does", async () => {
    const node = await hosts.node("n1");
    const client = hosts.client(bookOf({ n1: node }));
    expect((await call(client, "n1", get)).error).toEqual({ kind: "Refused", isDefinite: true });
    expect(hosts.servings).toEqual([]);
    node.serve((_request, _from, answer) => answer({ status: 200 }));
    node.serve((_request, _from, answer) => answer({ status: 203 }));
    expect(hosts.servings).toEqual(["n1"]);
    expect((await call(client, "n1", get)).reply?.status).toBe(203);
  });

  test("counts as two messages, a request and a reply", async () => {
    const node = await hosts.node("n1");
    node.serve((_request, _from, answer) => answer({ status: 200 }));
    const client = hosts.client(bookOf({ n1: node }));
    await call(client, "n1", get);
    expect([client.messageCount, node.messageCount]).toEqual([1, 1]);
  });

  test("with a path that would not arrive as it is, or without a time limit, is a mistake of the caller", async () => {
    const node = await hosts.node("n1");
    const client = hosts.client(bookOf({ n1: node }));
    for (const path of ["no-slash", "/a b", "/ü", "/a?b", "/a#b", "/a\r\nx: y"])
      expect(() => client.call("n1", { method: "GET", path }, { timeoutMs: 1 }, () => undefined), path).toThrow(TypeError);
    expect(() => client.call("n1", get, { timeoutMs: Number.POSITIVE_INFINITY }, () => undefined)).toThrow(RangeError);
  });
});

describe("a handler", () => {
  test("that throws fails its node, and the caller waits in vain", async () => {
    const node = await hosts.node("n1");
    node.serve(() => {
      throw new Error("a mistake");
    });
    expect((await call(hosts.client(bookOf({ n1: node })), "n1", get, { timeoutMs: 50 })).error?.kind).toBe("Timeout");
    expect(hosts.failures.splice(0)).toEqual([new Error("a mistake")]);
  });

  test("fails its node with a reply that HTTP cannot carry", async () => {
    const node = await hosts.node("n1");
    node.serve((request, _from, answer) => answer(request.path === "/1" ? { status: 99 } : { status: 204, body: {} }));
    const client = hosts.client(bookOf({ n1: node }));
    for (const path of ["/1", "/2"]) await call(client, "n1", { method: "GET", path }, { timeoutMs: 50 });
    expect(hosts.failures.splice(0)).toEqual([expect.any(RangeError), expect.any(RangeError)]);
  });

  test("of a dead incarnation is not called, and the answers it owes are not given", async () => {
    const life = hosts.life();
    const node = await hosts.node("n1", {}, life);
    const answers: ((reply: Reply) => void)[] = [];
    node.serve((_request, _from, answer) => answers.push(answer));
    const client = hosts.client(bookOf({ n1: node }));
    const waiting = call(client, "n1", get, { timeoutMs: 200 });
    await eventually(() => answers.length).toBe(1);
    life.end();
    answers[0]?.({ status: 200 });
    const late = call(client, "n1", get, { timeoutMs: 100 });
    expect([(await waiting).error?.kind, (await late).error?.kind]).toEqual(["Timeout", "Timeout"]);
    expect(answers).toHaveLength(1);
  });
});

describe("a dead caller", () => {
  test("hears nothing of what it asked, and asks nothing more", async () => {
    const node = await hosts.node("n1");
    let count = 0;
    node.serve((_request, _from, answer) => {
      count++;
      answer({ status: 200 });
    });
    const life = hosts.life();
    const client = hosts.client(bookOf({ n1: node }), life);
    let heardCount = 0;
    client.call("n1", get, { timeoutMs: 1_000 }, () => heardCount++);
    life.end();
    client.call("n1", get, { timeoutMs: 1_000 }, () => heardCount++);
    await eventually(() => count).toBe(1);
    await call(hosts.client(bookOf({ n1: node })), "n1", get);
    expect([count, heardCount]).toEqual([2, 0]);
  });
});
