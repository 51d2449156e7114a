// What our proxy costs against a direct connection and a plain pipe, with the machinery of toxics there and none in force. Client, proxy
// and server are processes of their own; the parts take turns. `node bench/proxy.bench.ts`. Fails (exit 1) below its goals.
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { availableParallelism, setPriority } from "node:os";
import { fileURLToPath } from "node:url";
import { ProxyEngine } from "../runtimes/shared/proxy/index.ts";
import { Table, within } from "./table.ts";

const goals = { addedUs: 40, gigabytesPerSecond: 0.8, operationsHz: 40_000 };
const rounds = 5;
const streamBytes = 512 * 1024 * 1024;
const roundTripCount = 2_000;
const connectionCount = 64;
const tripsEach = 500;
const message = Buffer.alloc(64, "x");

const [role, ...upstreams] = process.argv.slice(2);
if (role === "server") await serve();
else if (role === "proxy") await proxy(upstreams);
else if (role === "pipe") await pipe(upstreams);
else if (role === "spin") spin();
else await measure();

interface Ports {
  readonly echo: number;
  readonly sink: number;
}

/** One end of a measurement: where to connect, and what its process has used so far. */
interface Target extends Ports {
  processorSeconds(): Promise<number>;
}

interface Speed {
  /** Per second of the clock. */
  readonly wall: number;
  /** Per second of processor time of the process in the middle. */
  readonly processor: number;
}

interface Round {
  readonly p50Us: number;
  /** Gigabytes. */
  readonly stream: Speed;
  /** Round trips. */
  readonly operations: Speed;
}

async function measure(): Promise<void> {
  const children: ChildProcess[] = [];
  try {
    const server = await child(children, "server");
    const proxied = await child(children, "proxy", `127.0.0.1:${server.echo}`, `127.0.0.1:${server.sink}`);
    const piped = await child(children, "pipe", `127.0.0.1:${server.echo}`, `127.0.0.1:${server.sink}`);
    const targets = [server, piped, proxied];
    for (const target of targets) await round(target);
    const results: Round[][] = targets.map(() => []);
    for (let count = 0; count < rounds; count++) for (const [index, target] of targets.entries()) results[index]?.push(await round(target));
    const [direct = [], pipe = [], through = []] = results;
    report({ direct: best(direct), pipe: best(pipe), through: best(through) });
  } finally {
    for (const running of children) running.kill();
  }
}

/** Other people's work on the machine only ever makes a round worse. */
function best(parts: readonly Round[]): Round {
  const most = (of: (part: Round) => number): number => Math.max(...parts.map(of));
  return {
    p50Us: Math.min(...parts.map(({ p50Us }) => p50Us)),
    stream: { wall: most(({ stream }) => stream.wall), processor: most(({ stream }) => stream.processor) },
    operations: { wall: most(({ operations }) => operations.wall), processor: most(({ operations }) => operations.processor) },
  };
}

/**
 * Client, proxy and server want a core each. Where there are fewer, or others work on them, the clock says how many cores there are;
 * so the goals of throughput count the processor time of the proxy, and the clock's figures stand beside them. A plain pipe is what
 * nobody who copies bytes in Node gets below without losing half-close and resets.
 */
function report({ direct, pipe, through }: { readonly direct: Round; readonly pipe: Round; readonly through: Round }): void {
  const addedUs = through.p50Us - direct.p50Us;
  const table = new Table("Proxy", ["", "direct, clock", "pipe, clock", "proxy, clock", "pipe, its processor time", "proxy, its processor time", "goal", ""]);
  const us = (value: number): string => `${value.toFixed(1)} us`;
  const gigabytes = (value: number): string => `${value.toFixed(2)} GB/s`;
  const hertz = (value: number): string => `${Math.round(value)}/s`;
  table.add(
    "round trip of 64 bytes, p50",
    us(direct.p50Us),
    us(pipe.p50Us),
    us(through.p50Us),
    "",
    "",
    `added ${goals.addedUs} us`,
    `${us(addedUs)}: ${within(addedUs, goals.addedUs)}`,
  );
  const row = (name: string, of: (part: Round) => Speed, { goal, shown }: { readonly goal: number; readonly shown: (value: number) => string }): void => {
    const { wall, processor } = of(through);
    const clocks = [of(direct).wall, of(pipe).wall, wall].map(shown);
    const ratio = `${(wall / of(direct).wall).toFixed(2)} of direct, ${(wall / of(pipe).wall).toFixed(2)} of pipe`;
    table.add(name, ...clocks, shown(of(pipe).processor), shown(processor), shown(goal), `${ratio}: ${within(-processor, -goal)}`);
  };
  row("one stream", ({ stream }) => stream, { goal: goals.gigabytesPerSecond, shown: gigabytes });
  row("64 connections, round trips", ({ operations }) => operations, { goal: goals.operationsHz, shown: hertz });
  table.print();
}

