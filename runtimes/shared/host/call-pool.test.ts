// How calls fail, and what becomes of their connections: against servers that do exactly as the test says.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { bookOf, call, Hosts, type Answered } from "./fixtures/hosts.ts";
import { eventually } from "./fixtures/eventually.ts";

const hosts = new Hosts();
afterEach(() => hosts.close());

const get = { method: "GET", path: "/" } as const;
const ok = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

function reply(body: string): string {
  return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

/** Answers the given texts one after another, one a request; none for undefined. */
function answering(...texts: (string | undefined)[]): (socket: Socket) => void {
  return (socket) => socket.on("data", () => socket.write(texts.shift() ?? ""));
}

function countTimers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
}

describe("a call fails", () => {
  test("Refused, definitely, where nobody listens", async () => {
    const { book, server } = await hosts.server(() => undefined);
    server.close();
    await once(server, "close");
    expect(await call(hosts.client(book), "n1", get)).toEqual({ error: { kind: "Refused", isDefinite: true }, reply: null });
  });

  test.each([
    ["before a reply", (socket: Socket) => socket.on("data", () => socket.destroy())],
    ["by a reset", (socket: Socket) => socket.on("data", () => socket.resetAndDestroy())],
    ["half way through the head", (socket: Socket) => socket.on("data", () => socket.end("HTTP/1.1 200 O"))],
    ["half way through the body", (socket: Socket) => socket.on("data", () => socket.end(reply('"whole"').slice(0, -2)))],
  ])("Reset when the connection ends %s", async (_when, connected) => {
    const { book } = await hosts.server(connected);
    expect(await call(hosts.client(book), "n1", get)).toEqual({ error: { kind: "Reset", isDefinite: false }, reply: null });
  });

  test.each([
    ["no HTTP at all", "hello, who is there?\r\n\r\n"],
    ["no length", "HTTP/1.1 200 OK\r\n\r\n"],
    ["two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 0\r\ncontent-length: 1\r\n\r\n"],
    ["chunks", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"],
    ["malformed JSON", reply('{"a":')],
    ["malformed UTF-8", `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 3\r\n\r\n"\xff"`],
    ["bytes after its end", `${ok}x`],
    ["an endless head", `HTTP/1.1 200 ${"O".repeat(40_000)}`],
    ["a body of a terabyte", "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000000000000\r\n\r\n"],
    ["a body that is too large", "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99999999\r\n\r\n"],
  ])("Reset when the answer has %s", async (_what, text) => {
    const { book } = await hosts.server((socket) => socket.on("data", () => socket.write(Buffer.from(text, "latin1"))));
    expect((await call(hosts.client(book), "n1", get)).error).toEqual({ kind: "Reset", isDefinite: false });
  });

  test("Timeout when nothing comes, and its connection stays open", async () => {
    const { book, sockets } = await hosts.server((socket) => socket.resume());
    expect((await call(hosts.client(book), "n1", get, { timeoutMs: 30 })).error).toEqual({ kind: "Timeout", isDefinite: false });
    await eventually(() => sockets.length).toBe(1);
    expect(sockets[0]?.readableEnded).toBe(false);
  });

  test("never within `call` itself", async () => {
    const client = hosts.client({});
    let isInside = true;
    const done = new Promise<boolean>((resolve) => client.call("n9", get, { timeoutMs: 1 }, () => resolve(isInside)));
    isInside = false;
    expect(await done).toBe(false);
  });
});

describe("a reply", () => {
  test("may come in the smallest pieces", async () => {
    const { book } = await hosts.server((socket) => {
      socket.on("data", () => {
        const bytes = Buffer.from(reply('{"text":"ü"}'));
        const next = (index: number): void => {
          if (index < bytes.length) socket.write(bytes.subarray(index, index + 1), () => setImmediate(() => next(index + 1)));
        };
        next(0);
      });
    });
    expect((await call(hosts.client(book), "n1", get)).reply).toEqual({ status: 200, body: { text: "ü" } });
  });

  test("of an exchange that has timed out is never taken for another's", async () => {
    const { book, sockets } = await hosts.server((socket, index) => socket.on("data", () => index > 0 && socket.write(reply('"second"'))));
    const client = hosts.client(book);
    expect((await call(client, "n1", get, { timeoutMs: 30 })).error?.kind).toBe("Timeout");
    const second = call(client, "n1", get);
    sockets[0]?.write(reply('"first, late"'));
    expect((await second).reply?.body).toBe("second");
    expect((await call(client, "n1", get)).reply?.body).toBe("second");
    // Nobody waits on the first connection any more, so its caller closes it.
    await eventually(() => sockets[0]?.closed).toBe(true);
    expect(sockets).toHaveLength(2);
  });

  test("that nobody asked for ends the connection, not the next call", async () => {
    const { book, sockets } = await hosts.server(answering(ok, ok));
    const client = hosts.client(book);
    await call(client, "n1", get);
    sockets[0]?.write(reply('"unasked"'));
    await eventually(() => sockets[0]?.closed).toBe(true);
    expect((await call(client, "n1", get)).reply).toEqual({ status: 200 });
  });
});

describe("a request", () => {
  test("leaves in one piece", async () => {
    const pieces: string[] = [];
    const { book } = await hosts.server((socket) =>
      socket.on("data", (piece: Buffer) => {
        pieces.push(piece.toString());
        socket.write(ok);
      }),
    );
    await call(hosts.client(book), "n1", { method: "POST", path: "/a", query: { b: "c d" }, body: { e: "ü" } });
    expect(pieces).toEqual([
      'POST /a?b=c%20d HTTP/1.1\r\nx-faultline-from: client-0\r\nhost: n1\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{"e":"ü"}',
    ]);
  });

  test("that was stalled is still delivered after its caller has given up", async () => {
    const node = await hosts.node("n1");
    const seen: string[] = [];
    node.serve((request, _from, answer) => {
      seen.push(request.path);
      answer({ status: 200 });
    });
    // A link that holds back everything until it is healed.
    const held: (() => void)[] = [];
    const { book } = await hosts.server((socket) => {
      socket.pause();
      held.push(() => socket.pipe(connect(node.tcpPort, "127.0.0.1")).pipe(socket));
    });
    const client = hosts.client(book);
    expect((await call(client, "n1", { method: "POST", path: "/stalled" }, { timeoutMs: 50 })).error?.kind).toBe("Timeout");
    expect(seen).toEqual([]);
    for (const release of held) release();
    await eventually(() => seen).toEqual(["/stalled"]);
  });
});

describe("a pool", () => {
  test("reuses its connections one after another", async () => {
    const { book, sockets } = await hosts.server((socket) => socket.on("data", () => socket.write(ok)));
    const client = hosts.client(book);
    for (let index = 0; index < 20; index++) expect((await call(client, "n1", get)).reply?.status).toBe(200);
    expect(sockets).toHaveLength(1);
  });

  test("has 8 connections and a queue of 1,000; what is beyond is refused", async () => {
    const { book, sockets } = await hosts.server((socket) => socket.resume());
    const client = hosts.client(book);
    let refusedCount = 0;
    for (let index = 0; index < 8 + 1_000 + 3; index++)
      client.call("n1", get, { timeoutMs: 60_000 }, (error) => {
        expect(error).toEqual({ kind: "Refused", isDefinite: true });
        refusedCount++;
      });
    await eventually(() => [sockets.length, refusedCount]).toEqual([8, 3]);
  });

  test("serves its queue in order as connections become free, and waiting counts towards the timeout", async () => {
    const requests: { readonly path: string; readonly socket: Socket }[] = [];
    const { book } = await hosts.server((socket) =>
      socket.on("data", (piece: Buffer) => requests.push({ path: piece.toString().split(" ")[1] ?? "", socket })),
    );
    const client = hosts.client(book);
    const answers: Promise<Answered>[] = [];
    for (let index = 0; index < 8; index++) answers.push(call(client, "n1", { method: "GET", path: `/${index}` }, { timeoutMs: 10_000 }));
    const impatient = call(client, "n1", { method: "GET", path: "/impatient" }, { timeoutMs: 30 });
    for (const path of ["/8", "/9"]) answers.push(call(client, "n1", { method: "GET", path }, { timeoutMs: 10_000 }));
    expect((await impatient).error).toEqual({ kind: "Timeout", isDefinite: false });
    await eventually(() => requests.length).toBe(8);
    for (let index = 0; index < 10; index++) {
      await eventually(() => requests.length).toBeGreaterThan(index);
      requests[index]?.socket.write(ok);
    }
    expect((await Promise.all(answers)).map(({ reply }) => reply?.status)).toEqual(answers.map(() => 200));
    expect(requests.slice(8).map(({ path }) => path)).toEqual(["/8", "/9"]);
  });

  test("whose 8 connections are stuck opens others as soon as their calls have timed out", async () => {
    const { book, sockets } = await hosts.server((socket, index) => socket.on("data", () => index >= 8 && socket.write(ok)));
    const client = hosts.client(book);
    const stuck = Array.from({ length: 8 }, () => call(client, "n1", get, { timeoutMs: 50 }));
    const waiting = call(client, "n1", get);
    expect((await Promise.all(stuck)).map(({ error }) => error?.kind)).toEqual(stuck.map(() => "Timeout"));
    expect((await waiting).reply?.status).toBe(200);
    expect(sockets.filter(({ closed }) => closed)).toEqual([]);
  });

  test("keeps at most 256 connections aside", async () => {
    const { book, sockets } = await hosts.server((socket) => socket.resume());
    const client = hosts.client(book);
    for (let turn = 0; turn < 33; turn++) await Promise.all(Array.from({ length: 8 }, () => call(client, "n1", get, { timeoutMs: 5 })));
    await eventually(() => sockets.length).toBeGreaterThan(256);
    await eventually(() => sockets.filter(({ closed }) => !closed).length).toBe(256);
  });

  test("closes what was idle for 2 s, not before", async () => {
    const { book, sockets } = await hosts.server((socket) => socket.on("data", () => socket.write(ok)));
    const client = hosts.client(book);
    await call(client, "n1", get);
    const idleSinceMs = performance.now();
    const [socket] = sockets;
    if (socket === undefined) throw new Error("nobody connected");
    await once(socket, "close");
    expect(performance.now() - idleSinceMs).toBeGreaterThan(1_950);
    expect(performance.now() - idleSinceMs).toBeLessThan(10_000);
    expect((await call(client, "n1", get)).reply?.status).toBe(200);
    expect(sockets).toHaveLength(2);
  });

  test("that is closed leaves no connection and tells nobody", async () => {
    const { book, sockets } = await hosts.server((socket) => socket.resume());
    const client = hosts.client(book);
    let heardCount = 0;
    const timerCount = countTimers();
    for (let index = 0; index < 20; index++) client.call("n1", get, { timeoutMs: 60_000 }, () => heardCount++);
    expect(countTimers()).toBe(timerCount + 20);
    await eventually(() => sockets.length).toBe(8);
    client.close();
    await eventually(() => sockets.every(({ closed }) => closed)).toBe(true);
    await eventually(countTimers).toBe(timerCount);
    expect(heardCount).toBe(0);
  });
});

describe("a node that dies", () => {
  test("resets the calls that it worked on, and refuses those that come after", async () => {
    const node = await hosts.node("n1");
    const seen: string[] = [];
    node.serve((request) => seen.push(request.path));
    const client = hosts.client(bookOf({ n1: node }));
    const working = call(client, "n1", get);
    await eventually(() => seen).toEqual(["/"]);
    node.close();
    expect((await working).error).toEqual({ kind: "Reset", isDefinite: false });
    expect((await call(client, "n1", get)).error).toEqual({ kind: "Refused", isDefinite: true });
  });
});
