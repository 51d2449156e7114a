// Which formats can hold which models: asked before anything is read or written.
import { UsageError } from "../../harness/errors.ts";
import { hardFunctionsOf } from "./hard-words.ts";
import type { HistoryFormat, HistoryModel, Partition } from "./history-format.ts";
import { vocabularyOf } from "./vocabularies.ts";

const jepsenFormats: readonly HistoryFormat[] = ["jepsen-edn", "jepsen-json"];

/** @throws UsageError if files of this format are never about this model, or have no keys to part by */
export function checkFit(format: HistoryFormat, { model, partition }: { readonly model: HistoryModel; readonly partition?: Partition | undefined }): void {
  if (!holds(format, model)) {
    throw new UsageError(
      "wrong-model",
      `The format ${format} does not record operations of the model ${model}.`,
      "Name another --model, or the --format of the file.",
    );
  }
  if (partition !== "key") return;
  if (format === "porcupine-etcd") {
    throw new UsageError("no-keys", "A history of the format porcupine-etcd is about one register and has no keys.", "Leave out --partition key.");
  }
  if (vocabularyOf(model).object === undefined && jepsenFormats.includes(format)) {
    throw new UsageError(
      "no-keys",
      `The operations of the model ${model} have several keys, so that it cannot be parted by them.`,
      "Leave out --partition key.",
    );
  }
}

function holds(format: HistoryFormat, model: HistoryModel): boolean {
  switch (format) {
    case "porcupine-etcd":
      return model === "register" || model === "cas-register";
    case "porcupine-kv":
      return model === "string-store";
    case "hard":
      return hardFunctionsOf(model) !== undefined;
    case "jepsen-edn":
    case "jepsen-json":
    case "faultline":
      return true;
  }
}
