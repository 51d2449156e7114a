// The key-value histories of Porcupine's tests: one EDN map a line, `get`, `put` and `append` on strings that are empty at first.
import type { History } from "../../harness/history.ts";
import type { JsonObject } from "../../harness/json.ts";
import { brokenHistory } from "./broken-history.ts";
import { EdnReader } from "./edn-reader.ts";
import { formText, memberOf, nilForm } from "./form.ts";
import type { Form, MapForm } from "./form.ts";
import { jepsenEvent } from "./jepsen-event.ts";
import type { JepsenEvent } from "./jepsen-event.ts";
import { Recording } from "./recording.ts";

/** An operation without completion has an unknown outcome. @throws UsageError with the line, if the file is broken or of another vocabulary */
export function readPorcupineKv(text: string): History {
  const reader = new EdnReader(text);
  const recording = new Recording();
  for (let form = reader.next(); form !== undefined; form = reader.next()) {
    if (form.kind !== "map") throw brokenHistory(form.line, "a map with :process, :type, :f, :key and :value", formText(form));
    const event = jepsenEvent(form);
    if (event !== undefined) readEvent(recording, event, keyOf(form));
  }
  return recording.finish();
}

function readEvent(recording: Recording, event: JepsenEvent, key: string): void {
  const { line, process, type, f, value } = event;
  if (f !== "get" && f !== "put" && f !== "append") throw brokenHistory(line, "an :f of :get, :put or :append", f);
  if (type === "invoke") {
    recording.invoke({ line, process, f, value: argumentsOf(f, key, value) });
    return;
  }
  if (f === "get") recording.expectArguments(line, process, { key });
  else if (value.kind !== "nil") recording.expectArguments(line, process, argumentsOf(f, key, value));
  if (type === "ok") recording.complete({ line, process, f }, { type, output: f === "get" ? stringOf(value) : null });
  else recording.complete({ line, process, f }, { type, error: event.error });
}

function argumentsOf(f: "get" | "put" | "append", key: string, value: Form): JsonObject {
  if (f !== "get") return { key, value: stringOf(value) };
  if (value.kind !== "nil") throw brokenHistory(value.line, "nil, as a :get has no argument", formText(value));
  return { key };
}

function keyOf(form: MapForm): string {
  const key = memberOf(form, "key") ?? nilForm;
  if (key.kind !== "string") throw brokenHistory(form.line, "a :key string", formText(key));
  return key.text;
}

function stringOf(value: Form): string {
  if (value.kind !== "string") throw brokenHistory(value.line, "a :value string", formText(value));
  return value.text;
}
