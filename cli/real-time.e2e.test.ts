// Runs in processes from words to exit code, and what is left when the harness is interrupted or killed.
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { Desk } from "./fixtures/recorded-terminal.ts";

const tiny = new URL("./fixtures/tiny-system.ts", import.meta.url).pathname;
const main = new URL("./main.ts", import.meta.url).pathname;
const documentOf = (out: string): Record<string, unknown> => JSON.parse(out) as Record<string, unknown>;
const runsIn = (desk: Desk): string[] => readdirSync(join(desk.directory, ".faultline", "runs")).toSorted();
const small = ["--runtime", "process", "--nodes", "3", "--rate", "50"];

/** A harness of its own, so that it can be signalled. */
function harness(desk: Desk, words: readonly string[]): { readonly child: ChildProcess; readonly out: () => string; readonly err: () => string } {
  const child = spawn(process.execPath, [main, ...words], {
    cwd: desk.directory,
    // What a killed harness leaves in the temporary folder goes with the desk: nobody sweeps a store that is gone.
    env: { ...process.env, FAULTLINE_STORE: join(desk.directory, ".faultline"), TMPDIR: desk.directory },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on("data", (bytes: Buffer) => out.push(bytes));
  child.stderr.on("data", (bytes: Buffer) => err.push(bytes));
  return { child, out: () => Buffer.concat(out).toString(), err: () => Buffer.concat(err).toString() };
}

/** Lines of the only run's history. */
function recorded(desk: Desk): number {
  const runs = existsSync(join(desk.directory, ".faultline", "runs")) ? runsIn(desk) : [];
  const path = join(desk.directory, ".faultline", "runs", runs[0] ?? "", "history.jsonl");
  return runs.length === 1 && existsSync(path) ? readFileSync(path, "utf8").split("\n").length - 1 : 0;
}

/** Processes whose command line names this, the harness itself excepted. */
function nodesOf(harnessPid: number | undefined): number[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
      return parent === harnessPid ? [Number(pid)] : [];
    } catch {
      return [];
    }
  });
}

