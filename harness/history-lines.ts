// One line of `history.jsonl`, from text to event: every member checked, because a history may come from anywhere and a
// broken one must never be judged as if it were whole. For `history-file.ts`.
import { isUtf8 } from "node:buffer";
import { UsageError } from "./errors.ts";
import type { EventType, NewEvent } from "./history.ts";
import type { Json } from "./json.ts";
import type { Phase } from "./operation.ts";
import { depthLimit, isJson } from "./parse-schema.ts";

export const historySchema = "faultline/history/1";

export interface HistoryHeader {
  readonly schema: typeof historySchema;
  readonly planHash: string;
  readonly timeUnit: "ns";
}

/** Turns lines into events and keeps what a history promises across lines: indices without gaps, completions that belong to an open invocation. */
export class HistoryLines {
  readonly #source: string;
  readonly #words = new Map<string, string>();
  readonly #busy = new Set<number>();
  #line = 0;
  #index = 0;

  constructor(source: string) {
    this.#source = source;
  }

  /** Number of the line that was read last, from 1. */
  get line(): number {
    return this.#line;
  }

  /** @throws UsageError unless the line is the header of a history that this version reads */
  header(bytes: Buffer): HistoryHeader {
    this.#line++;
    const value = this.#parse(bytes, "the header");
    if (!isRecord(value)) throw this.broken("expected the header, a JSON object");
    if (value["schema"] !== historySchema) throw this.broken(`expected the header with schema "${historySchema}", found ${shown(value["schema"])}`);
    if (value["timeUnit"] !== "ns") throw this.broken(`expected timeUnit "ns", found ${shown(value["timeUnit"])}`);
    const { planHash } = value;
    if (typeof planHash !== "string" || planHash.length > 200) throw this.broken(`expected planHash, a string, found ${shown(planHash)}`);
    return { schema: historySchema, planHash, timeUnit: "ns" };
  }

  /** @throws UsageError with the line number and what was expected */
  event(bytes: Buffer): NewEvent {
    this.#line++;
    const value = this.#parse(bytes, "an event");
    if (!isRecord(value)) throw this.broken("expected an event, a JSON object");
    const { index, timeNs, process, type, f, phase, node, error } = value;
    if (index !== this.#index) throw this.broken(`expected index ${this.#index}, found ${shown(index)}`);
    if (typeof timeNs !== "number" || !(timeNs >= 0)) throw this.broken(`expected timeNs, a number of at least 0, found ${shown(timeNs)}`);
    if (!isProcess(process)) throw this.broken(`expected process, an integer of at least -1, found ${shown(process)}`);
    if (!isType(type)) throw this.broken(`expected type, one of ${typeNames.join(", ")}, found ${shown(type)}`);
    if (!isPhase(phase)) throw this.broken(`expected phase, one of ${phaseNames.join(", ")}, found ${shown(phase)}`);
    if (typeof f !== "string") throw this.broken(`expected f, a string, found ${shown(f)}`);
    if (node !== undefined && typeof node !== "string") throw this.broken(`expected node, a string, found ${shown(node)}`);
    if (error !== undefined && typeof error !== "string") throw this.broken(`expected error, a string, found ${shown(error)}`);
    if (!isShallow(value["value"])) throw this.broken(`expected a value nested at most ${depthLimit} deep`);
    this.#follow(process, type);
    this.#index++;
    return {
      timeNs,
      process,
      type,
      f: this.#word(f),
      phase,
      ...(node === undefined ? {} : { node: this.#word(node) }),
      ...(value["value"] === undefined ? {} : { value: value["value"] }),
      ...(error === undefined ? {} : { error: this.#word(error) }),
    };
  }

  /** The error for the line that was read last. */
  broken(problem: string, options?: ErrorOptions): UsageError {
    const wayOut = "Cut the file before this line to judge what comes before it, or record the run again.";
    return new UsageError("broken-history", `${this.#source}, line ${this.#line}: ${problem}.`, wayOut, options);
  }

  #parse(bytes: Buffer, expected: string): Json {
    // A replacement character in the place of broken bytes would make different values equal.
    if (!isUtf8(bytes)) throw this.broken(`expected ${expected} in UTF-8`);
    const text = bytes.toString("utf8");
    try {
      // What `JSON.parse` answers is JSON by definition.
      return JSON.parse(text) as Json;
    } catch (cause) {
      throw this.broken(`expected ${expected}, one JSON object, found ${shown(text)}`, { cause });
    }
  }

  /** A process does one thing at a time: the order of real time, on which every verdict rests, is read off this. */
  #follow(process: number, type: EventType): void {
    if (type === "fault" || type === "fact") return;
    if (process < 0) throw this.broken(`expected the process of a client, found ${process}`);
    const isInvocation = type === "invoke";
    if (isInvocation && this.#busy.has(process)) throw this.broken(`process ${process} invokes although its operation before has not ended`);
    if (!isInvocation && !this.#busy.has(process)) throw this.broken(`process ${process} completes an operation that it never invoked`);
    if (isInvocation) this.#busy.add(process);
    else this.#busy.delete(process);
  }

  /** One copy of each word instead of one a line. Bounded: a hostile file may hold a million different ones. */
  #word(text: string): string {
    const known = this.#words.get(text);
    if (known !== undefined) return known;
    if (this.#words.size < 10_000) this.#words.set(text, text);
    return text;
  }
}

const typeNames: readonly EventType[] = ["invoke", "ok", "fail", "info", "fault", "fact"];
const phaseNames: readonly Phase[] = ["warm-up", "faults", "core-liveness", "final"];

function isType(value: Json | undefined): value is EventType {
  return typeNames.some((name) => name === value);
}

function isPhase(value: Json | undefined): value is Phase {
  return phaseNames.some((name) => name === value);
}

function isProcess(value: Json | undefined): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= -1 && value < 2 ** 31;
}

function isRecord(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `JSON.parse` made it, so only its depth can be wrong. */
function isShallow(value: Json | undefined): boolean {
  return typeof value !== "object" || value === null || isJson(value);
}

function shown(value: Json | undefined): string {
  const text = value === undefined ? "nothing" : JSON.stringify(typeof value === "string" ? value.slice(0, 60) : value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
