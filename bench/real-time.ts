// Long runs of the correct systems in real time, one for each nemesis, several at once, through the command line as a user would.
// `node bench/real-time.ts --runtime process --seconds 60 --parallel 4 [--systems kv,counter] [--nemeses kill,pause] [--write]`
// With `--bugs` the planted bugs instead, each searched for at most `--seconds`. `--write` puts the table into docs/scoreboard.md.
// Fails (exit 1) if any claim of a correct system is violated.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadSystem, shippedSystems } from "../cli/registry.ts";
import type { JsonObject } from "../harness/json.ts";
import { nemeses } from "../nemesis/index.ts";

const { values } = parseArgs({
  options: {
    runtime: { type: "string", default: "process" },
    seconds: { type: "string", default: "60" },
    parallel: { type: "string", default: "4" },
    systems: { type: "string", default: shippedSystems.join(",") },
    nemeses: { type: "string", default: nemeses.map(({ name }) => name).join(",") },
    rate: { type: "string", default: "50" },
    seed: { type: "string", default: "scoreboard" },
    store: { type: "string" },
    bugs: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});

interface Job {
  readonly system: string;
  readonly variant: string;
  readonly workload: string;
  readonly nemesis: string;
}

interface Row extends Job {
  readonly verdict: string;
  readonly why: string;
  readonly ok: number;
  readonly other: number;
  readonly effective: number;
  readonly injected: number;
  readonly skipped: readonly string[];
  readonly held: readonly string[];
  readonly elapsedSeconds: number;
}

const command = fileURLToPath(new URL("../cli/main.ts", import.meta.url));
const page = fileURLToPath(new URL("../docs/scoreboard.md", import.meta.url));
const store = values.store ?? mkdtempSync(join(tmpdir(), "faultline-real-time-"));

/** Variants and workloads take turns, so that the nemeses together meet all of them. */
async function jobs(): Promise<readonly Job[]> {
  const found: Job[] = [];
  for (const name of values.systems.split(",")) {
    const { system } = await loadSystem(name, { directory: process.cwd() });
    const pairs = system.variants.flatMap((variant) => variant.workloads.map((workload) => ({ variant: variant.name, workload })));
    for (const [index, nemesis] of values.nemeses.split(",").entries()) {
      const pair = pairs[index % pairs.length];
      if (pair !== undefined) found.push({ system: name, nemesis, ...pair });
    }
  }
  return found;
}

async function run(job: Job): Promise<Row> {
  const start = performance.now();
  const flags = ["--variant", job.variant, "--workload", job.workload, "--nemesis", job.nemesis, "--seed", `${values.seed}-${job.nemesis}`];
  const size = ["--duration", `${values.seconds}s`, "--nodes", "3", "--clients", "5", "--rate", values.rate, "--shrink-time", "0"];
  const words = [command, "run", job.system, ...flags, ...size, "--runtime", values.runtime, "--store", store, "--json"];
  const { output, complaint } = await outputOf(words);
  const elapsedSeconds = (performance.now() - start) / 1_000;
  return { ...job, ...figures(output, complaint), elapsedSeconds };
}

async function outputOf(words: readonly string[]): Promise<{ readonly output: string; readonly complaint: string }> {
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "pipe"] });
  const [output, complaint]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => complaint.push(chunk));
  await new Promise<void>((resolve) => child.once("close", () => resolve()));
  return { output: Buffer.concat(output).toString(), complaint: Buffer.concat(complaint).toString() };
}

function figures(output: string, complaint: string): Omit<Row, keyof Job | "elapsedSeconds"> {
  const none = { ok: 0, other: 0, effective: 0, injected: 0, skipped: [], held: [] };
  try {
    // Our own document, versioned.
    const document = JSON.parse(output) as { verdict: string | null; why?: string; claims?: { id: string; verdict: string }[]; statistics?: JsonObject };
    const statistics = document.statistics ?? {};
    // As `RunStatistics` has them.
    const faults = Object.entries((statistics["faults"] ?? {}) as Record<string, { injectedCount: number; effectiveCount: number; skippedCount: number }>);
    const sum = (count: (entry: { injectedCount: number; effectiveCount: number; skippedCount: number }) => number): number =>
      faults.reduce((total, [, entry]) => total + count(entry), 0);
    return {
      verdict: document.verdict ?? "none",
      why: document.why ?? complaint.split("\n")[0] ?? "",
      ok: Number(statistics["okCount"] ?? 0),
      other: Number(statistics["failCount"] ?? 0) + Number(statistics["infoCount"] ?? 0),
      effective: sum(({ effectiveCount }) => effectiveCount),
      injected: sum(({ injectedCount }) => injectedCount),
      skipped: faults.filter(([, { skippedCount }]) => skippedCount > 0).map(([kind]) => kind),
      held: (document.claims ?? []).filter(({ verdict }) => verdict === "valid").map(({ id }) => id),
    };
  } catch {
    return { ...none, verdict: "crashed", why: complaint.trim().split("\n").slice(-3).join(" ") };
  }
}

function table(rows: readonly Row[]): string {
  const header = "| System | Variant | Workload | Nemesis | Verdict | Operations ok / other | Faults effective / injected | Claims exercised and kept |";
  const lines = rows.map(
    ({ system, variant, workload, nemesis, verdict, ok, other, effective, injected, held, skipped }) =>
      `| ${system} | ${variant} | ${workload} | ${nemesis} | ${verdict} | ${ok} / ${other} | ${effective} / ${injected}${skipped.length > 0 ? ` (skipped: ${skipped.join(", ")})` : ""} | ${held.join(", ")} |`,
  );
  return [header, "| --- | --- | --- | --- | --- | --- | --- | --- |", ...lines].join("\n");
}

