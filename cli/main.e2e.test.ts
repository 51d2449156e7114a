// Every command from words to exit code, in simulation, with a small system of the user's own.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { Desk } from "./fixtures/recorded-terminal.ts";

const tiny = new URL("./fixtures/tiny-system.ts", import.meta.url).pathname;
const documentOf = (out: string): Record<string, unknown> => JSON.parse(out) as Record<string, unknown>;
const runsIn = (desk: Desk): string[] => readdirSync(join(desk.directory, ".faultline", "runs")).toSorted();

describe("run", () => {
  test("a correct system is valid, exits 0, is not stored, and ends with a line that repeats it to the byte", async () => {
    using desk = new Desk();
    const first = await desk.run(["run", tiny, "--seed", "7", "--nodes", "3"]);
    expect(first).toMatchObject({ code: 0, err: "" });
    expect(first.out).toMatch(/^✓ tiny \(default\) kept register\.linearizable\./);
    const again = /run (\S+) --nodes 3 --seed (\S+)\n$/.exec(first.out);
    expect(again?.slice(1)).toEqual([tiny, "7-0"]);
    expect(runsIn(desk)).toEqual([]);
    expect((await desk.run(["run", tiny, "--nodes", "3", "--seed", "7-0"])).out).toBe(first.out);
  });

  test("--keep stores it with plan, history, verdict and page", async () => {
    using desk = new Desk();
    const { code, out } = await desk.run(["run", tiny, "--seed", "7", "--keep"]);
    expect(code).toBe(0);
    const [id = ""] = runsIn(desk);
    for (const name of ["plan.json", "history.jsonl", "verdict.json", "report.html"])
      expect(existsSync(join(desk.directory, ".faultline", "runs", id, name))).toBe(true);
    expect(out).toContain(`.faultline/runs/${id}/report.html`);
    expect(out.trimEnd().split("\n").at(-1)).toMatch(new RegExp(`replay ${id}$`));
  });

  test("--json is one document", async () => {
    using desk = new Desk();
    const { code, out } = await desk.run(["run", tiny, "--seed", "7", "--json"]);
    expect(out.trimEnd().split("\n")).toHaveLength(1);
    expect([code, documentOf(out)]).toMatchObject([0, { verdict: "valid", schema: "faultline/run-report/1", plan: { seed: "7-0" } }]);
  });

  test("--nemesis none breaks nothing", async () => {
    using desk = new Desk();
    expect(documentOf((await desk.run(["run", tiny, "--nemesis", "none", "--json"])).out)).toMatchObject({
      verdict: "valid",
      statistics: { faults: {} },
      plan: { nemeses: [] },
    });
  });
});

describe("a store that fails", () => {
  test("while a violation is kept does not hide the violation", async () => {
    using desk = new Desk();
    mkdirSync(join(desk.directory, ".faultline", "latest"), { recursive: true });
    const { code, out, err } = await desk.run(["run", tiny, "--bug", "forgetful", "--seed", "3", "--shrink-time", "0", "--json"]);
    expect([code, documentOf(out)["verdict"]]).toEqual([1, "invalid"]);
    expect(err).toContain("latest cannot be written");
    const searched = await desk.run(["explore", tiny, "--bug", "forgetful", "--seed", "3", "--seeds", "20", "--shrink-time", "0"]);
    expect(searched.code).toBe(1);
    expect(searched.out).toMatch(/again {5}.* run \S+ --bug forgetful/);
  });

  test("is still an error if nothing worse was found", async () => {
    using desk = new Desk();
    mkdirSync(join(desk.directory, ".faultline", "latest"), { recursive: true });
    expect((await desk.run(["run", tiny, "--seed", "7", "--keep"])).code).toBe(64);
  });

  // Its directory takes no children, where the recursive mkdir of Node turns for ever.
  test.skipIf(!existsSync("/proc/self"))("in /proc is refused, not tried for ever", () => {
    const words = [new URL("./main.ts", import.meta.url).pathname, "run", tiny, "--store", "/proc/faultline-store"];
    const { status, stderr } = spawnSync(process.execPath, words, { encoding: "utf8", timeout: 10_000, killSignal: "SIGKILL" });
    expect(status).toBe(64);
    expect(stderr).toContain("cannot be written");
  });
});

