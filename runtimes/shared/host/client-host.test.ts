// The world of a client slot: it can call, wait, draw and probe; everything else says why not.
import { afterEach, describe, expect, test } from "vitest";
import { seededRandom } from "../../../harness/random.ts";
import type { AddressBook } from "../wire/control.ts";
import { createClientEnvironment, type ClientHost } from "./client-host.ts";
import { bookOf, Hosts } from "./fixtures/hosts.ts";
import { callAsync } from "../../../harness/promises.ts";
import { eventually } from "./fixtures/eventually.ts";

const hosts = new Hosts();
afterEach(() => hosts.close());

function open(peers: AddressBook = {}, localAddress?: string): { host: ClientHost; said: unknown[] } {
  const said: unknown[] = [];
  const host = createClientEnvironment({
    name: "client-3",
    peers,
    ...(localAddress === undefined ? {} : { localAddress }),
    random: seededRandom("seed"),
    observer: {
      fact: (...fact) => said.push(["fact", ...fact]),
      probe: (...probe) => said.push(["probe", ...probe]),
      mark: (...mark) => said.push(["mark", ...mark]),
      log: (...line) => said.push(["log", ...line]),
      failed: (error) => said.push(["failed", error]),
    },
  });
  return { host, said };
}

describe("a client host", () => {
  test("calls nodes under its own name", async () => {
    const node = await hosts.node("n1");
    node.serve((_request, from, answer) => answer({ status: 200, body: from }));
    const { host } = open(bookOf({ n1: node }));
    const { network } = host.environment;
    expect((await callAsync(network, "n1", { method: "GET", path: "/" }, { timeoutMs: 1_000 })).reply?.body).toBe("client-3");
    expect(host.takeCounts()).toEqual({ probes: {}, marks: {}, messageCount: 1 });
    expect(host.takeCounts().messageCount).toBe(0);
    host.close();
  });

  test("calls from an address of its own, if it has one", async () => {
    const { book, sockets } = await hosts.server((socket) => socket.resume());
    const { host } = open(book, "127.0.0.9");
    host.environment.network.call("n1", { method: "GET", path: "/" }, { timeoutMs: 60_000 }, () => undefined);
    await eventually(() => sockets[0]?.remoteAddress).toBe("127.0.0.9");
    host.close();
  });

  test("tells what it probes and logs, and what its callbacks throw", async () => {
    const { host, said } = open();
    const { environment } = host;
    environment.probe.always(false, "a", () => "why");
    environment.probe.always(true, "a");
    environment.probe.fact("f", { n: 1 });
    environment.probe.mark("m");
    environment.log("warn", "text");
    environment.log("info", "text", [1]);
    environment.timers.after(0, () => {
      throw new Error("a mistake");
    });
    await expect
      .poll(() => said)
      .toEqual([
        ["probe", "a", "always", { detail: "why" }],
        ["fact", "f", { n: 1 }],
        ["mark", "m"],
        ["log", "warn", "text"],
        ["log", "info", "text", [1]],
        ["failed", new Error("a mistake")],
      ]);
    expect(host.takeCounts()).toEqual({ probes: { a: { heldCount: 1, failedCount: 1 } }, marks: { m: 1 }, messageCount: 0 });
    host.close();
  });

  test("has no server, no datagrams and no disk, and says so", () => {
    const { environment } = open().host;
    for (const use of [
      () => environment.network.serve(() => undefined),
      () => environment.network.send("n1", 1),
      () => environment.network.onMessage(() => undefined),
      () => environment.disk,
    ])
      expect(use).toThrow(/^client-3 is a client: in real time it /);
  });

  test("has the machine's clock and counts its own time from its start", () => {
    const { environment } = open().host;
    expect(Math.abs(environment.clock.wall() - Date.now())).toBeLessThan(50);
    expect(environment.clock.monotonic()).toBeLessThan(1_000);
    expect([environment.self, environment.incarnation]).toEqual(["client-3", 1]);
  });

  test("that is closed is inert, and nothing of it is left", async () => {
    const { sockets, book } = await hosts.server((socket) => socket.resume());
    const timerCount = countTimers();
    const { host, said } = open(book);
    const { network, probe, timers } = host.environment;
    const heard: unknown[] = [];
    network.call("n1", { method: "GET", path: "/" }, { timeoutMs: 60_000 }, () => heard.push("call"));
    timers.after(60_000, () => heard.push("timer"));
    timers.every(60_000, () => heard.push("timer"));
    await eventually(() => sockets.length).toBe(1);
    host.close();
    host.close();
    network.call("n1", { method: "GET", path: "/" }, { timeoutMs: 60_000 }, () => heard.push("call"));
    expect(timers.after(1, () => heard.push("timer"))).toBe(0);
    probe.fact("f", {});
    host.environment.log("info", "text");
    await eventually(() => sockets[0]?.closed).toBe(true);
    await eventually(countTimers).toBe(timerCount);
    expect([heard, said, sockets.length]).toEqual([[], [], 1]);
  });

  test("that crashes is inert from then on", () => {
    const { host, said } = open();
    expect(() => host.environment.crash("broken")).toThrow("broken");
    expect(said).toEqual([["failed", expect.objectContaining({ message: "broken" })]]);
    host.environment.probe.fact("f", {});
    expect(said).toHaveLength(1);
  });
});

function countTimers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
}
