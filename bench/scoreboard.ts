// Measures the tester on its planted bugs and the correct systems on many seeds, and writes docs/scoreboard.md.
// `node bench/scoreboard.ts [--correct 100000] [--bug-seeds 20000] [--bug-ms 60000] [--finds 20] [--systems kv,counter]`
// One worker a core. A bug is searched until it was found so often, or its seeds or its time on one core are used up.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { loadSystem, shippedSystems } from "../cli/registry.ts";
import { defaultNemeses } from "../harness/search.ts";
import { scoreboardMarkdown } from "../harness/scoreboard-markdown.ts";
import { scoreRow, type SearchRecord } from "../harness/scoreboard.ts";
import type { System } from "../harness/system.ts";

export interface Task {
  readonly system: string;
  readonly variant: string;
  readonly bug: string | null;
  readonly seedBase: string;
  readonly from: number;
  readonly seeds: number;
  /** Bugs only: stop after so many finds or so long. */
  readonly finds: number;
  readonly timeMs: number;
}

export type Answer = Pick<SearchRecord, "runs" | "shrunk"> & { readonly alarms: readonly string[] };

const { values } = parseArgs({
  options: {
    correct: { type: "string", default: "100000" },
    "bug-seeds": { type: "string", default: "20000" },
    "bug-ms": { type: "string", default: "60000" },
    finds: { type: "string", default: "20" },
    systems: { type: "string", default: shippedSystems.join(",") },
    "seed-base": { type: "string", default: "scoreboard" },
    output: { type: "string", default: "docs/scoreboard.md" },
  },
});
const chunk = 2_000;
const seedBase = values["seed-base"];

const systems = await Promise.all(values.systems.split(",").map(async (name) => (await loadSystem(name, { directory: process.cwd() })).system));
const records = await Promise.all(
  tasksOf(systems)
    .map(({ head, parts }) => ({ head, parts }))
    .map(asRecord(pool(availableParallelism()))),
);
const command = `node bench/scoreboard.ts --correct ${values.correct} --bug-seeds ${values["bug-seeds"]} --bug-ms ${values["bug-ms"]} --finds ${values.finds}`;
const commit = execFileSync("git", ["rev-parse", "--short=12", "HEAD"], { encoding: "utf8" }).trim();
const page = scoreboardMarkdown(records.map(scoreRow), { commit, nodeVersion: process.version, command, seedBase });
writeFileSync(
  values.output,
  `${page.replace("# Scoreboard\n", `# Scoreboard\n\n${new Date().toISOString().slice(0, 10)}, ${availableParallelism()} cores.\n`).trimEnd()}\n\n${keptPart()}`,
);
process.stdout.write(page);
process.exit(0);

/** What others wrote behind the mark: remarks, and the tables of real time. */
function keptPart(): string {
  const mark = "<!-- Kept when the part above is generated anew. -->";
  const before = existsSync(values.output) ? readFileSync(values.output, "utf8") : "";
  const start = before.indexOf(mark);
  return start < 0 ? `${mark}\n` : before.slice(start);
}

interface Row {
  readonly head: Omit<SearchRecord, "runs" | "shrunk">;
  readonly parts: readonly Task[];
}

function tasksOf(all: readonly System[]): Row[] {
  const nemeses = defaultNemeses.join(", ");
  const bugs = all.flatMap((system) =>
    system.bugs.map((bug): Row => {
      const task = {
        system: system.name,
        variant: bug.variant,
        bug: bug.name,
        seedBase,
        from: 0,
        seeds: Number(values["bug-seeds"]),
        finds: Number(values.finds),
        timeMs: Number(values["bug-ms"]),
      };
      return { head: { system: system.name, variant: bug.variant, runtime: "simulation", nemeses, bug }, parts: [task] };
    }),
  );
  const correct = all.flatMap((system) =>
    system.variants.map(({ name }): Row => {
      const total = Math.ceil(Number(values.correct) / system.variants.length);
      const starts = Array.from({ length: Math.ceil(total / chunk) }, (_, index) => index * chunk);
      const parts = starts.map((from) => ({
        system: system.name,
        variant: name,
        bug: null,
        seedBase,
        from,
        seeds: Math.min(chunk, total - from),
        finds: Infinity,
        timeMs: Infinity,
      }));
      return { head: { system: system.name, variant: name, runtime: "simulation", nemeses }, parts };
    }),
  );
  return [...bugs, ...correct];
}

function asRecord(run: (task: Task) => Promise<Answer>): (row: Row) => Promise<SearchRecord> {
  return async ({ head, parts }) => {
    const answers = await Promise.all(parts.map(run));
    for (const alarm of answers.flatMap((answer) => answer.alarms)) process.stderr.write(`ALARM ${head.system} ${head.variant}: ${alarm}\n`);
    const record = { ...head, runs: answers.flatMap((answer) => answer.runs), shrunk: answers.flatMap((answer) => answer.shrunk) };
    const finds = record.runs.filter((one) => one.isFound).length;
    process.stderr.write(`${head.system} ${head.variant} ${head.bug?.name ?? "correct"}: ${finds} of ${record.runs.length}\n`);
    return record;
  };
}

/** Tasks in order, each on the first idle worker. */
function pool(size: number): (task: Task) => Promise<Answer> {
  const idle = Array.from({ length: size }, () => new Worker(new URL("./scoreboard-worker.ts", import.meta.url)));
  const waiting: { readonly task: Task; readonly resolve: (answer: Answer) => void; readonly reject: (error: unknown) => void }[] = [];
  const next = (): void => {
    const worker = idle.pop();
    const job = worker === undefined ? undefined : waiting.shift();
    if (worker === undefined) return;
    if (job === undefined) return void idle.push(worker);
    worker.once("error", job.reject);
    worker.once("message", (answer: Answer) => {
      worker.off("error", job.reject);
      idle.push(worker);
      job.resolve(answer);
      next();
    });
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker, not a window
    worker.postMessage(job.task);
  };
  return (task) =>
    new Promise((resolve, reject) => {
      waiting.push({ task, resolve, reject });
      next();
    });
}