describe("a planted bug", () => {
  test("is found, made smaller, stored, told, replayed, checked, reported and made smaller again", async () => {
    using desk = new Desk();
    const found = await desk.run(["run", tiny, "--bug", "forgetful", "--seed", "3", "--shrink-time", "5s"]);
    expect(found.code).toBe(1);
    expect(found.out).toMatch(
      /^✗ tiny \(default\) with the planted bug forgetful broke its promise register\.linearizable\.\n\npromised {2}register\.linearizable: /,
    );
    expect(found.out).toMatch(/made smaller: \d+ -> [1-9] operations/);
    const [id = ""] = runsIn(desk);
    expect(found.out.trimEnd().split("\n").at(-1)).toMatch(new RegExp(`replay ${id}$`));
    expect(existsSync(join(desk.directory, ".faultline", "runs", id, "original-plan.json"))).toBe(true);
    expect(readFileSync(join(desk.directory, ".faultline", "runs", id, "report.html"), "utf8")).toContain("✗ impossible");

    const replayed = await desk.run(["replay", id.slice(0, 19), "--json"]);
    expect([replayed.code, documentOf(replayed.out)]).toMatchObject([1, { verdict: "invalid", replay: { outcome: "identical", isSameFailure: true } }]);

    const checked = await desk.run(["check", `.faultline/runs/${id}/history.jsonl`, "--json"]);
    expect([checked.code, documentOf(checked.out)]).toMatchObject([1, { verdict: "invalid", failureClass: "register.linearizable/register:linearizable" }]);

    const reported = await desk.run(["report", "latest", "--json"]);
    expect([reported.code, documentOf(reported.out)]).toMatchObject([0, { verdict: "invalid", id }]);

    const shrunk = await desk.run(["shrink", id, "--time", "3s", "--json"]);
    expect([shrunk.code, documentOf(shrunk.out)]).toMatchObject([0, { verdict: "invalid", shrink: { operationsAfter: expect.any(Number) } }]);
    expect(runsIn(desk)).toHaveLength(2);
  });

  test("a plan file replays like the run, and what does not fail cannot be made smaller", async () => {
    using desk = new Desk();
    await desk.run(["run", tiny, "--seed", "7", "--keep"]);
    const [id = ""] = runsIn(desk);
    const path = `.faultline/runs/${id}/plan.json`;
    expect(await desk.run(["replay", path])).toMatchObject({ code: 0, out: expect.stringMatching(/^= The run is identical \(trace [0-9a-f]+\)\./) });
    expect(await desk.run(["shrink", path])).toMatchObject({ code: 64, err: expect.stringContaining("does not fail") });
  });

  test("a replay with another trace is a failure of ours, never a verdict that passes", async () => {
    using desk = new Desk();
    await desk.run(["run", tiny, "--seed", "7", "--keep"]);
    const [id = ""] = runsIn(desk);
    const path = join(desk.directory, ".faultline", "runs", id, "plan.json");
    const plan = JSON.parse(readFileSync(path, "utf8")) as { expect: { traceHash: string } };
    writeFileSync(path, JSON.stringify({ ...plan, expect: { ...plan.expect, traceHash: "0000000000000000" } }));
    expect(await desk.run(["replay", "latest"])).toMatchObject({ code: 5, out: expect.stringMatching(/^≠ The run diverged: its trace is /) });
  });

  test("a history that was changed by hand is judged as it is now", async () => {
    using desk = new Desk();
    await desk.run(["run", tiny, "--seed", "7", "--keep"]);
    const [id = ""] = runsIn(desk);
    const path = join(desk.directory, ".faultline", "runs", id, "history.jsonl");
    const lines = readFileSync(path, "utf8").split("\n");
    const position = lines.findIndex((line) => line.includes('"type":"ok"') && line.includes('"f":"read"'));
    lines[position] = (lines[position] ?? "").replace(/"value":(null|"[^"]*")/, '"value":"never-written"');
    writeFileSync(path, lines.join("\n"));
    expect((await desk.run(["check", id])).code).toBe(1);
    const plan = join(desk.directory, ".faultline", "runs", id, "plan.json");
    writeFileSync(plan, readFileSync(plan, "utf8").replace(/"rateHz": \d+/, '"rateHz": 77'));
    expect(await desk.run(["check", id])).toMatchObject({ code: 64, err: expect.stringContaining("for another plan") });
  });
});

describe("explore", () => {
  test("counts every seed of a correct system and finds nothing", async () => {
    using desk = new Desk();
    const { code, out } = await desk.run(["explore", tiny, "--seeds", "12", "--seed", "x", "--workers", "2", "--json"]);
    expect([code, documentOf(out)]).toMatchObject([
      0,
      { verdict: "valid", runCount: 12, invalidCount: 0, claims: [{ id: "register.linearizable", verdict: "valid" }], failures: [] },
    ]);
    expect(runsIn(desk)).toEqual([]);
  });

  test("stops at the first violation, and with --all goes on", async () => {
    using desk = new Desk();
    const words = ["explore", tiny, "--bug", "forgetful", "--seeds", "6", "--seed", "y", "--workers", "2", "--shrink-time", "1s"];
    const first = await desk.run(words);
    expect(first.code).toBe(1);
    expect(first.out).toMatch(/^✗ tiny: 1 violation in \d run/);
    expect(first.out.trimEnd().split("\n").at(-1)).toMatch(/replay \S+$/);
    const all = documentOf((await desk.run([...words, "--all", "--json"])).out);
    expect(all).toMatchObject({ verdict: "invalid", runCount: 6 });
    expect(all["invalidCount"]).toBeGreaterThan(1);
  });

  test("stops when its time is up", async () => {
    using desk = new Desk();
    const { code, out } = await desk.run(["explore", tiny, "--time", "500ms", "--workers", "1", "--json"]);
    expect([code, documentOf(out)]).toMatchObject([0, { verdict: "valid" }]);
  });
});

describe("bugs", () => {
  test("all found is 0, one missed is 1 and says which", async () => {
    using desk = new Desk();
    const found = await desk.run(["bugs", tiny, "--bug", "forgetful", "--seeds", "20", "--workers", "2"]);
    expect(found.code).toBe(0);
    expect(found.out).toMatch(/^✓ 1 of 1 planted bug found by the claim that must accuse it/);
    const { code, out } = await desk.run(["bugs", tiny, "--seeds", "3", "--workers", "2", "--json"]);
    expect([code, documentOf(out)]).toMatchObject([
      1,
      {
        verdict: "invalid",
        foundCount: 1,
        bugCount: 2,
        bugs: [
          { name: "forgetful", isFound: true },
          { name: "harmless", isFound: false },
        ],
      },
    ]);
  });
});

describe("campaign", () => {
  test("runs the matrix and the bugs, keeps a page and its documents, and a missed bug is 1", async () => {
    using desk = new Desk();
    const { code, out } = await desk.run(["campaign", "--systems", tiny, "--time", "2s", "--workers", "2", "--json"]);
    const document = documentOf(out);
    expect([code, document]).toMatchObject([
      1,
      {
        verdict: "invalid",
        bugs: [
          { name: "forgetful", isFound: true },
          { name: "harmless", isFound: false },
        ],
        claims: [{ id: "register.linearizable", verdict: "valid", violatedCount: 0 }],
      },
    ]);
    const path = join(desk.directory, ".faultline", "campaigns", String(document["id"]));
    expect(readdirSync(path).toSorted()).toEqual(["bugs.json", "campaign.json", "index.html", "matrix.json"]);
    expect(readFileSync(join(path, "index.html"), "utf8")).toContain("1 of 2 found");
  });

  test("shards share the cells between them, each once", async () => {
    using desk = new Desk();
    const keys: string[] = [];
    for (const shard of ["1/2", "2/2"]) {
      const document = documentOf((await desk.run(["campaign", "--systems", tiny, "--time", "1s", "--workers", "2", "--shard", shard, "--json"])).out);
      keys.push(...(document["cells"] as { key: string }[]).map(({ key }) => key), ...(document["bugs"] as { name: string }[]).map(({ name }) => name));
    }
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toEqual(expect.arrayContaining(["forgetful", "harmless", "tiny/default/register/search"]));
  });
});

describe("an interruption", () => {
  test("ends with 130, keeps what there is, and leaves nothing running", async () => {
    using desk = new Desk();
    const controller = new AbortController();
    const words = ["explore", tiny, "--time", "10m", "--workers", "1", "--json"];
    const { code, out } = await desk.run(words, { interruption: controller.signal, isLive: true, onComplain: () => controller.abort() });
    expect([code, documentOf(out)]).toMatchObject([130, { isInterrupted: true, verdict: "valid" }]);
    expect(documentOf(out)["runCount"]).toBeGreaterThan(0);
  });

  test("by a real Ctrl-C ends the process with 130 and one whole document", async () => {
    using desk = new Desk();
    const child = spawn(process.execPath, [new URL("./main.ts", import.meta.url).pathname, "explore", tiny, "--time", "10m", "--workers", "1", "--json"], {
      cwd: desk.directory,
      // The store of this test, whatever the environment of whoever runs the tests says.
      env: { ...process.env, FAULTLINE_STORE: join(desk.directory, ".faultline") },
      stdio: ["ignore", "pipe", "pipe"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    const out: Buffer[] = [];
    child.stdout.on("data", (bytes: Buffer) => out.push(bytes));
    await expect.poll(() => existsSync(join(desk.directory, ".faultline", "runs")), { timeout: 20_000 }).toBe(true);
    child.kill("SIGINT");
    const [code] = (await once(child, "close")) as [number];
    expect([code, documentOf(Buffer.concat(out).toString())]).toMatchObject([130, { isInterrupted: true }]);
  });

  test("before the first event of a run ends it as unknown, healed", async () => {
    using desk = new Desk();
    const { code, out } = await desk.run(["run", tiny, "--json"], { interruption: AbortSignal.abort() });
    expect([code, documentOf(out)]).toMatchObject([130, { verdict: "unknown", ending: "interrupted" }]);
    expect(runsIn(desk)).toHaveLength(1);
  });
});

describe("a module of the user that never comes to rest", () => {
  test("does not keep the command waiting once everything was said", async () => {
    using desk = new Desk();
    const restless = join(desk.directory, "restless.ts");
    writeFileSync(restless, `setInterval(() => undefined, 1000);\nexport { system } from ${JSON.stringify(tiny)};\n`);
    const child = spawn(process.execPath, [new URL("./main.ts", import.meta.url).pathname, "run", restless, "--json"], {
      cwd: desk.directory,
      env: { ...process.env, FAULTLINE_STORE: join(desk.directory, ".faultline") },
      stdio: ["ignore", "pipe", "ignore"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    const out: Buffer[] = [];
    child.stdout.on("data", (bytes: Buffer) => out.push(bytes));
    expect(await once(child, "close")).toEqual([0, null]);
    expect(documentOf(Buffer.concat(out).toString())).toMatchObject({ verdict: "valid" });
  }, 30_000);
});

describe("the rest", () => {
  test("list shows what there is", async () => {
    using desk = new Desk();
    await desk.run(["run", tiny, "--keep"]);
    const { code, out } = await desk.run(["list"]);
    expect(code).toBe(0);
    for (const part of [
      "  kv: ",
      "  sequencer: ",
      "  counter: ",
      "stale-reads",
      "partition-halves",
      "runtimes: simulation, process, container",
      "-tiny  valid",
    ])
      expect(out).toContain(part);
    expect(documentOf((await desk.run(["list", "--json"])).out)).toMatchObject({ verdict: null, runtimes: ["simulation", "process", "container"] });
  });

  test("doctor proves that one seed is one run here, that processes answer, and which faults there are", async () => {
    using desk = new Desk();
    const { code, out } = await desk.run(["doctor"]);
    expect(out).toMatch(/✓ simulation: one seed, one run: ([0-9a-f]+) twice/);
    expect(out).toMatch(/✓ processes: three nodes as processes answered \d+ operations/);
    expect(out).toMatch(/^ {2}fault +simulation +process +container$/m);
    expect(out).toMatch(/^ {2}partition +✓ +✓ /m);
    expect(code).toBe(0);
    expect(runsIn(desk)).toEqual([]);
  });

  test("demo finds a stale read, says in five lines what happened, and names the report", async () => {
    using desk = new Desk();
    const { code, out } = await desk.run(["demo"]);
    expect(code).toBe(0);
    const lines = out.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^✗ kv \(raft\) with the planted bug stale-reads broke its promise KV-C1/);
    expect(lines.slice(1, 5).map((line) => line.split(" ")[0])).toEqual(["promised", "seen", "fault", "how"]);
    expect(existsSync(join(desk.directory, /^report +(\S+)$/m.exec(out)?.[1] ?? ""))).toBe(true);
  });
});
