// Writes the hard format, see hard-words.ts. An operation whose outcome is unknown has no completion. Times, nodes, phases,
// faults and facts are left out.
import type { History } from "../../harness/history.ts";
import type { Operation } from "../../harness/operation.ts";
import { inexpressible, shownText } from "./broken-history.ts";
import type { HardOptions } from "./hard-reader.ts";
import type { HardFunction } from "./hard-words.ts";
import { keyOf, recordedEvents, shownInput } from "./recorded-events.ts";

const format = "hard";

/** @throws UsageError that names what cannot be expressed: values that are no whole numbers, answers that it has no place for */
export function writeHard(history: History, options: HardOptions): string {
  const lines: string[] = [];
  const ids = new Map<number, number>();
  for (const recorded of recordedEvents(history, format)) {
    if (recorded.kind === "witness" || recorded.kind === "info") continue;
    const { kind, operation } = recorded;
    const words = wordsOf(operation, options);
    if (kind === "invoke") {
      ids.set(operation.id, ids.size);
      lines.push(`i ${ids.size - 1} ${operation.process} ${words.word} ${keyText(operation)} ${placesOf(operation, words).join(" ")}\n`);
    } else lines.push(`o ${ids.get(operation.id) ?? 0} ${kind === "ok" ? answerOf(operation, words, options) : failureOf(words, options)}\n`);
  }
  return lines.join("");
}

function wordsOf(operation: Operation, { functions, model }: HardOptions): HardFunction {
  const words = functions.find((words) => words.f === operation.input.f);
  if (words === undefined) throw inexpressible(`the operation ${shownInput(operation)} of a ${model}`, format);
  return words;
}

function keyText(operation: Operation): string {
  const key = keyOf(operation);
  if (key === undefined || !/^\S+$/.test(key) || !key.isWellFormed()) throw inexpressible(`a key that is no word, ${shownText(key ?? "")}`, format);
  return key;
}

function placesOf(operation: Operation, words: HardFunction): readonly [string, string] {
  const places = words.places(operation.input);
  if (places === undefined) throw inexpressible(`values that are no whole numbers or mean nothing there, ${shownInput(operation)}`, format);
  return places;
}

function answerOf({ output = null }: Operation, words: HardFunction, { failedCas }: HardOptions): string {
  const isFailure = words.failure === "refused" || (words.failure === "by option" && failedCas === "mismatch");
  if (output === false && isFailure) return "fail 0";
  const value = words.value(output);
  if (value === undefined) throw inexpressible(`the answer ${shownText(JSON.stringify(output))} of ${words.f}`, format);
  return `ok ${value}`;
}

function failureOf({ f, failure }: HardFunction, { failedCas }: HardOptions): string {
  if (failure === "absent" || (failure === "by option" && failedCas === "absent")) return "fail 0";
  throw inexpressible(`a ${f} that did not happen, where a failed one was refused,`, format);
}
