import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { FromHost } from "../wire/control.ts";
import { encodeLine } from "../wire/json-lines.ts";
import { ControlServer } from "./control-server.ts";
import type { ControlSession } from "./control-session.ts";

let server: ControlServer;
const sockets: Socket[] = [];
beforeEach(async () => {
  server = await ControlServer.listen("127.0.0.1");
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.close();
});

async function dial(...lines: readonly (FromHost | string)[]): Promise<Socket> {
  const socket = connect(server.address);
  sockets.push(socket);
  socket.on("error", () => undefined);
  await once(socket, "connect");
  for (const line of lines) socket.write(typeof line === "string" ? line : encodeLine(line));
  return socket;
}

async function isDropped(socket: Socket): Promise<void> {
  socket.resume();
  // Well below the limit for a hello: it was dropped for what it said.
  await expect.poll(() => socket.closed, { timeout: 5_000, interval: 2 }).toBe(true);
}

function hello(token: string, replaced: { readonly node?: string; readonly incarnation?: number } = {}): FromHost {
  return { type: "hello", token, node: "n1", incarnation: 3, pid: 17, ...replaced };
}

/** Expects n1#3 and collects what it says. */
function expectHost(): { readonly token: string; readonly session: Promise<ControlSession>; readonly said: FromHost[]; cancel(): void } {
  const said: FromHost[] = [];
  const arrived = Promise.withResolvers<ControlSession>();
  const { cancel, token } = server.expect("n1", 3, (session) => {
    session.onMessage = (message) => void said.push(message);
    arrived.resolve(session);
  });
  return { token, session: arrived.promise, said, cancel };
}

test("a host that proves who it is gets its session, with everything it says after hello", async () => {
  const { said, session, token } = expectHost();
  const socket = await dial(hello(token), { type: "serving" }, { type: "up" });
  await session;
  await expect.poll(() => said).toEqual([{ type: "serving" }, { type: "up" }]);
  (await session).send({ type: "stop" });
  const [chunk] = (await once(socket, "data")) as [Buffer];
  expect(chunk.toString()).toBe('{"type":"stop"}\n');
  expect(server.strangerCount).toBe(0);
});

test("strangers are dropped and counted: wrong token, node, incarnation, order, form, too much, too late", async () => {
  const { cancel, said, session, token } = expectHost();
  const wrong = token.replace(/^./, (letter) => (letter === "0" ? "1" : "0"));
  const attempts: readonly (FromHost | string)[] = [
    hello(wrong),
    hello(`${token}0`),
    hello(""),
    hello(token, { node: "n2" }),
    hello(token, { node: "__proto__" }),
    hello(token, { incarnation: 2 }),
    { type: "up" },
    "GET / HTTP/1.1\r\n",
    '{"type":"hello"}\n',
    `"${"x".repeat(5_000)}`,
  ];
  for (const attempt of attempts) await isDropped(await dial(attempt));
  expect(server.strangerCount).toBe(attempts.length);
  await dial(hello(token));
  await session;
  // A token is good for one connection.
  await isDropped(await dial(hello(token)));
  cancel();
  await isDropped(await dial(hello(token)));
  expect(server.strangerCount).toBe(attempts.length + 2);
  expect(said).toEqual([]);
});

test("an older incarnation is a stranger as soon as the next is expected", async () => {
  const older = expectHost();
  const newer = expectHost();
  await isDropped(await dial(hello(older.token)));
  await dial(hello(newer.token));
  await newer.session;
  older.cancel();
  expect(server.strangerCount).toBe(1);
});

test("who says what no host says is cut off, after all that it said before was heard", async () => {
  const { said, session, token } = expectHost();
  const socket = await dial(hello(token), { type: "serving" }, '{"type":"fact","kind":"k"}\n', { type: "up" });
  await isDropped(socket);
  const { ended, violation } = await session.then(async (each) => (await each.ended, { ended: true, violation: each.violation }));
  expect(ended).toBe(true);
  expect(violation).toContain('{"type":"fact","kind":"k"}');
  expect(said).toEqual([{ type: "serving" }]);
});

test("a question is answered by its number, or not at all after the limit or the end", async () => {
  const { session, token } = expectHost();
  const socket = await dial(hello(token));
  const known = await session;
  const answers = Promise.all([known.ask({ type: "inspect" }, 5_000), known.ask({ type: "inspect" }, 5_000)]);
  socket.write(
    encodeLine({ type: "done", ack: 2, detail: { of: 2 } }) +
      encodeLine({ type: "done", ack: 99, detail: {} }) +
      encodeLine({ type: "done", ack: 1, detail: { of: 1 } }),
  );
  expect(await answers).toEqual([{ of: 1 }, { of: 2 }]);
  expect(await known.ask({ type: "inspect" }, 10)).toBeUndefined();
  const pending = known.ask({ type: "inspect" }, 60_000);
  socket.destroy();
  expect(await pending).toBeUndefined();
  await known.ended;
  expect(await known.ask({ type: "inspect" }, 60_000)).toBeUndefined();
});

test("closing leaves no listener and no connection", async () => {
  const { token, session } = expectHost();
  const [known, waiting] = [await dial(hello(token)), await dial()];
  await session;
  await server.close();
  await Promise.all([isDropped(known), isDropped(waiting)]);
  await expect(dial()).rejects.toThrow("ECONNREFUSED");
  await server.close();
});
