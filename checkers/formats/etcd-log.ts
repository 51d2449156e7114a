// The etcd logs of Jepsen that Porcupine tests with: lines `INFO  jepsen.util - PROCESS :TYPE :F VALUE`, all on one register.
import type { History } from "../../harness/history.ts";
import type { JsonObject } from "../../harness/json.ts";
import { brokenHistory } from "./broken-history.ts";
import { canonicalNumber } from "./decimal-number.ts";
import type { FailedCas } from "./history-format.ts";
import { Recording } from "./recording.ts";
import type { ForeignOutcome } from "./recording.ts";
import { completeLines } from "./text-lines.ts";

const key = "register";
const eventLine = /^INFO\s+jepsen\.util - (\d+)\s+:(invoke|ok|fail|info)\s+:(read|write|cas)\s+(.+)$/;
/** Other loggers of Jepsen, and its nemesis. */
const foreignLine = /^(?:(?:INFO|WARN|ERROR)\s+(?!jepsen\.util)\S+ - |INFO\s+jepsen\.util - :nemesis\s)/;

/**
 * `:timed-out` and `:info` leave the outcome unknown. A failed read or write did not happen.
 * @throws UsageError with the line, if the file is broken or cut off
 */
export function readEtcdLog(text: string, failedCas: FailedCas): History {
  const recording = new Recording();
  for (const [index, raw] of completeLines(text).entries()) {
    const line = raw.trimEnd();
    if (line === "" || foreignLine.test(line)) continue;
    const [, process, type, f, value] = eventLine.exec(line) ?? [];
    if (process === undefined || type === undefined || f === undefined || value === undefined) {
      throw brokenHistory(index + 1, "INFO jepsen.util - PROCESS :TYPE :F VALUE", line);
    }
    readLine(recording, { line: index + 1, process: Number(process), type, f, value }, failedCas);
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

function readLine(recording: Recording, logged: LogLine, failedCas: FailedCas): void {
  const { line, process, type, f, value } = logged;
  if (type === "invoke") {
    recording.invoke({ line, process, f, value: argumentsOf(line, f, value) });
    return;
  }
  if (f !== "read" && !value.startsWith(":")) recording.expectArguments(line, process, argumentsOf(line, f, value));
  recording.complete({ line, process, f }, outcomeOf(logged, failedCas));
}

function outcomeOf({ line, type, f, value }: LogLine, failedCas: FailedCas): ForeignOutcome {
  if (type === "ok") {
    if (f === "read") return { type, output: registerValue(line, value) };
    if (value.startsWith(":")) throw brokenHistory(line, "the arguments of the invocation", value);
    return { type, output: f === "cas" ? true : null };
  }
  const error = value.startsWith(":") ? value : undefined;
  if (type === "info") return { type, error };
  if (value === ":timed-out" && f !== "read") return { type: "info", error };
  return f === "cas" && failedCas === "mismatch" ? { type: "ok", output: false } : { type: "fail", error };
}

function argumentsOf(line: number, f: string, value: string): JsonObject {
  if (f === "write") return { key, value: writtenValue(line, value) };
  if (f === "read") {
    if (value !== "nil") throw brokenHistory(line, "nil, as a read has no argument", value);
    return { key };
  }
  const [, from, to] = /^\[(\S+) (\S+)\]$/.exec(value) ?? [];
  if (from === undefined || to === undefined) throw brokenHistory(line, "[FROM TO]", value);
  return { key, from: registerValue(line, from), to: writtenValue(line, to) };
}

function registerValue(line: number, value: string): string | null {
  return value === "nil" ? null : writtenValue(line, value);
}

function writtenValue(line: number, value: string): string {
  const text = /^-?\d+$/.test(value) ? canonicalNumber(value) : undefined;
  if (text === undefined) throw brokenHistory(line, "a whole number", value);
  return text;
}
