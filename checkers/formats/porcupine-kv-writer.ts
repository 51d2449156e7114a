// Writes the key-value histories that `porcupine-kv.ts` reads. They know invocations and answers only: an operation whose
// outcome is unknown has no completion. Times, nodes, phases, faults and facts are left out.
import type { History } from "../../harness/history.ts";
import type { Json } from "../../harness/json.ts";
import type { Operation } from "../../harness/operation.ts";
import { inexpressible, shownText } from "./broken-history.ts";
import { nilForm, textForm } from "./form.ts";
import type { Form } from "./form.ts";
import { printed } from "./form-text.ts";
import { keyOf, recordedEvents, shownInput } from "./recorded-events.ts";

const format = "porcupine-kv";

/** @throws UsageError that names what cannot be expressed: operations that failed, other models */
export function writePorcupineKv(history: History): string {
  const lines: string[] = [];
  for (const recorded of recordedEvents(history, format)) {
    if (recorded.kind === "witness" || recorded.kind === "info") continue;
    const { kind, operation } = recorded;
    if (kind === "fail") throw inexpressible("an operation that did not happen", format);
    const { f } = operation.input;
    const key = printed(stringOf(keyOf(operation), operation), "edn");
    const value = printed(kind === "invoke" ? askedOf(operation) : answerOf(operation), "edn");
    lines.push(`{:process ${operation.process}, :type :${kind}, :f :${f}, :key ${key}, :value ${value}}\n`);
  }
  return lines.join("");
}

function askedOf(operation: Operation): Form {
  const { input } = operation;
  if (input.f === "get") return nilForm;
  if (input.f === "put" || input.f === "append") return stringOf(input["value"], operation);
  throw inexpressible(`the operation ${shownInput(operation)}`, format);
}

function answerOf(operation: Operation): Form {
  const { input, output = null } = operation;
  if (input.f === "get") return stringOf(output, operation);
  if (output !== null) throw inexpressible(`the answer ${shownText(JSON.stringify(output))} of ${input.f}`, format);
  return askedOf(operation);
}

function stringOf(value: Json | undefined, operation: Operation): Form {
  if (typeof value === "string" && value.isWellFormed()) return textForm("string", value);
  throw inexpressible(`${shownText(JSON.stringify(value ?? null))} as a string of ${shownInput(operation)}`, format);
}
