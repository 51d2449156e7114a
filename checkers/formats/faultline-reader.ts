// Our own `history.jsonl` as a text: a header, then one event a line. Unlike a recording, which may be cut off by a crash and
// is judged up to there, a file that somebody hands over must be whole. For `readHistory`.
import type { EventType, History } from "../../harness/history.ts";
import type { Json, JsonObject } from "../../harness/json.ts";
import type { Phase } from "../../harness/operation.ts";
import { brokenHistory } from "./broken-history.ts";
import { exactNumber } from "./decimal-number.ts";
import { formText, memberOf } from "./form.ts";
import type { Form, MapForm } from "./form.ts";
import type { FailedCas, HistoryModel } from "./history-format.ts";
import { JsonReader } from "./json-reader.ts";
import { Recording } from "./recording.ts";
import type { ForeignInvocation, ForeignOutcome } from "./recording.ts";
import { completeLines } from "./text-lines.ts";
import { vocabularyOf } from "./vocabularies.ts";
import { isInputOf, listOfWords } from "./vocabulary.ts";
import type { FunctionWords, Vocabulary } from "./vocabulary.ts";

/** The schema that this version reads and writes. */
export const faultlineSchema = "faultline/history/1";

export interface FaultlineOptions {
  readonly model: HistoryModel;
  readonly failedCas: FailedCas;
}

/** @throws UsageError with the line, if the file is broken, cut off, or about another model */
export function readFaultline(text: string, options: FaultlineOptions): History {
  const events = new FaultlineEvents(options);
  const [header, ...lines] = completeLines(text);
  checkHeader(objectOf(header ?? "", 1, "the header"));
  for (const [index, line] of lines.entries()) events.read(objectOf(line, index + 2, "an event"), index);
  return events.recording.finish();
}

function objectOf(text: string, line: number, expected: string): MapForm {
  const reader = new JsonReader(text, line);
  const form = reader.next();
  if (form?.kind !== "map") throw brokenHistory(line, `${expected}, a JSON object`, form === undefined ? "" : formText(form));
  const more = reader.next();
  if (more !== undefined) throw brokenHistory(line, "one JSON object a line", formText(more));
  return form;
}

function checkHeader(header: MapForm): void {
  for (const [name, value] of [
    ["schema", faultlineSchema],
    ["timeUnit", "ns"],
  ] as const) {
    const found = memberOf(header, name);
    if (found?.kind !== "string" || found.text !== value)
      throw brokenHistory(1, `the header with ${name} "${value}"`, found === undefined ? "" : formText(found));
  }
}

const types: readonly EventType[] = ["invoke", "ok", "fail", "info", "fault", "fact"];
const phases: readonly Phase[] = ["warm-up", "faults", "core-liveness", "final"];

class FaultlineEvents {
  readonly recording = new Recording();
  readonly #options: FaultlineOptions;
  readonly #vocabulary: Vocabulary;

  constructor(options: FaultlineOptions) {
    this.#options = options;
    this.#vocabulary = vocabularyOf(options.model);
  }

  read(form: MapForm, expectedIndex: number): void {
    const { line } = form;
    if (numberMember(form, "index") !== expectedIndex) throw wrong(form, "index", String(expectedIndex));
    const timeNs = numberMember(form, "timeNs");
    if (!(timeNs >= 0 && timeNs < Infinity)) throw wrong(form, "timeNs", "a number of at least 0");
    const process = numberMember(form, "process");
    if (!Number.isInteger(process)) throw wrong(form, "process", "a whole number");
    const type = wordMember(form, "type", types);
    const phase = wordMember(form, "phase", phases);
    const f = textMember(form, "f");
    if (f === undefined) throw wrong(form, "f", "a string");
    const shared = { line, process, f, timeNs, phase, node: textMember(form, "node") };
    if (type === "fault" || type === "fact") this.#witness(form, { ...shared, type });
    else if (type === "invoke") this.#invoke(form, shared);
    else this.#complete(form, { ...shared, type });
  }