const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`) && !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");

describe("run in processes", () => {
  test("keeps a correct system's promises, is stored though valid, and is checked, reported and replayed by its id", async () => {
    using desk = new Desk();
    const { code, out } = await desk.run(["run", tiny, ...small, "--nemesis", "partition-halves", "--duration", "2s", "--seed", "7"]);
    expect([code, out]).toEqual([0, expect.stringMatching(/^✓ tiny \(default\) kept register\.linearizable\./)]);
    const [id = ""] = runsIn(desk);
    expect(out.trimEnd().split("\n").at(-1)).toMatch(new RegExp(`replay ${id}$`));
    const files = readdirSync(join(desk.directory, ".faultline", "runs", id));
    for (const name of ["plan.json", "history.jsonl", "verdict.json", "report.html", "undo.jsonl", "logs"]) expect(files).toContain(name);
    expect(documentOf((await desk.run(["check", id, "--json"])).out)).toMatchObject({ verdict: "valid", ending: "completed" });
    expect((await desk.run(["report", "latest"])).code).toBe(0);
    const again = await desk.run(["replay", id, "--json"]);
    expect([again.code, documentOf(again.out)]).toMatchObject([0, { verdict: "valid", replay: { outcome: "identical" } }]);
    expect(runsIn(desk)).toHaveLength(2);
  });

  test("finds a planted bug, and the plan says by which means", async () => {
    using desk = new Desk();
    const words = ["run", tiny, ...small, "--bug", "forgetful", "--nemesis", "none", "--duration", "1s", "--clock", "time-link", "--json"];
    const { code, out } = await desk.run(words);
    expect([code, documentOf(out)]).toMatchObject([
      1,
      {
        verdict: "invalid",
        failureClass: "register.linearizable/register:linearizable",
        plan: { runtime: "process", options: { realTime: { clock: "time-link" } } },
      },
    ]);
  });

  test("explore goes on to the first violation, ends what runs beside it, and keeps no run that it has cut short itself", async () => {
    using desk = new Desk();
    const words = ["explore", tiny, ...small, "--bug", "forgetful", "--nemesis", "none", "--duration", "2s", "--seeds", "3", "--workers", "3", "--json"];
    const { code, out } = await desk.run(words);
    expect([code, documentOf(out)]).toMatchObject([1, { verdict: "invalid", runCount: 1, failures: [{ verdict: "invalid" }] }]);
    expect(runsIn(desk).length).toBeGreaterThan(0);
    for (const id of runsIn(desk)) expect(documentOf((await desk.run(["check", id, "--json"])).out)).toMatchObject({ ending: "completed" });
  });

  test("bugs stop at what they look for and keep the run that shows it", async () => {
    using desk = new Desk();
    const { code, out } = await desk.run(["bugs", tiny, "--bug", "forgetful", "--runtime", "process", "--workers", "1"]);
    expect([code, out]).toEqual([0, expect.stringContaining("1 of 1 planted bug found")]);
    expect(documentOf((await desk.run(["check", "latest", "--json"])).out)).toMatchObject({ verdict: "invalid", plan: { bug: "forgetful" } });
  });
});

describe("a campaign in processes", () => {
  test("shows cells and planted bugs of each system, on the page and in documents of their own", async () => {
    using desk = new Desk();
    const { code, out } = await desk.run(["campaign", "--systems", tiny, "--runtime", "process", "--time", "18s", "--workers", "2", "--json"]);
    const document = documentOf(out);
    expect([code, document]).toMatchObject([0, { verdict: "valid", bugs: [{ name: "forgetful", isFound: true, system: "tiny default in processes" }] }]);
    const cells = document["cells"] as readonly { readonly key: string; readonly runtime: string; readonly runCount: number; readonly verdict: string }[];
    expect(cells.length).toBeGreaterThan(0);
    for (const cell of cells) expect(cell).toMatchObject({ runtime: "process", runCount: expect.any(Number), invalidCount: 0 });
    const path = join(desk.directory, ".faultline", "campaigns", String(document["id"]));
    expect(readdirSync(path).toSorted()).toEqual(["campaign.json", "index.html", "process.json"]);
    expect(readFileSync(join(path, "index.html"), "utf8")).toContain("tiny default in processes");
  });
});

describe.skipIf(process.platform !== "linux")("a harness in trouble (processes are counted in /proc)", () => {
  const words = ["run", tiny, ...small, "--nemesis", "none", "--duration", "5m", "--json"];

  test("ends at Ctrl-C with 130, leaves no process, and says how to judge the half history", async () => {
    using desk = new Desk();
    const { child, out } = harness(desk, words.slice(0, -1));
    await expect.poll(() => recorded(desk), { timeout: 30_000 }).toBeGreaterThan(20);
    const nodes = nodesOf(child.pid);
    expect(nodes).toHaveLength(3);
    child.kill("SIGINT");
    expect(await once(child, "close")).toEqual([130, null]);
    const [id = ""] = runsIn(desk);
    expect(out()).toContain(`check ${id}`);
    expect(nodes.filter(isAlive)).toEqual([]);
    const checked = await desk.run(["check", id, "--json"]);
    expect([checked.code, documentOf(checked.out)]).toMatchObject([2, { verdict: "unknown", ending: "interrupted" }]);
  });

  test("ends at a second Ctrl-C at once, and its nodes with it", async () => {
    using desk = new Desk();
    const { child, err } = harness(desk, words);
    await expect.poll(() => recorded(desk), { timeout: 30_000 }).toBeGreaterThan(20);
    const nodes = nodesOf(child.pid);
    child.kill("SIGINT");
    await expect.poll(err).toContain("interrupted");
    child.kill("SIGINT");
    expect(await once(child, "close")).toEqual([130, null]);
    await expect.poll(() => nodes.filter(isAlive), { timeout: 10_000 }).toEqual([]);
  });

  test.each(["SIGTERM", "SIGHUP"] as const)("heals at %s, however often it comes: supervisors tell every process of a group", async (signal) => {
    using desk = new Desk();
    const { child, err, out } = harness(desk, words.slice(0, -1));
    await expect.poll(() => recorded(desk), { timeout: 30_000 }).toBeGreaterThan(20);
    const nodes = nodesOf(child.pid);
    child.kill(signal);
    await expect.poll(err).toContain("interrupted");
    child.kill(signal);
    expect(await once(child, "close")).toEqual([130, null]);
    const [id = ""] = runsIn(desk);
    expect(out()).toContain(`check ${id}`);
    expect(nodes.filter(isAlive)).toEqual([]);
  });

  test("that is killed leaves a half history that is judged, told, and never valid; paused nodes are ended by the next start", async () => {
    using desk = new Desk();
    const { child } = harness(desk, words);
    await expect.poll(() => recorded(desk), { timeout: 30_000 }).toBeGreaterThan(20);
    const nodes = nodesOf(child.pid);
    // A node that is stopped does not see the end of its harness.
    const [stopped = 0, ...others] = nodes;
    process.kill(stopped, "SIGSTOP");
    onTestFinished(() => void spawnSync("kill", ["-9", String(stopped)]));
    child.kill("SIGKILL");
    await once(child, "close");
    await expect.poll(() => others.filter(isAlive), { timeout: 10_000 }).toEqual([]);
    expect((await desk.run(["list"])).out).toMatch(/-tiny {2}cut off: not judged/);

    const checked = await desk.run(["check", "latest", "--json"]);
    expect([checked.code, documentOf(checked.out)]).toMatchObject([2, { verdict: "unknown", ending: "interrupted", why: expect.stringContaining("cut off") }]);
    expect((await desk.run(["report", "latest"])).out).toContain("cut off");

    const next = await desk.run(["run", tiny, ...small, "--nemesis", "none", "--duration", "1s"]);
    expect([next.code, next.err]).toEqual([0, expect.stringContaining("note: cleaned up after 1 run that was cut off: ")]);
    expect(isAlive(stopped)).toBe(false);
  });
});
