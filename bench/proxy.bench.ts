// What our proxy costs against a direct connection, with the machinery of toxics there and none in force. Client, proxy and server
// are processes of their own; direct and proxied parts take turns. `node bench/proxy.bench.ts`. Fails (exit 1) below its goals.
import { fork } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { ProxyEngine } from "../runtimes/shared/proxy/index.ts";
import { Table, within } from "./table.ts";

const goals = { addedUs: 40, gigabytesPerSecond: 0.8, operationsHz: 40_000 };
const rounds = 5;
const streamBytes = 512 * 1024 * 1024;
const roundTripCount = 2_000;
const connectionCount = 64;
const tripsEach = 300;
const message = Buffer.alloc(64, "x");

const [role, ...upstreams] = process.argv.slice(2);
if (role === "server") await serve();
else if (role === "proxy") await proxy(upstreams);
else await measure();

interface Ports {
  readonly echo: number;
  readonly sink: number;
}

interface Round {
  readonly p50Us: number;
  readonly gigabytesPerSecond: number;
  readonly operationsHz: number;
}

async function measure(): Promise<void> {
  const children: { kill(): void }[] = [];
  try {
    const server = await child(children, "server");
    const proxied = await child(children, "proxy", `127.0.0.1:${server.echo}`, `127.0.0.1:${server.sink}`);
    await round(server);
    await round(proxied);
    const direct: Round[] = [];
    const through: Round[] = [];
    for (let count = 0; count < rounds; count++) {
      direct.push(await round(server));
      through.push(await round(proxied));
    }
    report(direct, through);
  } finally {
    for (const running of children) running.kill();
  }
}

/** The best round counts: other people's work on the machine only ever makes a round worse. */
function report(direct: readonly Round[], through: readonly Round[]): void {
  const fastest = (parts: readonly Round[]): Round => ({
    p50Us: Math.min(...parts.map(({ p50Us }) => p50Us)),
    gigabytesPerSecond: Math.max(...parts.map(({ gigabytesPerSecond }) => gigabytesPerSecond)),
    operationsHz: Math.max(...parts.map(({ operationsHz }) => operationsHz)),
  });
  const [without, through1] = [fastest(direct), fastest(through)];
  const addedUs = through1.p50Us - without.p50Us;
  const table = new Table("Proxy", ["", "direct", "through the proxy", "goal", ""]);
  const row = (name: string, of: (part: Round) => string, goal: string, kept: string): void => table.add(name, of(without), of(through1), goal, kept);
  row(
    "round trip of 64 bytes, p50",
    ({ p50Us }) => `${p50Us.toFixed(1)} us`,
    `${goals.addedUs} us more`,
    `${addedUs.toFixed(1)} us: ${within(addedUs, goals.addedUs)}`,
  );
  row(
    "one stream",
    (part) => `${part.gigabytesPerSecond.toFixed(2)} GB/s`,
    `${goals.gigabytesPerSecond} GB/s`,
    within(-through1.gigabytesPerSecond, -goals.gigabytesPerSecond),
  );
  row(
    "64 connections, round trips",
    ({ operationsHz }) => `${Math.round(operationsHz)}/s`,
    `${goals.operationsHz}/s`,
    within(-through1.operationsHz, -goals.operationsHz),
  );
  table.print();
}

async function child(children: { kill(): void }[], ...words: readonly string[]): Promise<Ports> {
  const process = fork(fileURLToPath(import.meta.url), [...words]);
  children.push(process);
  const [ports] = (await once(process, "message")) as [Ports];
  return ports;
}

async function round(ports: Ports): Promise<Round> {
  const socket = await connected(ports.echo);
  const times: number[] = [];
  for (let count = 0; count < roundTripCount; count++) {
    const startMs = performance.now();
    await trip(socket);
    times.push(performance.now() - startMs);
  }
  socket.destroy();
  const p50Us = (times.toSorted((a, b) => a - b)[times.length >> 1] ?? NaN) * 1000;
  return { p50Us, gigabytesPerSecond: await stream(ports.sink), operationsHz: await manyConnections(ports.echo) };
}

/** One message there and back. */
async function trip(socket: Socket): Promise<void> {
  let missing = message.length;
  const back = new Promise<void>((resolve) => {
    const take = (chunk: Buffer): void => {
      missing -= chunk.length;
      if (missing > 0) return;
      socket.off("data", take);
      resolve();
    };
    socket.on("data", take);
  });
  socket.write(message);
  await back;
}

/** So many thousand million bytes a second reach the other end, which says when it has them all. */
async function stream(port: number): Promise<number> {
  const socket = await connected(port);
  const chunk = Buffer.alloc(1024 * 1024);
  const startMs = performance.now();
  const done = once(socket, "data");
  for (let sent = 0; sent < streamBytes; sent += chunk.length) if (!socket.write(chunk)) await once(socket, "drain");
  await done;
  const seconds = (performance.now() - startMs) / 1000;
  socket.destroy();
  return streamBytes / 1e9 / seconds;
}

async function manyConnections(port: number): Promise<number> {
  const sockets = await Promise.all(Array.from({ length: connectionCount }, () => connected(port)));
  const startMs = performance.now();
  await Promise.all(sockets.map((socket) => pingPong(socket)));
  const seconds = (performance.now() - startMs) / 1000;
  for (const socket of sockets) socket.destroy();
  return (connectionCount * tripsEach) / seconds;
}

/** Without a promise for each trip: the load must not cost more than what is measured. */
async function pingPong(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => {
    let received = 0;
    socket.on("data", (chunk: Buffer) => {
      received += chunk.length;
      if (received >= message.length * tripsEach) resolve();
      else if (received % message.length === 0) socket.write(message);
    });
    socket.write(message);
  });
}

async function connected(port: number): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, "connect");
  return socket;
}

async function serve(): Promise<void> {
  const echo = createServer({ noDelay: true }, (socket) => void socket.on("error", () => undefined).on("data", (chunk: Buffer) => socket.write(chunk)));
  const sink = createServer({ noDelay: true, highWaterMark: 1024 * 1024 }, (socket) => {
    let received = 0;
    socket
      .on("error", () => undefined)
      .on("data", (chunk: Buffer) => {
        received += chunk.length;
        if (received === streamBytes) socket.write("k");
      });
  });
  for (const server of [echo, sink]) await once(server.listen(0, "127.0.0.1"), "listening");
  const [echoPort, sinkPort] = [echo, sink].map((server) => (server.address() as AddressInfo).port);
  tell({ echo: echoPort ?? 0, sink: sinkPort ?? 0 });
}

async function proxy([echo = "", sink = ""]: readonly string[]): Promise<void> {
  const engine = new ProxyEngine();
  const proxies = [await engine.createProxy({ name: "echo", upstream: echo }), await engine.createProxy({ name: "sink", upstream: sink })];
  const [echoPort, sinkPort] = proxies.map(({ listen }) => Number(listen.split(":")[1]));
  tell({ echo: echoPort ?? 0, sink: sinkPort ?? 0 });
}

/** A child whose parent is gone ends with it. */
function tell(ports: Ports): void {
  process.on("disconnect", () => process.exit());
  process.send?.(ports);
}