  #witness(form: MapForm, { type, process, f, timeNs, phase, node }: Shared & { readonly type: "fault" | "fact" }): void {
    if (process !== -1) throw wrong(form, "process", "-1, as of all that no client did");
    const value = memberOf(form, "value");
    const error = textMember(form, "error");
    this.recording.witness({
      type,
      process,
      f,
      timeNs,
      phase,
      ...(node === undefined ? {} : { node }),
      ...(value === undefined ? {} : { value: jsonOf(value, Number) ?? null }),
      ...(error === undefined ? {} : { error }),
    });
  }

  #invoke(form: MapForm, shared: Shared): void {
    const words = this.#wordsOf(form.line, shared.f);
    const value = memberOf(form, "value");
    const input = value === undefined ? {} : jsonOf(value, exactNumber);
    if (!isRecord(input) || Object.hasOwn(input, "f") || !isInputOf(this.#vocabulary, words, input))
      throw wrong(form, "value", `the arguments of ${shared.f}, ${this.#argumentText(words)}`);
    this.recording.invoke({ ...shared, value: input });
  }

  #complete(form: MapForm, event: Shared & { readonly type: "ok" | "fail" | "info" }): void {
    const { line, process, type, f } = event;
    const open = this.recording.opened(line, process, `${type} ${f}`);
    this.recording.complete(event, this.#outcomeOf(form, type, open));
  }

  #outcomeOf(form: MapForm, type: "ok" | "fail" | "info", open: ForeignInvocation): ForeignOutcome {
    const words = this.#wordsOf(form.line, open.f);
    if (type === "fail" && words.isConditional === true && this.#options.failedCas === "mismatch") return { type: "ok", output: false };
    if (type !== "ok") return { type, error: textMember(form, "error") };
    const value = memberOf(form, "value");
    const output = value === undefined ? null : jsonOf(value, exactNumber);
    if (output === undefined || !words.answer.accepts(output, open.value))
      throw wrong(form, "value", `an answer of ${open.f} on the model ${this.#options.model}`);
    return { type, output };
  }

  #wordsOf(line: number, f: string): FunctionWords {
    const { functions } = this.#vocabulary;
    const words = functions.find((words) => words.f === f);
    if (words === undefined)
      throw brokenHistory(line, `an f that the model ${this.#options.model} knows, ${listOfWords(functions.map((words) => words.f))}`, f);
    return words;
  }

  #argumentText({ arguments: { members } }: FunctionWords): string {
    const key = this.#vocabulary.object === undefined ? [] : ["key"];
    const names = Object.entries(members).map(([name, value]) => (value.isOptional === true ? `${name}?` : name));
    return `an object of ${[...key, ...names].join(", ")}`;
  }
}

interface Shared {
  readonly line: number;
  readonly process: number;
  readonly f: string;
  readonly timeNs: number;
  readonly phase: Phase;
  readonly node: string | undefined;
}

/** NaN if it is missing or no number. */
function numberMember(form: MapForm, name: string): number {
  const member = memberOf(form, name);
  return member?.kind === "number" ? Number(member.text) : Number.NaN;
}

/** @throws UsageError if it is there and no string */
function textMember(form: MapForm, name: string): string | undefined {
  const member = memberOf(form, name);
  if (member !== undefined && member.kind !== "string") throw wrong(form, name, "a string");
  return member?.text;
}

function wordMember<W extends string>(form: MapForm, name: string, words: readonly W[]): W {
  const member = memberOf(form, name);
  const word = member?.kind === "string" ? words.find((word) => word === member.text) : undefined;
  if (word === undefined) throw wrong(form, name, `one of ${words.join(", ")}`);
  return word;
}

function wrong(form: MapForm, name: string, expected: string): Error {
  const found = memberOf(form, name);
  return brokenHistory(form.line, `${name}, ${expected}`, found === undefined ? "" : formText(found));
}

/** Undefined if a number in it is none for `numberOf`. */
function jsonOf(form: Form, numberOf: (text: string) => number | undefined): Json | undefined {
  switch (form.kind) {
    case "nil":
      return null;
    case "boolean":
      return form.value;
    case "number":
      return numberOf(form.text);
    case "list":
    case "set": {
      const items = form.items.map((item) => jsonOf(item, numberOf));
      return items.every((item) => item !== undefined) ? items : undefined;
    }
    case "map": {
      const entries = form.keys.map((key, index) => [textOf(key), jsonOf(form.values[index] ?? key, numberOf)] as const);
      return entries.every((entry): entry is readonly [string, Json] => entry[1] !== undefined) ? Object.fromEntries(entries) : undefined;
    }
    case "string":
    case "keyword":
    case "character":
    case "symbol":
    case "tagged":
      return form.text;
  }
}

function textOf(form: Form): string {
  return form.kind === "string" ? form.text : formText(form);
}

function isRecord(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
