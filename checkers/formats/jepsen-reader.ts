// Histories of Jepsen and Knossos: maps with :process :type :f :value, in EDN or as JSON, one after another or in one list.
import type { History } from "../../harness/history.ts";
import type { Json, JsonObject } from "../../harness/json.ts";
import { pairOf } from "./answers.ts";
import { brokenHistory, shownText } from "./broken-history.ts";
import { EdnReader } from "./edn-reader.ts";
import { areEqual, formText, nilForm } from "./form.ts";
import type { Form, MapForm, Notation } from "./form.ts";
import type { FailedCas, HistoryModel, Partition } from "./history-format.ts";
import { indexOfEvent, jepsenEvent } from "./jepsen-event.ts";
import type { JepsenEvent } from "./jepsen-event.ts";
import { JsonReader } from "./json-reader.ts";
import { Recording } from "./recording.ts";
import type { ForeignOutcome } from "./recording.ts";
import { textOfScalar } from "./scalar.ts";
import { vocabularyOf } from "./vocabularies.ts";
import { listOfWords } from "./vocabulary.ts";
import type { FunctionWords, Vocabulary } from "./vocabulary.ts";

export interface JepsenOptions {
  readonly notation: Notation;
  readonly model: HistoryModel;
  readonly failedCas: FailedCas;
  readonly partition: Partition;
}

/**
 * In the order of the file, which `:index` must confirm; times are for information only. What the nemesis did is skipped.
 * @throws UsageError with the line, if the file is broken or speaks of another model
 */
export function readJepsen(text: string, options: JepsenOptions): History {
  const reader = options.notation === "edn" ? new EdnReader(text) : new JsonReader(text);
  const events = new JepsenEvents(options);
  for (const form of reader.forms()) events.read(form);
  return events.finish();
}

/** An invocation that waits for its completion, as it stood in the file. */
interface Asked {
  readonly words: FunctionWords;
  readonly f: string;
  readonly key: Form | undefined;
  readonly arguments: Form;
}

class JepsenEvents {
  readonly #options: JepsenOptions;
  readonly #vocabulary: Vocabulary;
  readonly #recording = new Recording();
  readonly #asked = new Map<number, Asked>();
  readonly #words = new Map<string, readonly FunctionWords[]>();
  #index = -Infinity;

  constructor(options: JepsenOptions) {
    this.#options = options;
    this.#vocabulary = vocabularyOf(options.model);
  }

  read(form: Form): void {
    if (form.kind !== "map") throw brokenHistory(form.line, "a map with process, type, f and value", formText(form));
    this.#follow(form);
    const event = jepsenEvent(form);
    if (event === undefined) return;
    if (event.type === "invoke") this.#invoke(event);
    else this.#complete(event, event.type);
  }

  finish(): History {
    return this.#recording.finish();
  }

  #follow(form: MapForm): void {
    const index = indexOfEvent(form);
    if (index === undefined) return;
    if (index <= this.#index) throw brokenHistory(form.line, `an index above ${this.#index}, the last one`, String(index));
    this.#index = index;
  }

  #invoke(event: JepsenEvent): void {
    const { line, process, f, timeNs } = event;
    const { notation } = this.#options;
    const candidates = this.#candidates(event);
    const { key, value } = this.#keyed(event);
    for (const words of candidates) {
      const given = words.arguments.read(value, notation) ?? (isAnswerInAdvance(words, value, notation) ? {} : undefined);
      if (given === undefined) continue;
      this.#recording.invoke({ line, process, f: words.f, timeNs, value: this.#inputOf(key, given) });
      this.#asked.set(process, { words, f, key, arguments: value });
      return;
    }
    throw brokenHistory(line, `${listOfWords(candidates.map((words) => words.arguments.text))} as value of invoke ${f}`, formText(value));
  }

  /** Several functions may be told by what they are given, like those that read and those that write several keys. */
  #candidates({ line, f }: JepsenEvent): readonly FunctionWords[] {
    const known = this.#words.get(f);
    if (known !== undefined) return known;
    const { functions } = this.#vocabulary;
    const candidates = functions.filter((words) => words.foreign.includes(f));
    if (candidates.length === 0) {
      const words = listOfWords(functions.flatMap((words) => words.foreign));
      throw brokenHistory(line, `an f that the model ${this.#options.model} knows, ${words}`, f);
    }
    this.#words.set(f, candidates);
    return candidates;
  }

  #complete(event: JepsenEvent, type: "ok" | "fail" | "info"): void {
    const { line, process, f, timeNs } = event;
    const open = this.#recording.opened(line, process, `${type} ${f}`);
    const asked = this.#asked.get(process);
    if (asked?.f !== f)
      throw brokenHistory(line, `a completion of the ${asked?.f ?? open.f} that process ${process} invoked in line ${open.line}`, `${type} ${f}`);
    this.#recording.complete({ line, process, f: open.f, timeNs }, this.#outcomeOf(event, type, asked));
  }

  #outcomeOf(event: JepsenEvent, type: "ok" | "fail" | "info", asked: Asked): ForeignOutcome {
    if (type === "ok") return { type, output: this.#outputOf(event, asked) };
    const ranAndMetAnother = type === "fail" && asked.words.isConditional === true && this.#options.failedCas === "mismatch";
    return ranAndMetAnother ? { type: "ok", output: false } : { type, error: event.error };
  }

  #outputOf(event: JepsenEvent, { words, key, arguments: asked }: Asked): Json {
    // A completion that repeats nothing, not even its key, says no more than that it succeeded.
    const isBare = event.value.kind === "nil" && words.answer.isRepeated;
    const { key: repeated, value } = isBare ? { key, value: event.value } : this.#keyed(event);
    if (key !== undefined && repeated !== undefined && !areEqual(key, repeated)) {
      throw brokenHistory(event.line, `the key of the invocation, ${shownText(formText(key))}`, formText(repeated));
    }
    const { notation } = this.#options;
    if (isAnswerInAdvance(words, asked, notation) && !areEqual(asked, value)) {
      throw brokenHistory(event.line, `the value that the invocation held already, ${shownText(formText(asked))}`, formText(value));
    }
    const output = words.answer.read(value, asked, notation);
    if (output === undefined) throw brokenHistory(event.line, `${words.answer.text} as value of ok ${event.f}`, formText(value));
    return output;
  }

  /** Key and value of a tuple, if values are tuples. */
  #keyed({ line, f, type, value }: JepsenEvent): { readonly key: Form | undefined; readonly value: Form } {
    if (this.#options.partition === "none") return { key: undefined, value };
    const [key, inner] = pairOf(value) ?? [];
    if (key === undefined || inner === undefined || textOfScalar(key, this.#options.notation) === undefined) {
      throw brokenHistory(line, `a tuple [KEY VALUE] as value of ${type} ${f}`, formText(value));
    }
    return { key, value: inner };
  }

  #inputOf(key: Form | undefined, given: JsonObject): JsonObject {
    const { object } = this.#vocabulary;
    if (key !== undefined) return { key: textOfScalar(key, this.#options.notation) ?? "", ...given };
    return object === undefined ? given : { key: object, ...given };
  }
}

/** Knossos completes histories: there a read holds in its invocation what it is going to answer. Harmless, if both agree. */
function isAnswerInAdvance({ arguments: { members }, answer }: FunctionWords, value: Form, notation: Notation): boolean {
  if (answer.isRepeated || value.kind === "nil") return false;
  const hasArguments = Object.values(members).some((member) => member.isOptional !== true);
  return !hasArguments && answer.read(value, nilForm, notation) !== undefined;
}