async function child(children: ChildProcess[], ...words: readonly string[]): Promise<Target> {
  const process = fork(fileURLToPath(import.meta.url), [...words]);
  children.push(process);
  const [ports] = (await once(process, "message")) as [Ports];
  return {
    ...ports,
    processorSeconds: async () => {
      process.send("usage");
      const [seconds] = (await once(process, "message")) as [number];
      return seconds;
    },
  };
}

/**
 * While one message goes back and forth the cores are idle most of the time, and waking one up costs more on a virtual machine
 * (30 to 100 us) than all that is measured. Something of the lowest priority on each keeps them from going to sleep.
 */
function keepAwake(): readonly ChildProcess[] {
  return Array.from({ length: availableParallelism() }, () => fork(fileURLToPath(import.meta.url), ["spin"]));
}

function spin(): never {
  setPriority(19);
  // Ended from outside, and by itself should that fail.
  for (const startMs = performance.now(); performance.now() - startMs < 30_000;);
  process.exit(0);
}

async function round(target: Target): Promise<Round> {
  const awake = keepAwake();
  const socket = await connected(target.echo);
  const times: number[] = [];
  for (let count = 0; count < roundTripCount; count++) {
    const startMs = performance.now();
    await trip(socket);
    times.push(performance.now() - startMs);
  }
  socket.destroy();
  for (const spinner of awake) spinner.kill();
  const p50Us = (times.toSorted((a, b) => a - b)[times.length >> 1] ?? NaN) * 1000;
  const stream = await speed(target, streamBytes / 1e9, () => streamed(target.sink));
  return { p50Us, stream, operations: await speed(target, connectionCount * tripsEach, () => manyConnections(target.echo)) };
}

async function speed(target: Target, amount: number, run: () => Promise<void>): Promise<Speed> {
  const usedBefore = await target.processorSeconds();
  const startMs = performance.now();
  await run();
  const seconds = (performance.now() - startMs) / 1000;
  return { wall: amount / seconds, processor: amount / ((await target.processorSeconds()) - usedBefore) };
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

/** The other end says when it has them all. */
async function streamed(port: number): Promise<void> {
  const socket = await connected(port);
  const chunk = Buffer.alloc(1024 * 1024);
  const done = once(socket, "data");
  for (let sent = 0; sent < streamBytes; sent += chunk.length) if (!socket.write(chunk)) await once(socket, "drain");
  await done;
  socket.destroy();
}

async function manyConnections(port: number): Promise<void> {
  const sockets = await Promise.all(Array.from({ length: connectionCount }, () => connected(port)));
  await Promise.all(sockets.map((socket) => pingPong(socket)));
  for (const socket of sockets) socket.destroy();
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

/** The least that anybody would write. */
async function pipe(upstreams: readonly string[]): Promise<void> {
  const servers = upstreams.map((upstream) =>
    createServer({ noDelay: true }, (client) => {
      const server = connect({ host: "127.0.0.1", port: Number(upstream.split(":")[1]), noDelay: true });
      for (const socket of [client, server]) socket.on("error", () => undefined);
      client.pipe(server);
      server.pipe(client);
    }),
  );
  for (const server of servers) await once(server.listen(0, "127.0.0.1"), "listening");
  const [echoPort, sinkPort] = servers.map((server) => (server.address() as AddressInfo).port);
  tell({ echo: echoPort ?? 0, sink: sinkPort ?? 0 });
}

/** A child whose parent is gone ends with it. */
function tell(ports: Ports): void {
  process.on("disconnect", () => process.exit());
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send?.((user + system) / 1e6);
  });
  process.send?.(ports);
}
