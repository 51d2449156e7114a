// The key-value histories of Porcupine's tests: one EDN map a line, `get`, `put` and `append` on strings that are empty at first.
import type { History } from "../../harness/history.ts";
import type { StringStoreInput, StringStoreOutput } from "../linearizability/models/string-store.ts";
import { ednText, readEdn } from "./edn.ts";
import { operationMap } from "./knossos.ts";
import { Recording, brokenHistory } from "./recording.ts";

/** @throws UsageError with the line, if the file is broken or of another vocabulary */
export function parsePorcupineKv(text: string): History<StringStoreInput, StringStoreOutput> {
  const recording = new Recording();
  for (const form of readEdn(text)) {
    const map = operationMap(form);
    if (map === undefined) continue;
    const { entries, type, f, process } = map;
    const { line } = form;
    if (f !== "get" && f !== "put" && f !== "append") throw brokenHistory(line, "an :f of :get, :put or :append", f);
    const key = entries.get(":key");
    if (key?.kind !== "string") throw brokenHistory(line, "a :key string", key === undefined ? "" : ednText(key));
    const value = entries.get(":value");
    const needsValue = f === "get" ? type === "ok" : type === "invoke";
    if (needsValue && value?.kind !== "string") throw brokenHistory(line, "a :value string", value === undefined ? "" : ednText(value));
    const written = value?.kind === "string" ? value.text : "";
    const given = f === "get" ? { key: key.text } : { key: key.text, value: written };
    if (type !== "invoke" && (f === "get" || value?.kind === "string")) recording.expectArguments(line, process, given);
    const shared = { line, process, f };
    if (type === "invoke") recording.add({ ...shared, type, value: given });
    else if (type === "ok") recording.add({ ...shared, type, value: f === "get" ? written : null });
    else recording.add({ ...shared, type });
  }
  return recording.finish();
}
