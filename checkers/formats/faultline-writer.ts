// Writes our own `history.jsonl` as a text: all that a history holds, faults and facts included.
import type { History, HistoryEvent } from "../../harness/history.ts";
import type { Operation } from "../../harness/operation.ts";
import { inexpressible, shownText } from "./broken-history.ts";
import { faultlineSchema } from "./faultline-reader.ts";
import type { HistoryModel } from "./history-format.ts";
import { recordedEvents, shownInput } from "./recorded-events.ts";
import { vocabularyOf } from "./vocabularies.ts";
import { isInputOf } from "./vocabulary.ts";

const format = "faultline";

/** `planHash` names the plan that was run; empty for a history that no plan of ours led to. @throws UsageError for operations of another model */
export function writeFaultline(history: History, options: { readonly model: HistoryModel; readonly planHash: string }): string {
  const lines = [JSON.stringify({ schema: faultlineSchema, planHash: options.planHash, timeUnit: "ns" })];
  for (const recorded of recordedEvents(history, format)) {
    const { kind, event } = recorded;
    const index = lines.length - 1;
    lines.push(kind === "witness" ? lineOf({ ...event, index }) : lineOf({ ...eventOf(kind, event, checked(recorded.operation, options.model)), index }));
  }
  return `${lines.join("\n")}\n`;
}

function eventOf(kind: "invoke" | "ok" | "fail" | "info", event: HistoryEvent, operation: Operation): HistoryEvent {
  const { f, ...value } = operation.input;
  const { value: _decoded, error, ...shared } = event;
  if (kind === "invoke") return { ...shared, type: kind, f, value };
  if (kind === "ok") return { ...shared, type: kind, f, value: operation.output ?? null };
  return { ...shared, type: kind, f, ...(error === undefined ? {} : { error }) };
}

function checked(operation: Operation, model: HistoryModel): Operation {
  const { input, type, output = null } = operation;
  const vocabulary = vocabularyOf(model);
  const words = vocabulary.functions.find((words) => words.f === input.f);
  if (words === undefined || !isInputOf(vocabulary, words, input)) throw inexpressible(`the operation ${shownInput(operation)} of the model ${model}`, format);
  if (type === "ok" && !words.answer.accepts(output, input)) throw inexpressible(`the answer ${shownText(JSON.stringify(output))} of ${input.f}`, format);
  return operation;
}

/** The order of members is that of recordings. */
function lineOf({ index, timeNs, process, type, f, node, phase, value, error }: HistoryEvent): string {
  const line = JSON.stringify({ index, timeNs, process, type, f, node, phase, value, error });
  // `JSON.stringify` writes half a character as an escape, and nothing else like that.
  if (/(?<!\\)(?:\\\\)*\\ud[89a-f]/.test(line)) throw inexpressible(`text that is no well-formed Unicode, ${shownText(line)}`, format, "Correct the text.");
  return line;
}
