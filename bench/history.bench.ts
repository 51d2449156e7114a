// Writes and reads a history of a million events and prints what it cost. `node bench/history.bench.ts [events]`
// Fails (exit 1) above the limits of the contract: 4 s and 600 MB of resident memory for reading a million events.
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker, isMainThread, workerData } from "node:worker_threads";
import { HistoryWriter, readHistory } from "../harness/history-file.ts";

const eventCount = Number(process.argv[2] ?? 1_000_000);
const clientCount = 50;
const limits = { readMs: (eventCount / 1_000_000) * 4_000, residentBytes: 600 * 1024 * 1024 };

if (isMainThread) await main();
else write(String(workerData));

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "faultline-bench-"));
  try {
    const path = join(directory, "history.jsonl");
    // In a thread of its own, so that its garbage does not count as memory of the reader.
    const writeMs = await timed(
      () =>
        new Promise<void>((resolve, reject) => {
          new Worker(new URL(import.meta.url), { workerData: path, argv: [String(eventCount)] }).on("exit", () => resolve()).on("error", reject);
        }),
    );
    const before = process.memoryUsage().rss;
    let operationCount = 0;
    const start = performance.now();
    const { history } = await readHistory(path);
    const readMs = performance.now() - start;
    const resident = process.memoryUsage().rss;
    const peak = process.resourceUsage().maxRSS * 1024;
    const pairMs = await timed(() => Promise.resolve((operationCount = history.operations.length)));
    console.log(`events            ${history.length} (${megabytes(statSync(path).size)})`);
    console.log(`write             ${writeMs.toFixed(0)} ms`);
    console.log(`read              ${readMs.toFixed(0)} ms (limit ${limits.readMs.toFixed(0)} ms)`);
    console.log(
      `resident memory   ${megabytes(before)} before, ${megabytes(resident)} after, peak ${megabytes(peak)} (limit ${megabytes(limits.residentBytes)})`,
    );
    console.log(`pair operations   ${pairMs.toFixed(0)} ms for ${operationCount}`);
    if (readMs > limits.readMs || peak > limits.residentBytes || history.length !== eventCount) process.exitCode = 1;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(0)} MB`;
}

function write(path: string): void {
  const writer = new HistoryWriter(path, { planHash: "bench" });
  for (let index = 0; index < eventCount; index++) {
    const client = (index >> 1) % clientCount;
    const isInvocation = index % 2 === 0;
    const isRead = (index >> 1) % 3 === 0;
    const value = isInvocation ? { key: `key-${index % 7}`, ...(isRead ? {} : { value: `${client}.${index}` }) } : isRead ? `${client}.${index - 40}` : null;
    writer.append({
      index,
      timeNs: index * 1_000 + 17,
      process: client,
      type: isInvocation ? "invoke" : "ok",
      f: isRead ? "read" : "write",
      node: `n${(client % 5) + 1}`,
      phase: "faults",
      value,
    });
  }
  writer.close();
}
