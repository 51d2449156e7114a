// Logs of a stored run, read back from `logs/NODE.log`, as `store-run.ts` wrote them. For pages that are made anew.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { LogLine } from "../harness/runtime.ts";
import type { RunFolder } from "../harness/store-run.ts";

const pattern = /^\s*(\d+\.\d+) #(\d+) (debug|info|warn|error)\s+(.*)$/;

/** Of each node: its log may be long, and a page shows what came last. */
const linesPerNode = 500;

/** The newest of each node, in order of time. Data stays part of the message; lines that are not ours are left out. */
export function storedLogs(folder: RunFolder): readonly LogLine[] {
  const directory = join(folder.path, "logs");
  const names = existsSync(directory) ? readdirSync(directory).filter((name) => name.endsWith(".log")) : [];
  return names
    .toSorted()
    .flatMap((name) => linesOf(readFileSync(join(directory, name), "utf8"), name.replace(/\.log$/, "")).slice(-linesPerNode))
    .toSorted((a, b) => a.timeNs - b.timeNs);
}

function linesOf(text: string, node: string): LogLine[] {
  return text.split("\n").flatMap((line) => {
    const [, seconds, incarnation, level, message] = pattern.exec(line) ?? [];
    if (message === undefined || !isLevel(level)) return [];
    return { timeNs: Math.round(Number(seconds) * 1e9), node, incarnation: Number(incarnation), level, message };
  });
}

function isLevel(word: string | undefined): word is LogLine["level"] {
  return word === "debug" || word === "info" || word === "warn" || word === "error";
}
