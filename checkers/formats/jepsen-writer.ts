// Writes histories as Jepsen has them, one map a line. Nodes, phases, faults and facts have no place there and are left out.
import type { History, HistoryEvent } from "../../harness/history.ts";
import type { Json } from "../../harness/json.ts";
import type { Operation } from "../../harness/operation.ts";
import { inexpressible, shownText } from "./broken-history.ts";
import { listForm, textForm } from "./form.ts";
import type { Form } from "./form.ts";
import { printed } from "./form-text.ts";
import type { JepsenOptions } from "./jepsen-reader.ts";
import { expectOneKey, keyOf, recordedEvents, shownInput } from "./recorded-events.ts";
import { scalarOfText } from "./scalar.ts";
import { vocabularyOf } from "./vocabularies.ts";
import { isInputOf } from "./vocabulary.ts";
import type { FunctionWords, Vocabulary } from "./vocabulary.ts";

/** @throws UsageError that names what cannot be expressed */
export function writeJepsen(history: History, options: JepsenOptions): string {
  const writer = new JepsenWriter(options);
  if (options.partition === "none") expectOneKey(history, writer.format, "Write it with --partition key.");
  const lines: string[] = [];
  for (const recorded of recordedEvents(history, writer.format)) {
    if (recorded.kind !== "witness") lines.push(writer.line(recorded.kind, recorded.event, recorded.operation), "\n");
  }
  return lines.join("");
}

class JepsenWriter {
  readonly format: string;
  readonly #options: JepsenOptions;
  readonly #vocabulary: Vocabulary;

  constructor(options: JepsenOptions) {
    this.format = `jepsen-${options.notation}`;
    this.#options = options;
    this.#vocabulary = vocabularyOf(options.model);
  }

  line(kind: "invoke" | "ok" | "fail" | "info", event: HistoryEvent, operation: Operation): string {
    const words = this.#wordsOf(operation);
    const asked = words.arguments.write(operation.input, this.#options.notation);
    if (asked === undefined) throw this.#inexpressible(operation);
    const { type, value } = this.#ended(kind, operation, { words, asked });
    const { notation } = this.#options;
    const members: [string, Form][] = [
      ["process", textForm("number", String(event.process))],
      ["type", textForm("keyword", type)],
      ["f", textForm("keyword", words.foreign[0] ?? words.f)],
      ["value", this.#keyed(operation, value)],
      ["time", textForm("number", String(Math.round(event.timeNs)))],
      ["index", textForm("number", String(event.index))],
    ];
    if (event.error !== undefined && type !== "ok") members.push(["error", textForm("string", event.error.toWellFormed())]);
    return printed({ kind: "map", line: 0, keys: members.map(([name]) => textForm("keyword", name)), values: members.map(([, value]) => value) }, notation);
  }

  #ended(
    kind: "invoke" | "ok" | "fail" | "info",
    operation: Operation,
    { words, asked }: { readonly words: FunctionWords; readonly asked: Form },
  ): { readonly type: string; readonly value: Form } {
    const failsOnMismatch = words.isConditional === true && this.#options.failedCas === "mismatch";
    if (kind === "fail" && failsOnMismatch) throw inexpressible(`a ${words.f} that did not happen, if a failed one met another value,`, this.format);
    if (kind !== "ok") return { type: kind, value: asked };
    const output = operation.output ?? null;
    if (output === false && failsOnMismatch) return { type: "fail", value: asked };
    const value = words.answer.accepts(output, operation.input) ? words.answer.write(output, asked, this.#options.notation) : undefined;
    if (value === undefined) throw inexpressible(`the answer ${shownOutput(output)} of ${words.f}`, this.format);
    return { type: "ok", value };
  }

  #wordsOf(operation: Operation): FunctionWords {
    const words = this.#vocabulary.functions.find((words) => words.f === operation.input.f);
    if (words === undefined || !isInputOf(this.#vocabulary, words, operation.input)) throw this.#inexpressible(operation);
    const optionals = Object.entries(words.arguments.members).filter(([, value]) => value.isOptional === true);
    if (optionals.some(([name]) => Object.hasOwn(operation.input, name))) throw this.#inexpressible(operation);
    return words;
  }

  #keyed(operation: Operation, value: Form): Form {
    if (this.#options.partition === "none") return value;
    const key = scalarOfText(keyOf(operation) ?? "", this.#options.notation);
    if (key === undefined) throw this.#inexpressible(operation);
    return listForm([key, value]);
  }

  #inexpressible(operation: Operation): Error {
    return inexpressible(`the operation ${shownInput(operation)} of the model ${this.#options.model}`, this.format);
  }
}

function shownOutput(output: Json): string {
  return shownText(JSON.stringify(output));
}
