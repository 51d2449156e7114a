// Reads the hard format, see hard-words.ts: terse lines of one object a key, for histories that are hard to check.
import type { History } from "../../harness/history.ts";
import { brokenHistory } from "./broken-history.ts";
import { canonicalNumber } from "./decimal-number.ts";
import type { HardFunction } from "./hard-words.ts";
import type { FailedCas } from "./history-format.ts";
import { Recording } from "./recording.ts";
import type { ForeignOutcome } from "./recording.ts";
import { completeLines } from "./text-lines.ts";
import { listOfWords } from "./vocabulary.ts";

export interface HardOptions {
  readonly functions: readonly HardFunction[];
  /** For messages. */
  readonly model: string;
  readonly failedCas: FailedCas;
}

/** @throws UsageError with the line, if the file is broken, cut off inside a line, or about another object */
export function readHard(text: string, options: HardOptions): History {
  const reader = new HardReader(options);
  for (const [index, line] of completeLines(text).entries()) {
    const trimmed = line.trim();
    if (trimmed !== "") reader.read({ line: index + 1, words: trimmed.split(/\s+/), text: trimmed });
  }
  return reader.recording.finish();
}

interface Line {
  readonly line: number;
  readonly words: readonly string[];
  readonly text: string;
}

interface Invoked {
  readonly process: number;
  readonly words: HardFunction;
  isOpen: boolean;
}

class HardReader {
  readonly recording = new Recording();
  readonly #options: HardOptions;
  readonly #invoked = new Map<string, Invoked>();

  constructor(options: HardOptions) {
    this.#options = options;
  }

  read(line: Line): void {
    if (line.words[0] === "i" && line.words.length === 7) this.#invocation(line);
    else if (line.words[0] === "o" && line.words.length === 4) this.#completion(line);
    else throw brokenHistory(line.line, "i ID PROCESS F KEY A B, or o ID ok|fail VALUE", line.text);
  }

  #invocation({ line, words, text }: Line): void {
    const [, id = "", process = "", word = "", key = "", first, second] = words;
    const [a, b] = [wholeNumber(first), wholeNumber(second)];
    if (!/^\d+$/.test(process) || a === undefined || b === undefined) throw brokenHistory(line, "i ID PROCESS F KEY A B", text);
    if (this.#invoked.has(id)) throw brokenHistory(line, "an id that was not used before", id);
    const { functions, model } = this.#options;
    const found = functions.find((words) => words.word === word);
    if (found === undefined) throw brokenHistory(line, `an operation of a ${model}, ${listOfWords(functions.map(({ word }) => word))}`, text);
    const value = found.input(a, b);
    if (value === undefined) throw brokenHistory(line, "a value other than the one that means nothing, and below 2^53 if it is added up", text);
    this.#invoked.set(id, { process: Number(process), words: found, isOpen: true });
    this.recording.invoke({ line, process: Number(process), f: found.f, value: { key, ...value } });
  }

  #completion({ line, words, text }: Line): void {
    const [, id = "", type, last] = words;
    const value = wholeNumber(last);
    if ((type !== "ok" && type !== "fail") || value === undefined) throw brokenHistory(line, "o ID ok|fail VALUE", text);
    const invoked = this.#invoked.get(id);
    if (invoked === undefined) throw brokenHistory(line, "the id of an invocation before it", id);
    if (!invoked.isOpen) throw brokenHistory(line, "one completion only", text);
    invoked.isOpen = false;
    this.recording.complete(
      { line, process: invoked.process, f: invoked.words.f },
      type === "ok" ? success(invoked.words, value, line) : this.#failure(invoked.words),
    );
  }

  #failure({ failure }: HardFunction): ForeignOutcome {
    const isAnswer = failure === "refused" || (failure === "by option" && this.#options.failedCas === "mismatch");
    return isAnswer ? { type: "ok", output: false } : { type: "fail" };
  }
}

function success(words: HardFunction, value: string, line: number): ForeignOutcome {
  const output = words.output(value);
  if (output === undefined) throw brokenHistory(line, "a number below 2^53", value);
  return { type: "ok", output };
}

function wholeNumber(word: string | undefined): string | undefined {
  return word !== undefined && /^-?\d+$/.test(word) ? canonicalNumber(word) : undefined;
}
