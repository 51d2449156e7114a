// The entry of node processes, as a process of its own: how it begins, what it says, and every way in which it ends.
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import type { JsonObject } from "../../../harness/json.ts";
import { compileCache, Hosted } from "./fixtures/hosted.ts";
import { eventually } from "./fixtures/eventually.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

afterAll(() => rmSync(compileCache, { recursive: true, force: true }));

function kept<T extends { close(): Promise<void> }>(each: T): T {
  opened.push(each);
  return each;
}

async function start(bootstrap: JsonObject = {}): Promise<Hosted> {
  return kept(await Hosted.start(bootstrap));
}

async function up(begin: Parameters<typeof Hosted.up>[0] = {}): Promise<Hosted> {
  return kept(await Hosted.up(begin));
}

const silent = { output: "", errors: "" };

describe("a node's process begins", () => {
  test("by saying who it is, waits, binds its servers, and then is up", async () => {
    const hosted = await start();
    expect(await hosted.hears("hello")).toEqual({ type: "hello", token: "0".repeat(32), node: "n1", incarnation: 3, pid: hosted.child.pid });
    expect(hosted.said).toHaveLength(1);
    hosted.begin();
    await hosted.hears("up");
    const order = hosted.said.map(({ type }) => type).filter((type) => ["hello", "bound", "serving", "up"].includes(type));
    expect(order).toEqual(["hello", "bound", "serving", "up"]);
    expect((await hosted.call("/hello")).reply?.body).toEqual({
      greeting: "correct",
      from: "client-0",
      nodes: ["n1", "n2"],
      parameters: {},
      variant: "plain",
      incarnation: 3,
    });
  });

  test("with the node of a bug, or the correct one if the bug is the client's", async () => {
    const [rude, clientOnly] = [await up({ bug: "rude" }), await up({ bug: "client-only" })];
    expect((await rude.call("/hello")).reply?.body).toMatchObject({ greeting: "rude" });
    expect((await clientOnly.call("/hello")).reply?.body).toMatchObject({ greeting: "correct" });
  });

  test("and says that it serves once it is up, also if it never will", async () => {
    const hosted = await up({ parameters: { start: "mute" } });
    expect(hosted.all("serving")).toHaveLength(1);
    expect((await hosted.call("/hello")).error).toEqual({ kind: "Refused", isDefinite: true });
  });

  test("with the chance that its seed gives", async () => {
    const [first, again] = [await up({ seed: "a" }), await up({ seed: "a" })];
    const other = await up({ seed: "b" });
    const drawn = [first, again, other].map((hosted) => hosted.all("log")[0]?.data);
    expect(drawn[0]).toEqual(drawn[1]);
    expect(drawn[0]).not.toEqual(drawn[2]);
  });
});

