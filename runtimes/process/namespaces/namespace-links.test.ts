import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Link } from "../../../harness/faults.ts";
import type { NetworkFault } from "../../shared/links/links.ts";
import { Hamlet, whyNot } from "./fixtures/hamlet.ts";
import { ask, Line, send } from "./fixtures/talk.ts";

const soonMs = 5_000;
const silenceMs = 300;

describe.skipIf(whyNot !== "")(`links through network namespaces${whyNot}`, () => {
  let hamlet: Hamlet;
  beforeAll(async () => {
    hamlet = await Hamlet.begin({ nodes: ["n1", "n2", "n3"], clients: ["client-0", "client-1"] });
  });
  afterAll(async () => {
    await hamlet.close();
  });
  afterEach(async () => {
    const { links } = hamlet.network;
    await links.end("fault");
    // What one test let stall must not be heard by the next.
    await links.begin({ id: "clean", kind: "reset", params: { probability: 0 }, links: everyLink });
    await links.end("clean");
    for (const villager of hamlet.villagers.values()) await villager.heard();
  });

  /** Asks a node from a host, on a new connection. */
  async function word(from: string, to: string, limitMs: number): Promise<unknown> {
    const place = await hamlet.place(from, to);
    if (from.startsWith("client-")) return await ask(place, "x", limitMs);
    return await hamlet.villager(from).do({ act: "ask", place, text: "x", limitMs });
  }

  /** Which of these get an answer. */
  async function answered(links: readonly Link[], limitMs: number): Promise<readonly string[]> {
    const words = await Promise.all(links.map(async ({ from, to }) => ((await word(from, to, limitMs)) === "x" ? [`${from} ${to}`] : [])));
    return words.flat();
  }

  async function begin(fault: Omit<NetworkFault, "id">): Promise<void> {
    // The rest of the union goes with its kind: the compiler cannot follow that through Omit.
    await hamlet.network.links.begin({ ...fault, id: "fault" } as NetworkFault);
  }

  const everyLink = ["n1", "n2", "n3", "client-0", "client-1"].flatMap((from) => ["n1", "n2", "n3"].filter((to) => to !== from).map((to) => ({ from, to })));
  const names = (links: readonly Link[]): readonly string[] => links.map(({ from, to }) => `${from} ${to}`);

  test("lead everywhere while nothing is broken", async () => {
    expect(await answered(everyLink, soonMs)).toEqual(names(everyLink));
  });

  test("have an address each that never changes, the same for both protocols", async () => {
    const places = await Promise.all(everyLink.map(async (link) => await hamlet.network.links.open(link, "tcp")));
    expect(new Set(places.map(({ host }) => host)).size).toBe(everyLink.length);
    expect(await Promise.all(everyLink.map(async (link) => await hamlet.network.links.open(link, "udp")))).toEqual(places);
  });

  test("partition exactly the pairs that are named, and heal", async () => {
    const links = [
      { from: "n1", to: "n2" },
      { from: "n2", to: "n1" },
      { from: "client-1", to: "n3" },
      { from: "n3", to: "client-1" },
    ];
    await begin({ kind: "partition", params: {}, links });
    const cut = names(links);
    expect(await answered(everyLink, silenceMs)).toEqual(names(everyLink).filter((name) => !cut.includes(name)));
    expect((await hamlet.network.links.end("fault")).affectedCount).toBeGreaterThan(0);
    expect(await answered(everyLink, soonMs)).toEqual(names(everyLink));
  });

  test("stall one direction only: requests are not heard one way, answers not the other way", async () => {
    await begin({ kind: "partition", params: {}, links: [{ from: "n1", to: "n2" }] });
    expect(await word("n1", "n2", silenceMs)).toBe("timeout");
    expect((await hamlet.villager("n2").heard()).stream).toBe("");
    expect(await word("n2", "n1", silenceMs)).toBe("timeout");
    expect((await hamlet.villager("n1").heard()).stream).toBe("x");
    expect(await word("n3", "n2", soonMs)).toBe("x");
  });

  test("let the free direction of a connection flow, more than any window holds", async () => {
    await begin({ kind: "partition", params: {}, links: [{ from: "n2", to: "n1" }] });
    const text = "y".repeat(8_000_000);
    const place = await hamlet.place("n1", "n2");
    const asked = hamlet.villager("n1").do({ act: "ask", place, text, limitMs: 2_000 });
    let heardCount = 0;
    await expect.poll(async () => (heardCount += (await hamlet.villager("n2").heard()).stream.length), { timeout: 10_000 }).toBeGreaterThan(1_000_000);
    expect(await asked).toBe("timeout");
  });

  test("deliver late what stalled, also for a caller that has given up, once", async () => {
    await begin({ kind: "partition", params: {}, links: [{ from: "client-0", to: "n1" }] });
    const line = new Line(await hamlet.place("client-0", "n1"));
    expect(await line.say("late", silenceMs)).toBe("timeout");
    line.close();
    expect((await hamlet.villager("n1").heard()).stream).toBe("");
    await hamlet.network.links.end("fault");
    let stream = "";
    await expect.poll(async () => (stream += (await hamlet.villager("n1").heard()).stream), { timeout: soonMs }).toBe("late");
    expect(await word("client-0", "n1", soonMs)).toBe("x");
    expect((await hamlet.villager("n1").heard()).stream).toBe("x");
  });

  test("go on with a connection after a heal where it stalled", async () => {
    const line = new Line(await hamlet.place("client-0", "n1"));
    expect(await line.say("a", soonMs)).toBe("a");
    await begin({ kind: "partition", params: {}, links: [{ from: "n1", to: "client-0" }] });
    expect(await line.say("b", silenceMs)).toBe("timeout");
    await hamlet.network.links.end("fault");
    expect(await line.hear(1, soonMs)).toBe("b");
    line.close();
  });

  test("reset what stalled when the heal is a cut, and nothing of it arrives", async () => {
    await begin({ kind: "partition", params: { onHeal: "cut" }, links: [{ from: "client-0", to: "n1" }] });
    const line = new Line(await hamlet.place("client-0", "n1"));
    const other = new Line(await hamlet.place("client-1", "n1"));
    expect(await line.say("lost", silenceMs)).toBe("timeout");
    expect(await other.say("kept", soonMs)).toBe("kept");
    expect((await hamlet.network.links.end("fault")).detail).toMatchObject({ cutCount: 1 });
    expect(await line.hear(4, soonMs)).toBe("ECONNRESET");
    expect(await other.say("kept", soonMs)).toBe("kept");
    expect((await hamlet.villager("n1").heard()).stream).toBe("keptkept");
    line.close();
    other.close();
  });

  test("stall a single byte as well as many", async () => {
    const line = new Line(await hamlet.place("client-0", "n1"));
    expect(await line.say("a", soonMs)).toBe("a");
    await begin({ kind: "partition", params: {}, links: [{ from: "client-0", to: "n1" }] });
    expect(await line.say("b", silenceMs)).toBe("timeout");
    expect((await hamlet.villager("n1").heard()).stream).toBe("a");
    line.close();
  });

  test("hold for systems that use a node's own address", async () => {
    const { addressOf } = hamlet.network;
    const place = { host: addressOf("n2"), port: hamlet.villager("n2").ports.tcp };
    const errand = { act: "ask", place, text: "x", limitMs: silenceMs } as const;
    expect(await hamlet.villager("n1").do(errand)).toBe("x");
    await begin({ kind: "partition", params: {}, links: [{ from: "n1", to: "n2" }] });
    expect(await hamlet.villager("n1").do(errand)).toBe("timeout");
    expect(await hamlet.villager("n3").do(errand)).toBe("x");
  });

  test("refuse new connections, and leave open ones alone", async () => {
    const line = new Line(await hamlet.place("client-0", "n1"));
    expect(await line.say("a", soonMs)).toBe("a");
    await begin({
      kind: "refuse",
      params: {},
      links: [
        { from: "client-0", to: "n1" },
        { from: "n2", to: "n1" },
      ],
    });
    expect(await word("client-0", "n1", soonMs)).toBe("ECONNREFUSED");
    expect(await word("n2", "n1", soonMs)).toBe("ECONNREFUSED");
    expect(await word("n3", "n1", soonMs)).toBe("x");
    expect(await line.say("b", soonMs)).toBe("b");
    expect(await hamlet.network.links.end("fault")).toMatchObject({ affectedCount: 2 });
    expect(await word("client-0", "n1", soonMs)).toBe("x");
    line.close();
  });

  test("half open: requests arrive, answers do not, and the end resets who still waits", async () => {
    await begin({ kind: "half-open", params: {}, links: [{ from: "client-0", to: "n1" }] });
    const line = new Line(await hamlet.place("client-0", "n1"));
    expect(await line.say("a", silenceMs)).toBe("timeout");
    expect((await hamlet.villager("n1").heard()).stream).toBe("a");
    expect(await word("client-1", "n1", soonMs)).toBe("x");
    expect((await hamlet.network.links.end("fault")).affectedCount).toBeGreaterThan(0);
    expect(await line.hear(1, soonMs)).toBe("ECONNRESET");
    expect(await word("client-0", "n1", soonMs)).toBe("x");
    line.close();
  });

  test("reset open connections at once, and nothing later at probability 0", async () => {
    const [line, other] = [new Line(await hamlet.place("client-0", "n1")), new Line(await hamlet.place("client-1", "n1"))];
    expect([await line.say("a", soonMs), await other.say("a", soonMs)]).toEqual(["a", "a"]);
    await begin({ kind: "reset", params: { probability: 0 }, links: [{ from: "client-0", to: "n1" }] });
    expect(await line.hear(1, soonMs)).toBe("ECONNRESET");
    expect(await word("client-0", "n1", soonMs)).toBe("x");
    expect(await other.say("b", soonMs)).toBe("b");
    expect(await hamlet.network.links.end("fault")).toMatchObject({ affectedCount: 1 });
    line.close();
    other.close();
  });

  test("reset exchanges, about half of them before and half after the node heard them", async () => {
    await begin({ kind: "reset", params: { probability: 1 }, links: [{ from: "client-0", to: "n1" }] });
    const place = await hamlet.place("client-0", "n1");
    const words = await Promise.all(Array.from({ length: 60 }, async () => await ask(place, "x", soonMs)));
    expect(new Set(words)).toEqual(new Set(["ECONNRESET"]));
    const heardCount = (await hamlet.villager("n1").heard()).stream.length;
    // 60 fair coins: outside of this once in ten million.
    expect(heardCount).toBeGreaterThan(9);
    expect(heardCount).toBeLessThan(51);
    const effect = await hamlet.network.links.end("fault");
    expect(effect).toMatchObject({ affectedCount: 60, detail: { openCount: 0, beforeCount: 60 - heardCount, afterCount: heardCount } });
    expect(await word("client-0", "n1", soonMs)).toBe("x");
  });

  test("lose datagrams at the given rate, in the given direction, and no bytes of a stream", async () => {
    const place = await hamlet.network.links.open({ from: "n1", to: "n2" }, "udp");
    const back = await hamlet.network.links.open({ from: "n2", to: "n1" }, "udp");
    await begin({ kind: "loss", params: { probability: 0.3 }, links: [{ from: "n1", to: "n2" }] });
    let heardCount = 0;
    for (let batch = 0; batch < 8; batch++) {
      // Small enough for any receive buffer.
      await hamlet.villager("n1").do({ act: "send", place, text: "d", count: 50 });
      expect(await word("n1", "n2", soonMs)).toBe("x");
      heardCount += (await hamlet.villager("n2").heard()).datagrams.length;
    }
    await hamlet.villager("n2").do({ act: "send", place: back, text: "e", count: 50 });
    const { affectedCount } = await hamlet.network.links.end("fault");
    // 400 draws at 0.3: outside of this once in a billion.
    expect(affectedCount).toBeGreaterThan(65);
    expect(affectedCount).toBeLessThan(180);
    await expect.poll(async () => (heardCount += (await hamlet.villager("n2").heard()).datagrams.length), { timeout: soonMs }).toBe(400 - affectedCount);
    await expect.poll(async () => (await hamlet.villager("n1").heard()).datagrams.length, { timeout: soonMs }).toBe(50);
  });

  test("lose every datagram under a partition, and none before or after", async () => {
    const place = await hamlet.network.links.open({ from: "client-0", to: "n3" }, "udp");
    /** The last one goes by another way, so that it comes after all that come. */
    const heard = async (): Promise<readonly string[]> => {
      await send(place, "d", 3);
      await send(await hamlet.network.links.open({ from: "client-1", to: "n3" }, "udp"), "last", 1);
      const all: string[] = [];
      await expect.poll(async () => all.push(...(await hamlet.villager("n3").heard()).datagrams) > 0 && all.at(-1), { timeout: soonMs }).toBe("last");
      return all;
    };
    expect(await heard()).toEqual(["d", "d", "d", "last"]);
    await begin({ kind: "partition", params: {}, links: [{ from: "client-0", to: "n3" }] });
    expect(await heard()).toEqual(["last"]);
    await hamlet.network.links.end("fault");
    expect(await heard()).toEqual(["d", "d", "d", "last"]);
  });

  test("hold two faults at once, and end them one by one", async () => {
    const { links } = hamlet.network;
    await links.begin({ id: "a", kind: "partition", params: {}, links: [{ from: "client-0", to: "n1" }] });
    await links.begin({
      id: "b",
      kind: "partition",
      params: {},
      links: [
        { from: "client-0", to: "n1" },
        { from: "client-0", to: "n2" },
      ],
    });
    await links.end("a");
    expect(await word("client-0", "n1", silenceMs)).toBe("timeout");
    await links.end("b");
    expect(await word("client-0", "n1", soonMs)).toBe("x");
    expect(await links.end("b")).toEqual({ affectedCount: 0, detail: {} });
  });

  test("refuse a dead node, reset what was open to and from it, and lead to its successor, datagrams too", async () => {
    const { links } = hamlet.network;
    const udp = await links.open({ from: "client-0", to: "n3" }, "udp");
    // One flow all the time: connection tracking remembers where it led.
    const flow = createSocket("udp4");
    const tell = async (text: string): Promise<unknown> => await new Promise((resolve) => flow.send(text, udp.port, udp.host, resolve));
    await tell("before");
    await expect.poll(async () => (await hamlet.villager("n3").heard()).datagrams, { timeout: soonMs }).toEqual(["before"]);
    const line = new Line(await hamlet.place("client-0", "n3"));
    expect(await line.say("a", soonMs)).toBe("a");
    await hamlet.villager("n1").do({ act: "open", name: "to n3", place: await hamlet.place("n1", "n3") });
    expect(await hamlet.villager("n1").do({ act: "say", name: "to n3", text: "b", limitMs: soonMs })).toBe("b");

    await hamlet.villager("n3").kill();
    await links.detach("n3");
    await links.detach("n3");
    expect(await word("n2", "n3", soonMs)).toBe("ECONNREFUSED");
    expect(["ECONNRESET", "closed"]).toContain(await line.hear(1, soonMs));
    expect(["ECONNRESET", "closed", "EPIPE"]).toContain(await hamlet.villager("n1").do({ act: "say", name: "to n3", text: "c", limitMs: soonMs }));
    await tell("between");

    const successor = await hamlet.raise("n3");
    expect(await word("n2", "n3", soonMs)).toBe("x");
    expect(await word("client-0", "n3", soonMs)).toBe("x");
    await tell("after");
    await expect.poll(async () => (await successor.heard()).datagrams, { timeout: soonMs }).toEqual(["after"]);
    flow.close();
    line.close();
  });

  test("refuse a node that lives but does not serve, and reset its connections", async () => {
    const { links } = hamlet.network;
    const line = new Line(await hamlet.place("client-0", "n2"));
    expect(await line.say("a", soonMs)).toBe("a");
    await links.detach("n2");
    expect(await line.hear(1, soonMs)).toBe("ECONNRESET");
    expect(await word("client-1", "n2", soonMs)).toBe("ECONNREFUSED");
    const { tcp, udp } = hamlet.villager("n2").ports;
    await links.attach("n2", { tcp: { host: "0.0.0.0", port: tcp }, udp: { host: "0.0.0.0", port: udp } });
    expect(await word("client-1", "n2", soonMs)).toBe("x");
    line.close();
  });

  test("leave what a node says to the harness alone, whatever is broken", async () => {
    const { links, hostAddress } = hamlet.network;
    const control = createServer((socket) => socket.pipe(socket)).listen(0, hostAddress);
    await once(control, "listening");
    // A server on a host and port always has an address of this form.
    const place = { host: hostAddress, port: (control.address() as AddressInfo).port };
    const { tcp, udp } = hamlet.villager("n1").ports;
    await hamlet.villager("n1").do({ act: "open", name: "control", place });
    const say = async (text: string): Promise<unknown> => await hamlet.villager("n1").do({ act: "say", name: "control", text, limitMs: soonMs });
    expect(await say("at first")).toBe("at first");
    await begin({ kind: "partition", params: { onHeal: "cut" }, links: [...everyLink, ...everyLink.map(({ from, to }) => ({ from: to, to: from }))] });
    expect(await say("cut off")).toBe("cut off");
    await links.end("fault");
    expect(await say("healed")).toBe("healed");
    await links.detach("n1");
    expect(await say("not serving")).toBe("not serving");
    await links.attach("n1", { tcp: { host: "0.0.0.0", port: tcp }, udp: { host: "0.0.0.0", port: udp } });
    control.close();
    await hamlet.villager("n1").do({ act: "close", name: "control" });
  });

  test("say that this is done by iptables, and why something cannot be; then it is refused, not ignored", async () => {
    const { links } = hamlet.network;
    expect(links.mechanism).toBe("iptables");
    const { slow, duplicate, reorder, corrupt, ...rest } = links.capabilities();
    expect(rest).toEqual({ partition: true, loss: true, reset: true, refuse: true, "half-open": true });
    expect([true, "tc netem is not in this kernel"]).toContain(slow);
    for (const reason of [duplicate, reorder, corrupt]) expect(reason).toMatch(/kernel/);
    await expect(links.begin({ id: "fault", kind: "duplicate", params: { probability: 1 }, links: everyLink })).rejects.toThrow("does not count");
  });
});
