// One stored run: a folder that can be checked, replayed and reported long after the run. For `store.ts` and whoever reads runs.
import { existsSync, lstatSync, rmSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "./errors.ts";
import { HistoryWriter, readHistory, writeHistory, type StoredHistory } from "./history-file.ts";
import type { Json, JsonObject } from "./json.ts";
import { parsePlan, planHash } from "./parse-plan.ts";
import type { Plan } from "./plan.ts";
import type { RunEnding, RunResult, RunStatistics } from "./run.ts";
import type { LogLine } from "./runtime.ts";
import { makeDirectory, parseDocument, readDocument, writeAtomically } from "./store-files.ts";
import { fileNameFor } from "./store-names.ts";
import type { Verdict } from "./verdict.ts";

/** `verdict.json`: what was judged, and what a report needs beside the history. */
export interface VerdictDocument extends Verdict {
  readonly schema: "faultline/verdict/1";
  readonly failureClass: string | null;
  readonly ending: RunEnding;
  readonly run: RunStatistics;
}

export function verdictDocument(result: RunResult): VerdictDocument {
  const { verdict, failureClass, ending, statistics } = result;
  return { schema: "faultline/verdict/1", ...verdict, failureClass, ending, run: statistics };
}

/** `running.json`: there while a run in real time is under way. If its owner is gone, the run was cut off. */
export interface RunningDocument {
  readonly schema: "faultline/running/1";
  /** Which process runs it, in the words of whoever asks whether it still lives. */
  readonly owner: JsonObject;
}

/** Files of one run. Every write is whole or not at all; errors are those of `writeAtomically`. */
export class RunFolder {
  readonly id: string;
  readonly path: string;

  constructor(id: string, path: string) {
    this.id = id;
    this.path = path;
  }

  get historyPath(): string {
    return join(this.path, "history.jsonl");
  }

  get reportPath(): string {
    return join(this.path, "report.html");
  }

  writePlan(plan: Plan): void {
    this.#writeJson("plan.json", plan);
  }

  /** The plan as it was before it was made smaller. */
  writeOriginalPlan(plan: Plan): void {
    this.#writeJson("original-plan.json", plan);
  }

  /** For runs in real time: the history is written while it happens, and with it what was asked and who runs it. */
  openHistory(plan: Plan, owner: JsonObject): HistoryWriter {
    const running: RunningDocument = { schema: "faultline/running/1", owner };
    this.#writeJson("running.json", running);
    this.writePlan(plan);
    this.#writeJson("asked-plan.json", plan);
    return new HistoryWriter(this.historyPath, { planHash: planHash(plan) });
  }

  /** Undefined once the run has ended by itself. @throws UsageError if it is broken */
  readRunning(): RunningDocument | undefined {
    const text = readDocument(join(this.path, "running.json"));
    if (text === undefined) return undefined;
    // The one decode boundary of running.json: its owner is looked at by whoever knows what an owner is.
    return parseDocument(text, join(this.path, "running.json")) as RunningDocument;
  }

  /** The run has ended. Idempotent. */
  writeEnded(): void {
    rmSync(join(this.path, "running.json"), { force: true });
  }

  /**
   * Everything of a finished run; the verdict goes last, so that a folder with a verdict is complete.
   * @param hasHistory true if `openHistory` has written it
   */
  writeResult(result: RunResult, { hasHistory }: { readonly hasHistory: boolean }): void {
    this.writePlan(result.plan);
    if (!hasHistory) writeHistory(this.historyPath, result.history, { planHash: planHash(result.plan) });
    // A runtime in real time has written whole logs as the run went; here is only their end.
    this.writeLogs(hasHistory ? result.logs.filter(({ node }) => !existsSync(this.#logPath(node))) : result.logs);
    this.writeVerdict(verdictDocument(result));
    this.writeEnded();
  }

  /** `logs/NODE.log`: one line a message, times in seconds since the start of the run. */
  writeLogs(lines: readonly LogLine[]): void {
    const byNode = Map.groupBy(lines, (line) => line.node);
    if (byNode.size > 0) makeDirectory(join(this.path, "logs"));
    for (const [node, own] of byNode) writeAtomically(this.#logPath(node), own.map(logText).join(""));
  }

  /** JSON lines after a header with the schema. */
  writeTrace(entries: Iterable<Json>): void {
    const lines = [JSON.stringify({ schema: "faultline/trace/1" })];
    for (const entry of entries) lines.push(JSON.stringify(entry));
    writeAtomically(join(this.path, "trace.jsonl"), `${lines.join("\n")}\n`);
  }

  writeVerdict(document: VerdictDocument): void {
    this.#writeJson("verdict.json", document);
  }

  writeReport(html: string): void {
    writeAtomically(this.reportPath, html);
  }

  /** @throws UsageError if it is missing or broken */
  readPlan(): Plan {
    return parsePlan(this.#readJson("plan.json"), join(this.path, "plan.json"));
  }

  /**
   * Whether a history with this hash in its header belongs here: to the plan, or to the plan as it was asked while the history was
   * written, if the plan of today is that one with the script that was drawn.
   */
  isOwnHistory(hash: string): boolean {
    const plan = this.readPlan();
    if (planHash(plan) === hash) return true;
    if (!existsSync(join(this.path, "asked-plan.json"))) return false;
    const asked = parsePlan(this.#readJson("asked-plan.json"), join(this.path, "asked-plan.json"));
    return planHash(asked) === hash && planHash(withoutScript(asked)) === planHash(withoutScript(plan));
  }

  /** @throws UsageError as `readHistory` does, and for a link: a bundle from elsewhere must not show files of this machine */
  async readHistory(): Promise<StoredHistory> {
    if (lstatSync(this.historyPath, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
      throw new UsageError("unreadable-file", `${this.historyPath} cannot be read: it is a link.`, "Put the file itself there.");
    }
    return await readHistory(this.historyPath);
  }

  /** Undefined as long as the run was not judged. @throws UsageError for another schema */
  readVerdict(): VerdictDocument | undefined {
    const path = join(this.path, "verdict.json");
    const text = readDocument(path);
    if (text === undefined) return undefined;
    const value = parseDocument(text, path);
    const isOurs = typeof value === "object" && value !== null && "schema" in value && value.schema === "faultline/verdict/1" && "verdict" in value;
    if (!isOurs) throw new UsageError("unknown-schema", `${path} does not have the schema "faultline/verdict/1".`, "Judge the run again: faultline check RUN.");
    // The one decode boundary of verdict.json; it is only shown, and can be made anew from the history at any time.
    return value as unknown as VerdictDocument;
  }

  #logPath(node: string): string {
    return join(this.path, "logs", `${fileNameFor(node)}.log`);
  }

  #writeJson(name: string, value: { readonly schema: string }): void {
    writeAtomically(join(this.path, name), `${JSON.stringify(value, null, 2)}\n`);
  }

  #readJson(name: string): unknown {
    const path = join(this.path, name);
    const text = readDocument(path);
    if (text === undefined)
      throw new UsageError("no-such-file", `The run ${this.id} has no ${name}.`, "Name another run; `faultline list` shows the stored ones.");
    return parseDocument(text, path);
  }
}

function withoutScript({ script: _drawn, ...plan }: Plan): Plan {
  return plan;
}

function logText({ timeNs, incarnation, level, message, data }: LogLine): string {
  const seconds = (timeNs / 1e9).toFixed(6).padStart(12);
  const rest = data === undefined ? "" : ` ${JSON.stringify(data)}`;
  // A message is one line, whatever is in it, so that no node can fake a line of its own log.
  return `${seconds} #${incarnation} ${level.padEnd(5)} ${JSON.stringify(message).slice(1, -1)}${rest}\n`;
}