describe("a node's process ends", () => {
  test("with 0 after it was told to stop, and everything is said before", async () => {
    const hosted = await up();
    await hosted.call("/probes");
    hosted.say({ type: "stop" });
    expect(await hosted.ended).toEqual({ code: 0, signal: null, ...silent });
    expect(hosted.said.at(-1)).toEqual({ type: "stopped" });
    expect(hosted.all("log").map(({ message }) => message)).toEqual(["starting", "stopping"]);
    expect(hosted.all("counts").reduce((sum, { messageCount }) => sum + messageCount, 0)).toBe(1);
  });

  test("at once when the harness is gone, also while it starts or cannot stop", async () => {
    const running = await up();
    const stopping = await up({ parameters: { stop: "never" } });
    stopping.say({ type: "stop" });
    await stopping.hears("log", ({ message }) => message === "stopping");
    const waiting = await start();
    await waiting.hears("hello");
    for (const hosted of [running, stopping, waiting]) {
      hosted.hangUp();
      expect(await hosted.ended).toEqual({ code: 0, signal: null, ...silent });
    }
  });

  test.each([
    ["/throw", "TypeError: told to throw"],
    ["/throw-later", "Error: told to throw later"],
    ["/reject", "Error: told to reject"],
  ])("with 70 and its last words after %s", async (path, reason) => {
    const hosted = await up();
    const waiting = hosted.call(path);
    expect(await hosted.ended).toEqual({ code: 70, signal: null, ...silent });
    expect(hosted.said.at(-1)).toEqual({ type: "died", reason, isUncaught: true });
    expect(hosted.all("log").at(-1)?.message).toContain("obedient-system.ts");
    expect((await waiting).error).toEqual({ kind: "Reset", isDefinite: false });
  });

  test("with 71 after `crash`, which never returns, and nothing of the node runs after it", async () => {
    const hosted = await up();
    expect((await hosted.call("/crash")).error?.kind).toBe("Reset");
    expect(await hosted.ended).toEqual({ code: 71, signal: null, ...silent });
    expect(hosted.said.at(-1)).toEqual({ type: "died", reason: "told to", isUncaught: false });
    expect(hosted.all("fact")).toEqual([]);
  });

  test("inert and at last with its last words, if the harness does not read", async () => {
    const hosted = await up();
    hosted.stopReading();
    await hosted.call("/flood", { query: { count: "40" } });
    // Longer than the periods of its reports: none of them may come after its last words.
    expect((await hosted.call("/crash", { timeoutMs: 600 })).error?.kind).toBe("Timeout");
    hosted.readOn();
    expect(await hosted.ended).toMatchObject({ code: 71, ...silent });
    expect(hosted.said.at(-1)).toEqual({ type: "died", reason: "told to", isUncaught: false });
    expect(hosted.all("fact").filter(({ kind }) => kind === "after")).toEqual([]);
  });

  test.each([
    ["rejects", 70, { type: "died", reason: "Error: it does not start", isUncaught: true }],
    ["crashes", 71, { type: "died", reason: "it will not start", isUncaught: false }],
  ])("when its start %s", async (how, code, died) => {
    const hosted = await start();
    await hosted.hears("hello");
    hosted.begin({ parameters: { start: how } });
    expect(await hosted.ended).toEqual({ code, signal: null, ...silent });
    expect(hosted.said.at(-1)).toEqual(died);
    expect(hosted.all("up")).toEqual([]);
  });

  test("with 70 when its stop rejects", async () => {
    const hosted = await up({ parameters: { stop: "rejects" } });
    hosted.say({ type: "stop" });
    expect((await hosted.ended).code).toBe(70);
    expect(hosted.said.at(-1)).toEqual({ type: "died", reason: "Error: it does not stop", isUncaught: true });
  });

  test.each([
    ["a schema that it does not know", { schema: "faultline/bootstrap/2" }, 64, /is no bootstrap file: Error: its schema is not/],
    ["no token", { token: 7 }, 64, /is no bootstrap file: Error: its member token is not/],
    [
      "an address where nobody is",
      { control: { host: "127.0.0.1", port: 1 } },
      4,
      /the harness cannot be reached at 127\.0\.0\.1:1: Error: connect ECONNREFUSED/,
    ],
  ])("with one line about its bootstrap for %s", async (_what, bootstrap, code, line) => {
    const { errors, ...ended } = await (await start(bootstrap)).ended;
    expect(ended).toEqual({ code, signal: null, output: "" });
    expect(errors).toMatch(line);
    expect(errors.split("\n")).toHaveLength(2);
  });

  test.each([
    [
      "a module that is not there",
      { module: new URL("./fixtures/not-there.ts", import.meta.url).href },
      /not-there\.ts cannot be used: Error: Cannot find module/,
    ],
    ["a module without a system", { module: new URL("./bodies.ts", import.meta.url).href }, /bodies\.ts exports no system/],
    ["a bug that the system does not have", { bug: "unheard-of" }, /has no bug unheard-of/],
  ])("with one line and 64 for %s", async (_what, begin, line) => {
    const hosted = await start();
    await hosted.hears("hello");
    hosted.begin(begin);
    const { errors, ...ended } = await hosted.ended;
    expect(ended).toEqual({ code: 64, signal: null, output: "" });
    expect(errors).toMatch(line);
    expect(errors.split("\n")).toHaveLength(2);
  });

  test.each([['{"type":"dance"}\n'], ['{"type":"clock","ack":1}\n'], ["[]\n"]])("with 64 when it is told %j", async (line) => {
    const hosted = await up();
    hosted.sayLine(line);
    expect(await hosted.ended).toMatchObject({ code: 64, errors: expect.stringContaining("what no harness says") });
  });

  test("not by the Ctrl-C that its harness gets", async () => {
    const hosted = await up();
    hosted.child.kill("SIGINT");
    expect((await hosted.call("/hello")).reply?.status).toBe(200);
  });
});

