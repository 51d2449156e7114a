// Histories of Knossos and Jepsen in EDN: maps with :process :type :f :value, one after another or in one list.
import type { History } from "../../harness/history.ts";
import type { JsonObject } from "../../harness/json.ts";
import type { RegisterInput, RegisterOutput } from "../linearizability/models/register.ts";
import { ednText, readEdn } from "./edn.ts";
import type { Edn } from "./edn.ts";
import { Recording, brokenHistory } from "./recording.ts";
import type { FailedCas, ForeignEvent } from "./recording.ts";

/** All operations of such a file are on one register; this is its key. */
const key = "register";

export interface KnossosOptions {
  /** Default `absent`, as everywhere in Jepsen: a failed operation did not happen. */
  readonly failedCas?: FailedCas;
}

/**
 * A cas-register history: `read`, `write`, `cas [from to]`; nil is the initial value. Lines of the nemesis are skipped.
 * @throws UsageError with the line, if the file is broken or of another vocabulary
 */
export function parseKnossos(text: string, options: KnossosOptions = {}): History<RegisterInput, RegisterOutput> {
  const recording = new Recording();
  for (const form of readEdn(text)) {
    for (const event of form.kind === "list" ? form.items : [form]) {
      const foreign = eventOf(event, options.failedCas ?? "absent", recording);
      if (foreign !== undefined) recording.add(foreign);
    }
  }
  return recording.finish();
}

/** A map of an operation, with its members checked. For the formats that are EDN underneath. */
export function operationMap(
  form: Edn,
): { readonly entries: ReadonlyMap<string, Edn>; readonly type: ForeignEvent["type"]; readonly f: string; readonly process: number } | undefined {
  if (form.kind !== "map") throw brokenHistory(form.line, "a map with :process, :type, :f and :value", ednText(form));
  const process = form.entries.get(":process");
  if (process?.kind === "keyword") return undefined; // :nemesis
  if (process?.kind !== "number") throw brokenHistory(form.line, "a :process number", process === undefined ? "" : ednText(process));
  const type = form.entries.get(":type");
  const word = type?.kind === "keyword" ? type.text : "";
  if (word !== "invoke" && word !== "ok" && word !== "fail" && word !== "info") {
    throw brokenHistory(form.line, "a :type of :invoke, :ok, :fail or :info", type === undefined ? "" : ednText(type));
  }
  const f = form.entries.get(":f");
  if (f?.kind !== "keyword") throw brokenHistory(form.line, "an :f", f === undefined ? "" : ednText(f));
  return { entries: form.entries, type: word, f: f.text, process: process.value };
}

function eventOf(form: Edn, failedCas: FailedCas, recording: Recording): ForeignEvent | undefined {
  const map = operationMap(form);
  if (map === undefined) return undefined;
  const { entries, type, f, process } = map;
  const { line } = form;
  const time = entries.get(":time");
  const shared = { line, process, f, ...(time?.kind === "number" ? { timeNs: time.value } : {}) };
  const value = entries.get(":value") ?? { kind: "nil", line };
  if (type === "invoke") return { ...shared, type, value: argumentsOf(f, value) };
  if (type === "ok" && f !== "read" && value.kind !== "nil") recording.expectArguments(line, process, argumentsOf(f, value));
  if (f === "cas" && type === "fail" && failedCas === "mismatch") return { ...shared, type: "ok", value: false };
  if (type !== "ok") return { ...shared, type };
  if (f === "read") return { ...shared, type, value: registerValue(value) };
  return { ...shared, type, value: f === "cas" ? true : null };
}

function argumentsOf(f: string, value: Edn): JsonObject {
  if (f === "read") return { key };
  if (f === "write") return { key, value: writtenValue(value) };
  if (f !== "cas") throw brokenHistory(value.line, "an :f of :read, :write or :cas", f);
  const [from, to, ...rest] = value.kind === "list" ? value.items : [];
  if (from === undefined || to === undefined || rest.length > 0) throw brokenHistory(value.line, "a pair [from to] as :value of a :cas", ednText(value));
  return { key, from: registerValue(from), to: writtenValue(to) };
}

function registerValue(form: Edn): string | null {
  return form.kind === "nil" ? null : ednText(form);
}

function writtenValue(form: Edn): string {
  if (form.kind === "nil") throw brokenHistory(form.line, "a value other than nil to be written", "nil");
  return ednText(form);
}
