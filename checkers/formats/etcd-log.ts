// The etcd logs of Jepsen that Porcupine tests with: lines `INFO  jepsen.util - PROCESS :TYPE :F VALUE`.
import type { History } from "../../harness/history.ts";
import type { JsonObject } from "../../harness/json.ts";
import type { RegisterInput, RegisterOutput } from "../linearizability/models/register.ts";
import { Recording, brokenHistory, completeLines } from "./recording.ts";
import type { FailedCas, ForeignEvent } from "./recording.ts";

/** All operations of such a file are on one register; this is its key. */
const key = "register";
const eventLine = /^INFO\s+jepsen\.util - (\d+)\s+:(invoke|ok|fail|info)\s+:(read|write|cas)\s+(.+)$/;
/** Other loggers of Jepsen, and its nemesis. */
const foreignLine = /^(?:(?:INFO|WARN|ERROR)\s+(?!jepsen\.util)\S+ - |INFO\s+jepsen\.util - :nemesis\s)/;

export interface EtcdLogOptions {
  /** Default `mismatch`: these logs call a compare-and-set failed that ran and met another value. */
  readonly failedCas?: FailedCas;
}

/**
 * `:timed-out` and `:info` leave the outcome unknown. A failed read or write did not happen, unless it timed out.
 * @throws UsageError with the line, if the file is broken or cut off
 */
export function parseEtcdLog(text: string, options: EtcdLogOptions = {}): History<RegisterInput, RegisterOutput> {
  const recording = new Recording();
  for (const [index, raw] of completeLines(text).entries()) {
    const line = raw.trimEnd();
    if (line === "" || foreignLine.test(line)) continue;
    const [, process, type, f, value] = eventLine.exec(line) ?? [];
    if (process === undefined || type === undefined || f === undefined || value === undefined) {
      throw brokenHistory(index + 1, "INFO jepsen.util - PROCESS :TYPE :F VALUE", line);
    }
    const parts = { line: index + 1, process: Number(process), type, f, value };
    if (type !== "invoke" && f !== "read" && !value.startsWith(":")) recording.expectArguments(index + 1, parts.process, argumentsOf(index + 1, f, value));
    recording.add(eventOf(parts, options.failedCas ?? "mismatch"));
  }
  return recording.finish();
}

interface LogLine {
  readonly line: number;
  readonly process: number;
  readonly type: string;
  readonly f: string;
  readonly value: string;
}

function eventOf({ line, process, type, f, value }: LogLine, failedCas: FailedCas): ForeignEvent {
  const shared = { line, process, f };
  if (type === "invoke") return { ...shared, type, value: argumentsOf(line, f, value) };
  if (type === "info") return { ...shared, type };
  if (type !== "ok" && type !== "fail") throw brokenHistory(line, ":invoke, :ok, :fail or :info", type);
  if (f === "read" && type === "ok") return { ...shared, type, value: registerValue(line, value) };
  if (type === "ok") return { ...shared, type, value: f === "cas" ? true : null };
  if (value === ":timed-out") return { ...shared, type: f === "read" ? "fail" : "info" };
  return f === "cas" && failedCas === "mismatch" ? { ...shared, type: "ok", value: false } : { ...shared, type: "fail" };
}

function argumentsOf(line: number, f: string, value: string): JsonObject {
  if (f === "read") return { key };
  if (f === "write") return { key, value: writtenValue(line, value) };
  const [, from, to] = /^\[(\S+) (\S+)\]$/.exec(value) ?? [];
  if (from === undefined || to === undefined) throw brokenHistory(line, "[FROM TO]", value);
  return { key, from: registerValue(line, from), to: writtenValue(line, to) };
}

function registerValue(line: number, value: string): string | null {
  return value === "nil" ? null : writtenValue(line, value);
}

function writtenValue(line: number, value: string): string {
  if (!/^-?\d+$/.test(value)) throw brokenHistory(line, "a whole number", value);
  return value;
}