describe("a trap", () => {
  test("kills within the mark: what was said before arrives, what comes after does not happen", async () => {
    const hosted = await up({ traps: [{ id: "f1", mark: "committed", leftCount: 2, signal: "SIGKILL" }] });
    expect((await hosted.call("/mark", { query: { kind: "other" } })).reply?.status).toBe(200);
    expect((await hosted.call("/mark", { query: { kind: "committed" } })).reply?.status).toBe(200);
    expect((await hosted.call("/mark", { query: { kind: "committed" } })).error).toEqual({ kind: "Reset", isDefinite: false });
    expect(await hosted.ended).toEqual({ code: null, signal: "SIGKILL", ...silent });
    expect(hosted.said.at(-1)).toEqual({ type: "trapped", id: "f1" });
    expect(hosted.all("fact").map(({ kind }) => kind)).toEqual(["before", "after", "before", "after", "before"]);
    const marks = hosted.all("counts").reduce((sum, counts) => sum + (counts.marks["committed"] ?? 0), 0);
    expect(marks).toBe(2);
  });

  test("is sprung although the harness has written what the node has not read", async () => {
    const hosted = await up({ traps: [{ id: "f1", mark: "m", leftCount: 1, signal: "SIGKILL" }] });
    const marked = hosted.call("/mark", { query: { kind: "m" } });
    for (let ack = 1_000; ack < 3_000; ack++) hosted.say({ type: "inspect", ack });
    await marked;
    await hosted.ended;
    expect(hosted.all("trapped")).toEqual([{ type: "trapped", id: "f1" }]);
    expect(hosted.all("fact").map(({ kind }) => kind)).toEqual(["before"]);
  });

  test("stops within the mark, and the node goes on there when it is resumed", async () => {
    const hosted = await up();
    await hosted.ask({ type: "traps", traps: [{ id: "f2", mark: "m", leftCount: 1, signal: "SIGSTOP" }], watchedMarks: ["m"] });
    const marked = hosted.call("/mark", { query: { kind: "m" } });
    await hosted.hears("trapped", ({ id }) => id === "f2");
    await eventually(() => processState(hosted.child.pid)).toBe("T");
    expect(hosted.said.slice(-3).map(({ type }) => type)).toContain("mark");
    expect(hosted.all("fact").map(({ kind }) => kind)).toEqual(["before"]);
    hosted.child.kill("SIGCONT");
    expect((await marked).reply?.status).toBe(200);
    await eventually(() => hosted.all("fact").map(({ kind }) => kind)).toEqual(["before", "after"]);
    expect((await hosted.call("/mark", { query: { kind: "m" } })).reply?.status).toBe(200);
  });

  test("waits for a harness that does not read: a death must not come without its reason", async () => {
    const hosted = await up({ traps: [{ id: "f3", mark: "m", leftCount: 1, signal: "SIGKILL" }] });
    hosted.stopReading();
    await hosted.call("/flood", { query: { count: "40" } });
    expect((await hosted.call("/mark", { query: { kind: "m" } })).reply?.status).toBe(200);
    hosted.readOn();
    expect(await hosted.ended).toMatchObject({ signal: "SIGKILL" });
    expect(hosted.all("trapped")).toEqual([{ type: "trapped", id: "f3" }]);
    expect(hosted.all("fact").filter(({ kind }) => kind === "flood")).toHaveLength(40);
  });
});

describe("a node's process says", () => {
  test("facts and failed probes at once, the others as counts", async () => {
    const hosted = await up();
    expect((await hosted.call("/probes")).reply?.body).toBe(false);
    expect(hosted.all("probe")).toEqual([
      { type: "probe", id: "failed", kind: "always", detail: { why: "told to" } },
      { type: "probe", id: "never", kind: "unreachable", detail: { detail: "reached" } },
    ]);
    const { probes } = await hosted.hears("counts", (counts) => counts.probes["held"] !== undefined);
    expect(probes).toEqual({
      held: { heldCount: 1, failedCount: 0 },
      failed: { heldCount: 0, failedCount: 1 },
      rare: { heldCount: 0, failedCount: 1 },
      never: { heldCount: 0, failedCount: 1 },
    });
  });

  test("its state when it has changed, and whenever it is asked", async () => {
    const hosted = await up();
    await hosted.hears("state", ({ inspected }) => inspected["requests"] === 0);
    await hosted.call("/hello");
    await hosted.hears("state", ({ inspected }) => inspected["requests"] === 1);
    const before = hosted.all("state").length;
    await hosted.ask({ type: "inspect" });
    const states = hosted.said.filter(({ type }) => type === "state" || type === "done").slice(-2);
    expect(states).toEqual([
      { type: "state", inspected: { role: "obedient", requests: 1 } },
      { type: "done", ack: expect.any(Number), detail: {} },
    ]);
    expect(hosted.all("state").length).toBe(before + 1);
  });

  test("marks that are watched", async () => {
    const hosted = await up({ parameters: { start: "marks" }, watchedMarks: ["started"] });
    expect(hosted.all("mark")).toEqual([{ type: "mark", kind: "started" }]);
    await hosted.call("/mark", { query: { kind: "unwatched" } });
    expect(hosted.all("mark")).toHaveLength(1);
  });

  test("how long its event loop stood still", async () => {
    const hosted = await up();
    await hosted.call("/spin", { query: { ms: "400" } });
    const lag = await hosted.hears("lag", ({ maxMs }) => maxMs > 300);
    expect(lag.maxMs).toBeLessThan(5_000);
    expect(lag.windowMs).toBeGreaterThan(300);
  });
});

