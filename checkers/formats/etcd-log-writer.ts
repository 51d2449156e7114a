// Writes the etcd logs that `etcd-log.ts` reads. Times, nodes, phases, faults and facts have no place there and are left out.
import type { History } from "../../harness/history.ts";
import type { Json } from "../../harness/json.ts";
import type { Operation } from "../../harness/operation.ts";
import { canonicalNumber } from "./decimal-number.ts";
import { inexpressible, shownText } from "./broken-history.ts";
import type { FailedCas } from "./history-format.ts";
import { expectOneKey, recordedEvents, shownInput } from "./recorded-events.ts";

const format = "porcupine-etcd";

/** @throws UsageError that names what cannot be expressed: several keys, values that are no whole numbers, deletes */
export function writeEtcdLog(history: History, failedCas: FailedCas): string {
  expectOneKey(history, format);
  const lines: string[] = [];
  for (const recorded of recordedEvents(history, format)) {
    if (recorded.kind === "witness") continue;
    const { kind, operation } = recorded;
    const { type, value } = kind === "invoke" ? { type: kind, value: askedOf(operation) } : endOf(operation, failedCas);
    lines.push(`INFO  jepsen.util - ${operation.process}\t:${type}\t:${operation.input.f}\t${value}\n`);
  }
  return lines.join("");
}

function askedOf(operation: Operation): string {
  const { input } = operation;
  if (input.f === "read" && input["mode"] === undefined) return "nil";
  if (input.f === "write") return wholeNumber(input["value"], operation);
  if (input.f === "cas") return `[${wholeNumberOrNil(input["from"], operation)} ${wholeNumber(input["to"], operation)}]`;
  throw inexpressible(`the operation ${shownInput(operation)}`, format);
}

function endOf(operation: Operation, failedCas: FailedCas): { readonly type: string; readonly value: string } {
  const { input, type, output = null } = operation;
  if (type === "info") return { type, value: ":timed-out" };
  if (type === "fail") {
    if (input.f === "cas" && failedCas === "mismatch") throw inexpressible("a cas that did not happen, if a failed one met another value,", format);
    return { type, value: input.f === "read" ? ":timed-out" : askedOf(operation) };
  }
  if (input.f === "read") return { type, value: wholeNumberOrNil(output, operation) };
  if (input.f === "cas" && output === false && failedCas === "mismatch") return { type: "fail", value: askedOf(operation) };
  if (output !== (input.f === "cas" ? true : null)) throw inexpressible(`the answer ${shownText(JSON.stringify(output))} of ${input.f}`, format);
  return { type, value: askedOf(operation) };
}

function wholeNumberOrNil(value: Json | undefined, operation: Operation): string {
  return value === null ? "nil" : wholeNumber(value, operation);
}

function wholeNumber(value: Json | undefined, operation: Operation): string {
  if (typeof value === "string" && /^-?\d+$/.test(value) && canonicalNumber(value) === value) return value;
  throw inexpressible(`a value that is no whole number, ${shownText(JSON.stringify(value ?? null))} of ${shownInput(operation)}`, format);
}