function write(text: string): void {
  const marker = (end: string): string => `<!-- ${end} of real time: ${values.runtime}${values.bugs ? ", bugs" : ""} -->`;
  const section = `${marker("begin")}\n${text}\n${marker("end")}`;
  const before = readFileSync(page, "utf8");
  const [from, to] = [before.indexOf(marker("begin")), before.indexOf(marker("end"))];
  const after = from < 0 ? `${before.trimEnd()}\n\n${section}\n` : `${before.slice(0, from)}${section}${before.slice(to + marker("end").length)}`;
  writeFileSync(page, after);
}

interface BugRow {
  readonly system: string;
  readonly bug: string;
  readonly difficulty: string;
  readonly isFound: boolean;
  readonly runs: number;
  readonly elapsedSeconds: number;
}

/** The default search for one bug, as a user would start it. */
async function search(system: string, bug: string, difficulty: string): Promise<BugRow> {
  const start = performance.now();
  const flags = ["--bug", bug, "--runtime", values.runtime, "--time", `${values.seconds}s`, "--workers", "1", "--seed", values.seed];
  const { output } = await outputOf([command, "bugs", system, ...flags, "--store", store, "--json"]);
  const elapsedSeconds = (performance.now() - start) / 1_000;
  try {
    // Our own document, versioned.
    const { foundCount, runCount } = JSON.parse(output) as { foundCount: number; runCount: number };
    return { system, bug, difficulty, isFound: foundCount > 0, runs: runCount, elapsedSeconds };
  } catch {
    return { system, bug, difficulty, isFound: false, runs: 0, elapsedSeconds };
  }
}

const where = values.runtime === "container" ? "containers" : "processes";
const conditions = `${values.parallel} at once on two cores: \`node bench/real-time.ts --runtime ${values.runtime} --seconds ${values.seconds} --parallel ${values.parallel}${values.bugs ? " --bugs" : ""} --write\``;
const today = new Date().toISOString().slice(0, 10);

/** All of `waiting`, so many at once. */
async function each<T>(waiting: T[], action: (job: T) => Promise<void>): Promise<void> {
  const worker = async (): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) await action(job);
  };
  await Promise.all(Array.from({ length: Number(values.parallel) }, () => worker()));
}

async function correctSystems(): Promise<string> {
  const rows: Row[] = [];
  await each([...(await jobs())], async (job) => {
    const row = await run(job);
    rows.push(row);
    const { system, nemesis, verdict, why, ok, elapsedSeconds } = row;
    process.stderr.write(`${system} ${nemesis}: ${verdict} (${ok} ok, ${elapsedSeconds.toFixed(0)} s) ${verdict === "valid" ? "" : why}\n`);
  });
  rows.sort((a, b) => a.system.localeCompare(b.system) || a.nemesis.localeCompare(b.nemesis));
  if (rows.some(({ verdict }) => verdict !== "valid" && verdict !== "unknown")) process.exitCode = 1;
  const count = (word: string): number => rows.filter(({ verdict }) => verdict === word).length;
  const title = `## Correct systems in ${where}, ${values.seconds} s under each nemesis`;
  const summary = `${rows.length} runs: ${count("valid")} valid, ${count("invalid")} invalid, ${count("unknown")} unknown. ${today}, three nodes, five clients, ${values.rate} operations a second asked for, ${conditions}.`;
  const unknown = rows.filter(({ verdict }) => verdict === "unknown").map(({ system, nemesis, why }) => `- ${system} under ${nemesis}: ${why}`);
  return [title, summary, ...(unknown.length > 0 ? [`Undecided:\n\n${unknown.join("\n")}`] : []), table(rows)].join("\n\n");
}

async function plantedBugs(): Promise<string> {
  const rows: BugRow[] = [];
  const waiting: [string, string, string][] = [];
  for (const name of values.systems.split(",")) {
    const { system } = await loadSystem(name, { directory: process.cwd() });
    for (const { name: bug, difficulty } of system.bugs) waiting.push([name, bug, difficulty]);
  }
  await each(
    waiting.toSorted((a, b) => a[2].localeCompare(b[2])),
    async ([system, bug, difficulty]) => {
      const row = await search(system, bug, difficulty);
      rows.push(row);
      process.stderr.write(`${system} ${bug}: ${row.isFound ? "found" : "not found"} (${row.runs} runs, ${row.elapsedSeconds.toFixed(0)} s)\n`);
    },
  );
  rows.sort((a, b) => a.system.localeCompare(b.system) || a.bug.localeCompare(b.bug));
  const found = rows.filter(({ isFound }) => isFound).length;
  const title = `## Planted bugs in ${where}, at most ${values.seconds} s each`;
  const summary = `${found} of ${rows.length} found by the claim that must accuse them. ${today}, ${conditions}.`;
  const lines = rows.map(
    ({ system, bug, difficulty, isFound, runs, elapsedSeconds }) =>
      `| ${bug} | ${system} | ${difficulty} | ${isFound ? "found" : "not found"} | ${runs} | ${elapsedSeconds.toFixed(0)} |`,
  );
  return [title, summary, ["| Bug | System | Difficulty | | Runs | Seconds |", "| --- | --- | --- | --- | --- | --- |", ...lines].join("\n")].join("\n\n");
}

const text = values.bugs ? await plantedBugs() : await correctSystems();
process.stdout.write(`${text}\n`);
if (values.write) write(text);
if (values.store === undefined && process.exitCode === undefined) rmSync(store, { recursive: true, force: true });
else process.stderr.write(`runs are kept in ${store}\n`);
