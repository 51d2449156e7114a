// Every benchmark, one after the other, or those that are named: `npm run bench -- simulation proxy`. Prints their tables; with
// `--write` puts them into docs/benchmarks.md as well, with the date and the machine. Fails (exit 1) if one misses a goal.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, platform, release, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";

const repository = fileURLToPath(new URL("..", import.meta.url));

const benchmarks: readonly { readonly file: string; readonly title: string; readonly text: string }[] = [
  {
    file: "linearizability.bench.ts",
    title: "Linearizability: against Porcupine's search",
    text: "The plain port does what Porcupine does (Wing and Gong, Lowe, Horn and Kroening), on typed arrays, and none of our reductions. Both take turns in one process. Ours replays the certificate of every valid history within its time; neither looks for a witness. Recorded histories are the test data of Porcupine and Knossos; they are not part of this repository, and a machine without them measures only the simulated ones.",
  },
  {
    file: "large-histories.bench.ts",
    title: "Linearizability: large histories",
    text: "From the operations in memory to the verdict with its replayed linearization, or with its minimal witness and explanation. Every case in a process of its own, the best and the median of three; the peak includes the history itself.",
  },
  {
    file: "simulation.bench.ts",
    title: "Simulation",
    text: "Per second of processor time of all threads, warm, the best of several parts.",
  },
  {
    file: "runner.bench.ts",
    title: "Runner",
    text: "The runner alone in real time: generator, clients that answer at once, recorder, history file; nothing is judged.",
  },
  {
    file: "process.bench.ts",
    title: "Runs in processes",
    text: "The key-value store on three nodes, every link behind its proxy, fsync on, no faults; harness and nodes share the cores.",
  },
  { file: "history.bench.ts", title: "History files", text: "A million events written and read." },
  {
    file: "proxy.bench.ts",
    title: "Proxy",
    text: "Toxic machinery in place, none active, against a direct connection in the same run. Client, proxy and server are processes of their own, so on two cores the clock measures their struggle for them too; the goals of throughput are judged by the processor time of the proxy.",
  },
  { file: "shrink.bench.ts", title: "Shrinking", text: "Every planted bug found by the default search and made small." },
];

const isWriting = process.argv.includes("--write");
const names = process.argv.slice(2).filter((argument) => !argument.startsWith("-"));
const page = join(repository, "docs", "benchmarks.md");
const [processor] = cpus();
const machine = `${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores (${processor?.model.trim() ?? "unknown"}), ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${platform()} ${release()}, Node ${process.versions.node}`;
/** By title; those that are not run now stay as they were. */
const sections = sectionsOf(existsSync(page) ? readFileSync(page, "utf8") : "");
for (const { file, title, text } of benchmarks) {
  if (names.length > 0 && !names.some((name) => file.startsWith(name))) continue;
  console.log(`\n## ${title}`);
  const output = await run(file);
  sections.set(title, `${text}\n\n\`node bench/${file}\`, ${machine}\n\n${asMarkdown(output)}`);
}
if (isWriting) writeFileSync(page, pageOf(sections));

function sectionsOf(text: string): Map<string, string> {
  const found = text.split(/^## /m).slice(1);
  return new Map(found.map((section) => [section.slice(0, section.indexOf("\n")), section.slice(section.indexOf("\n")).trim()]));
}

async function run(file: string): Promise<string> {
  const child = execa(process.execPath, [join("bench", file)], { cwd: repository, reject: false, stdout: ["pipe", "inherit"], stderr: "inherit" });
  const { stdout, exitCode } = await child;
  if (exitCode !== 0) process.exitCode = 1;
  return stdout;
}

/** Tables stay tables; what is printed in columns keeps them. */
function asMarkdown(output: string): string {
  const text = output.trim();
  return /^\|/m.test(text) ? text : `\`\`\`text\n${text}\n\`\`\``;
}

function pageOf(all: ReadonlyMap<string, string>): string {
  const head = [
    "# Benchmarks",
    "Written by `npm run bench -- --write`. Other work shares the cores of the machine, so the minimum of many repeats is the figure to look at, and ratios are taken within one run. A line with `MISSED` does not reach its goal; the command then ends with exit code 1.",
  ];
  const body = benchmarks.flatMap(({ title }) => (all.has(title) ? [`## ${title}\n\n${all.get(title) ?? ""}`] : []));
  return `${[...head, ...body].join("\n\n")}\n`;
}
