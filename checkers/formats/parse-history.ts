// One function a foreign format, for those who know what they have, like the benchmarks; `readHistory` is the way for files of
// people.
import { UsageError } from "../../harness/errors.ts";
import type { History } from "../../harness/history.ts";
import type { FailedCas, InputOf, OutputOf } from "./history-format.ts";
import { readHistory } from "./read-history.ts";

export interface ParseOptions {
  /** Default: that of the format, see `readHistory`. */
  readonly failedCas?: FailedCas;
}

type RegisterHistory = History<InputOf<"register">, OutputOf<"register">>;

/** A log of etcd as Porcupine's tests have it. @throws UsageError with the line */
export function parseEtcdLog(text: string, options: ParseOptions = {}): RegisterHistory {
  return readHistory(text, { ...options, format: "porcupine-etcd", model: "register" }).history;
}

/** A cas-register history of Knossos. @throws UsageError with the line */
export function parseKnossos(text: string, options: ParseOptions = {}): RegisterHistory {
  return readHistory(text, { ...options, format: "jepsen-edn", model: "register" }).history;
}

/** A key-value history of Porcupine's tests. @throws UsageError with the line */
export function parsePorcupineKv(text: string): History<InputOf<"string-store">, OutputOf<"string-store">> {
  return readHistory(text, { format: "porcupine-kv", model: "string-store" }).history;
}

/** The object is recognised by its operations. */
export type HardHistory =
  | { readonly object: "register"; readonly history: RegisterHistory }
  | { readonly object: "queue"; readonly history: History<InputOf<"fifo-queue">, OutputOf<"fifo-queue">> }
  | { readonly object: "counter"; readonly history: History<InputOf<"counter">, OutputOf<"counter">> }
  | { readonly object: "mutex"; readonly history: History<InputOf<"mutex">, OutputOf<"mutex">> };

/** A history of the hard format about whatever its first telling operation is about. @throws UsageError with the line, e.g. if it mixes objects */
export function parseHard(text: string, options: ParseOptions = {}): HardHistory {
  const word = /^i\s+\S+\s+\S+\s+(w|cas|enq|deq|inc|acq|rel)\s/m.exec(text)?.[1] ?? "w";
  const shared = { ...options, format: "hard" } as const;
  switch (word) {
    case "w":
    case "cas":
      return { object: "register", history: readHistory(text, { ...shared, model: "register" }).history };
    case "enq":
    case "deq":
      return { object: "queue", history: readHistory(text, { ...shared, model: "fifo-queue" }).history };
    case "inc":
      return { object: "counter", history: readHistory(text, { ...shared, model: "counter" }).history };
    case "acq":
    case "rel":
      return { object: "mutex", history: readHistory(text, { ...shared, model: "mutex" }).history };
    default:
      throw new UsageError("unknown-object", `The operation ${word} belongs to no object.`, "Name the model.");
  }
}
