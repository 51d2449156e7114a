// Clocks in real time: the error that a fault sets, and a clock that asks a time service over a link with latency.
import { createServer, connect, type AddressInfo, type Socket } from "node:net";
import { once } from "node:events";
import { afterEach, describe, expect, test } from "vitest";
import type { Address } from "../wire/bootstrap.ts";
import { exactClock, RealClock } from "./clock.ts";
import { DisciplinedClock } from "./disciplined-clock.ts";
import { TimeService } from "./time-service.ts";
import { eventually } from "./fixtures/eventually.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

describe("a clock", () => {
  test("is real time plus offset plus rate times the time since the anchor, in whole milliseconds", () => {
    let realMs = 1_000_000.9;
    const clock = new RealClock(() => realMs, exactClock);
    expect(clock.wall()).toBe(1_000_000);
    clock.setError({ offsetMs: -250.5, ratePpm: 1_000, anchorMs: 900_000 });
    expect(clock.wall()).toBe(Math.floor(1_000_000.9 - 250.5 + 100.0009));
    realMs += 100_000;
    expect(clock.wall()).toBe(Math.floor(1_100_000.9 - 250.5 + 200.0009));
  });

  test("counts monotonic time from its own start in whole microseconds, whatever its error is", () => {
    const clock = new RealClock(() => Date.now(), { offsetMs: 1e9, ratePpm: 5e5, anchorMs: 0 });
    const [first, second] = [clock.monotonic(), clock.monotonic()];
    expect(first).toBeLessThan(1_000);
    expect(second).toBeGreaterThanOrEqual(first);
    expect(Math.abs(second * 1_000 - Math.round(second * 1_000))).toBeLessThan(1e-6);
  });
});

/** A link to the service that delays each direction. */
async function slowLink(service: Address, delays: { readonly requestMs: number; readonly replyMs: number }): Promise<Address> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(service);
    const timers = new Set<NodeJS.Timeout>();
    for (const [from, to, ms] of [
      [client, upstream, delays.requestMs],
      [upstream, client, delays.replyMs],
    ] as const) {
      sockets.add(from);
      from.on("error", () => undefined).on("close", () => to.destroy());
      from.on("data", (piece: Buffer) => timers.add(setTimeout(() => to.write(piece), ms)));
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { host: "127.0.0.1", port: (server.address() as AddressInfo).port };
}

async function follow(service: Address): Promise<DisciplinedClock> {
  const clock = new DisciplinedClock(service);
  closers.push(() => clock.close());
  clock.start();
  await eventually(() => clock.errorBoundMs).toBeTypeOf("number");
  return clock;
}

/** Both clocks read within one millisecond. */
function skewOf(clock: DisciplinedClock): number {
  for (;;) {
    const nowMs = Date.now();
    const realMs = clock.realMs();
    if (Date.now() === nowMs) return realMs - nowMs;
  }
}

async function serve(): Promise<TimeService> {
  const service = await TimeService.listen("127.0.0.1");
  closers.push(() => service.close());
  return service;
}

describe("a disciplined clock", () => {
  test("is the machine's before the first answer", () => {
    const clock = new DisciplinedClock({ host: "127.0.0.1", port: 1 });
    expect(Math.abs(clock.realMs() - Date.now())).toBeLessThan(50);
    expect(clock.errorBoundMs).toBeUndefined();
  });

  test("agrees with the service over an equal link, within its bound", async () => {
    const clock = await follow((await serve()).address);
    // `Date.now` is cut to whole milliseconds.
    expect(Math.abs(skewOf(clock))).toBeLessThan((clock.errorBoundMs ?? 0) + 2);
  });

  test.each([
    ["lags by half the extra latency of the answer", { requestMs: 0, replyMs: 300 }, -150],
    ["leads by half the extra latency of the question", { requestMs: 300, replyMs: 0 }, 150],
    ["is right when both are equally late", { requestMs: 150, replyMs: 150 }, 0],
  ])("%s", async (_what, delays, skewMs) => {
    const clock = await follow(await slowLink((await serve()).address, delays));
    const boundMs = clock.errorBoundMs ?? 0;
    const seenMs = skewOf(clock);
    expect(boundMs).toBeGreaterThanOrEqual(149);
    expect(Math.abs(seenMs)).toBeLessThanOrEqual(boundMs + 2);
    // A busy machine adds to either direction: as much as the bound grew beyond the latency that was asked for.
    expect(Math.abs(seenMs - skewMs)).toBeLessThanOrEqual(boundMs - 150 + 5);
  });

  test("keeps its last estimate while the service is away, and asks again when it is back", async () => {
    let skewMs = 60_000;
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on("error", () => undefined).on("data", () => socket.write(`${Date.now() + skewMs}\n`));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    closers.push(() => {
      server.close();
      for (const socket of sockets) socket.destroy();
    });
    const clock = await follow({ host: "127.0.0.1", port });
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, "close");
    expect(skewOf(clock)).toBeGreaterThan(59_000);
    skewMs = -60_000;
    server.listen(port, "127.0.0.1");
    await eventually(() => clock.realMs() - Date.now()).toBeLessThan(-59_000);
  });

  test.each([["nonsense\n"], ["-1\n"], ["NaN\n"], ["1".repeat(100)]])("learns nothing from %j", async (answer) => {
    let count = 0;
    const server = createServer((socket) => {
      count++;
      socket.on("error", () => undefined).on("data", () => socket.write(answer));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    closers.push(() => server.close());
    const clock = new DisciplinedClock({ host: "127.0.0.1", port: (server.address() as AddressInfo).port });
    closers.push(() => clock.close());
    clock.start();
    await eventually(() => count).toBeGreaterThan(1);
    expect(clock.errorBoundMs).toBeUndefined();
  });
});

describe("a time service", () => {
  test("answers each question with milliseconds and their fractions, and ends whoever says anything else", async () => {
    const service = await serve();
    const socket = connect(service.address);
    socket.setEncoding("latin1");
    socket.write("\n\n");
    let text = "";
    while (text.split("\n").length < 3) text += String((await once(socket, "data"))[0]);
    const [first = "", second = ""] = text.split("\n");
    for (const line of [first, second]) expect(line).toMatch(/^\d{13}\.\d{3}$/);
    expect(Math.abs(Number(first) - Date.now())).toBeLessThan(1_000);
    expect(Number(second)).toBeGreaterThanOrEqual(Number(first));
    socket.write("what time is it?\n");
    await once(socket, "close");
  });

  test("that is closed leaves no connection", async () => {
    const service = await serve();
    const socket = connect(service.address);
    await once(socket, "connect");
    const closed = once(socket, "close");
    await service.close();
    await service.close();
    await closed;
    const late = connect(service.address);
    const [error] = await once(late, "error");
    expect(error).toMatchObject({ code: "ECONNREFUSED" });
  });
});