describe("the world of a node", () => {
  test("has a clock that is as wrong as it is told", async () => {
    const hosted = await up({ clock: { offsetMs: 60_000, ratePpm: 0, anchorMs: 0 } });
    expect(await skewsOf(hosted)).toSatisfy(includes(60_000));
    const detail = await hosted.ask({ type: "clock", clock: { offsetMs: -5_000, ratePpm: 100_000, anchorMs: Date.now() - 10_000 } });
    const skewMs = Number(detail["wallMs"]) - Number(detail["realMs"]);
    expect(skewMs).toBeGreaterThan(-4_002);
    expect(skewMs).toBeLessThan(-3_000);
    const [, latest] = await skewsOf(hosted);
    expect(latest).toBeGreaterThanOrEqual(skewMs);
    expect(latest).toBeLessThan(0);
  });

  test("has a clock that follows a time service", async () => {
    // An hour ahead of this machine.
    const service = createServer((socket) => {
      socket.on("error", () => undefined).on("data", () => socket.write(`${Date.now() + 3_600_000}\n`));
    });
    service.listen(0, "127.0.0.1");
    await once(service, "listening");
    kept({ close: async () => void service.close() });
    const { port } = service.address() as AddressInfo;
    const hosted = await up({ timeService: { host: "127.0.0.1", port } });
    await eventually(async () => (await hosted.ask({ type: "clock", clock: { offsetMs: 5, ratePpm: 0, anchorMs: 0 } }))["errorBoundMs"]).toBeTypeOf("number");
    const [low, high] = await skewsOf(hosted);
    expect(high).toBeGreaterThan(3_590_000);
    expect(low).toBeLessThan(3_610_000);
  });

  test("has a disk, and its faults when they are switched on", async () => {
    const hosted = await up();
    expect((await hosted.call("/write", { body: "kept" })).reply?.status).toBe(200);
    expect(readFileSync(join(hosted.directory, "disk", "data", "file"), "utf8")).toBe("kept");
    await hosted.ask({ type: "disk", switches: [{ id: "d1", kind: "disk-full", params: {} }] });
    expect((await hosted.call("/write", { body: "lost" })).reply).toEqual({ status: 507, body: "NoSpace" });
    expect((await hosted.hears("effect")).id).toBe("d1");
    await hosted.ask({ type: "disk", switches: [] });
    expect((await hosted.call("/write", { body: "kept" })).reply?.status).toBe(200);
  });

  test("has peers at the addresses of its book", async () => {
    const other = await up();
    const { tcpPort, udpPort } = await other.hears("bound");
    const hosted = await up({ peers: { n2: { tcp: { host: "127.0.0.1", port: tcpPort }, udp: { host: "127.0.0.1", port: udpPort } } } });
    expect((await hosted.call("/call", { query: { to: "n2" } })).reply?.body).toMatchObject({ from: "n1" });
    expect((await hosted.call("/call", { query: { to: "n3" } })).reply?.body).toBe("Refused");
  });
});

/** By how much its wall clock differs from this machine's, at least and at most: it was read somewhere between question and answer. */
async function skewsOf(hosted: Hosted): Promise<readonly [number, number]> {
  const beforeMs = Date.now();
  const { reply } = await hosted.call("/clock");
  const body = reply?.body;
  const wallMs = typeof body === "object" && body !== null && "wallMs" in body ? Number(body["wallMs"]) : Number.NaN;
  return [wallMs - Date.now(), wallMs - beforeMs];
}

function includes(skewMs: number): (range: readonly [number, number]) => boolean {
  return ([low, high]) => low <= skewMs && skewMs <= high;
}

/** The letter of the kernel: T is stopped. */
function processState(pid: number | undefined): string | undefined {
  return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.charAt(0);
}
