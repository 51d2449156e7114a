// History in, text out: for converting between formats and for giving histories to other checkers.
import type { History } from "../../harness/history.ts";
import { writeEtcdLog } from "./etcd-log-writer.ts";
import { writeFaultline } from "./faultline-writer.ts";
import { writeHard } from "./hard-writer.ts";
import { hardFunctionsOf } from "./hard-words.ts";
import { failedCasOf } from "./history-format.ts";
import type { FailedCas, HistoryFormat, HistoryModel, InputOf, OutputOf, Partition } from "./history-format.ts";
import { writeJepsen } from "./jepsen-writer.ts";
import { checkFit } from "./model-fit.ts";
import { writePorcupineKv } from "./porcupine-kv-writer.ts";

export interface WriteOptions<M extends HistoryModel> {
  readonly model: M;
  /** How a compare-and-set that met another value is told from one that did not happen. Default: as for reading. */
  readonly failedCas?: FailedCas;
  /** Default `none`, as for reading: then all operations must be on one key, whose name is lost. */
  readonly partition?: Partition;
  /** Our own format only. Default: empty, no plan of ours. */
  readonly planHash?: string;
}

/**
 * The text that `readHistory` with the same options reads as the same operations in the same order with the same outcomes.
 * O(history).
 * @throws UsageError that names what the format cannot express
 */
export function writeHistory<M extends HistoryModel>(history: History<InputOf<M>, OutputOf<M>>, format: HistoryFormat, options: WriteOptions<M>): string {
  checkFit(format, options);
  const { model, partition = "none", failedCas = failedCasOf(format), planHash = "" } = options;
  switch (format) {
    case "jepsen-edn":
      return writeJepsen(history, { notation: "edn", model, failedCas, partition });
    case "jepsen-json":
      return writeJepsen(history, { notation: "json", model, failedCas, partition });
    case "porcupine-etcd":
      return writeEtcdLog(history, failedCas);
    case "porcupine-kv":
      return writePorcupineKv(history);
    case "hard":
      return writeHard(history, { functions: hardFunctionsOf(model) ?? [], model, failedCas });
    case "faultline":
      return writeFaultline(history, { model, planHash });
  }
}
