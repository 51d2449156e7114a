// Text in, history out: the way in for everybody who has a file of operations.
import type { History } from "../../harness/history.ts";
import type { Operation } from "../../harness/operation.ts";
import { brokenHistory } from "./broken-history.ts";
import { detectFormat } from "./detect-format.ts";
import { readEtcdLog } from "./etcd-log.ts";
import { readFaultline } from "./faultline-reader.ts";
import { readHard } from "./hard-reader.ts";
import { hardFunctionsOf } from "./hard-words.ts";
import { failedCasOf } from "./history-format.ts";
import type { FailedCas, HistoryFormat, HistoryModel, InputOf, OutputOf, Partition } from "./history-format.ts";
import { readJepsen } from "./jepsen-reader.ts";
import { checkFit } from "./model-fit.ts";
import { readPorcupineKv } from "./porcupine-kv.ts";

export interface ReadOptions<M extends HistoryModel> {
  /** Default: what `detectFormat` sees. */
  readonly format?: HistoryFormat;
  /** Operations of another model are refused, never guessed at. */
  readonly model: M;
  /** Default: `mismatch` for Porcupine's and the hard format, `absent` for Jepsen's and our own. */
  readonly failedCas?: FailedCas;
  /** Default `none`. `key` is for Jepsen's formats; the others have their keys in places of their own, or none. */
  readonly partition?: Partition;
}

export interface ReadHistory<M extends HistoryModel> {
  readonly history: History<InputOf<M>, OutputOf<M>>;
  /** The one that was asked for or detected. */
  readonly format: HistoryFormat;
}

/**
 * Accepts a byte order mark and both ends of lines. O(text).
 * @throws UsageError with the line and what was expected there, if the file is broken, cut off, or of another format or model
 */
export function readHistory<M extends HistoryModel>(text: string, options: ReadOptions<M>): ReadHistory<M> {
  const whole = text.startsWith("\ufeff") ? text.slice(1) : text;
  checkUnicode(whole);
  const format = options.format ?? detectFormat(whole);
  checkFit(format, options);
  // The boundary of the file: every reader built its inputs and outputs by the vocabulary of this model.
  const history = historyOf(whole, format, options).decode((operation) => operation as unknown as Operation<InputOf<M>, OutputOf<M>>);
  return { history, format };
}

function historyOf(text: string, format: HistoryFormat, options: ReadOptions<HistoryModel>): History {
  const { model, partition = "none", failedCas = failedCasOf(format) } = options;
  switch (format) {
    case "jepsen-edn":
      return readJepsen(text, { notation: "edn", model, failedCas, partition });
    case "jepsen-json":
      return readJepsen(text, { notation: "json", model, failedCas, partition });
    case "porcupine-etcd":
      return readEtcdLog(text, failedCas);
    case "porcupine-kv":
      return readPorcupineKv(text);
    case "hard":
      return readHard(text, { functions: hardFunctionsOf(model) ?? [], model, failedCas });
    case "faultline":
      return readFaultline(text, { model, failedCas });
  }
}

/** Half a character would be lost in the next file, and different values would become equal. */
function checkUnicode(text: string): void {
  if (text.isWellFormed()) return;
  const lines = text.split("\n");
  const index = lines.findIndex((line) => !line.isWellFormed());
  throw brokenHistory(index + 1, "well-formed Unicode", lines[index] ?? "");
}
