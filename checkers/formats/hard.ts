// A terse text format for single-object histories: `i ID PROCESS F KEY A B` is an invocation, `o ID ok|fail VALUE` its
// completion; an invocation without completion has an unknown outcome.
//
// F: `r`, `w A`, `cas A B` on a register; `enq A`, `deq` (value -1: empty) on a queue; `inc A`, `r` on a counter;
// `acq A`, `rel A` (A is the owner) on a lock. A register starts empty, which is the value -1000000.
import type { History } from "../../harness/history.ts";
import type { Json, JsonObject } from "../../harness/json.ts";
import type { CounterInput, CounterOutput } from "../linearizability/models/counter.ts";
import type { QueueInput, QueueOutput } from "../linearizability/models/fifo-queue.ts";
import type { MutexInput, MutexOutput } from "../linearizability/models/mutex.ts";
import type { RegisterInput, RegisterOutput } from "../linearizability/models/register.ts";
import { Recording, brokenHistory, completeLines } from "./recording.ts";
import type { FailedCas, ForeignEvent } from "./recording.ts";

/** The object is recognised by its operations. */
export type HardHistory =
  | { readonly object: "register"; readonly history: History<RegisterInput, RegisterOutput> }
  | { readonly object: "queue"; readonly history: History<QueueInput, QueueOutput> }
  | { readonly object: "counter"; readonly history: History<CounterInput, CounterOutput> }
  | { readonly object: "mutex"; readonly history: History<MutexInput, MutexOutput> };

export interface HardOptions {
  /** Default `mismatch`. */
  readonly failedCas?: FailedCas;
}

type HardObject = HardHistory["object"];

const emptyRegister = "-1000000";
const objectsOf: Readonly<Record<string, HardObject>> = {
  w: "register",
  cas: "register",
  enq: "queue",
  deq: "queue",
  inc: "counter",
  acq: "mutex",
  rel: "mutex",
};

/** @throws UsageError with the line, if the file is broken, cut off inside a line, or mixes objects */
export function parseHard(text: string, options: HardOptions = {}): HardHistory {
  const lines = completeLines(text).map((line, index) => ({ line: index + 1, words: line.trim().split(/\s+/), text: line }));
  const object = recognise(lines);
  const reader = new HardReader(object, options.failedCas ?? "mismatch");
  for (const line of lines) if (line.text.trim() !== "") reader.read(line);
  switch (object) {
    case "register":
      return { object, history: reader.recording.finish() };
    case "queue":
      return { object, history: reader.recording.finish() };
    case "counter":
      return { object, history: reader.recording.finish() };
    case "mutex":
      return { object, history: reader.recording.finish() };
  }
}

interface Line {
  readonly line: number;
  readonly words: readonly string[];
  readonly text: string;
}

/** A file of reads alone is a register. */
function recognise(lines: readonly Line[]): HardObject {
  let found: HardObject | undefined;
  for (const { line, words, text } of lines) {
    const object = words[0] === "i" ? objectsOf[words[3] ?? ""] : undefined;
    if (object === undefined) continue;
    if (found !== undefined && found !== object) throw brokenHistory(line, `an operation on a ${found}`, text);
    found = object;
  }
  return found ?? "register";
}

class HardReader {
  readonly recording = new Recording();
  readonly #object: HardObject;
  readonly #failedCas: FailedCas;
  readonly #invoked = new Map<string, { readonly process: number; readonly f: string; isOpen: boolean }>();

  constructor(object: HardObject, failedCas: FailedCas) {
    this.#object = object;
    this.#failedCas = failedCas;
  }

  read({ line, words, text }: Line): void {
    if (words[0] === "i") this.#invocation(line, words, text);
    else if (words[0] === "o") this.#completion(line, words, text);
    else throw brokenHistory(line, "i ID PROCESS F KEY A B, or o ID ok|fail VALUE", text);
  }

  #invocation(line: number, words: readonly string[], text: string): void {
    const [, id, process, f, key, a, b, ...rest] = words;
    if (
      id === undefined ||
      process === undefined ||
      f === undefined ||
      key === undefined ||
      !isWhole(process) ||
      !isWhole(a) ||
      !isWhole(b) ||
      rest.length > 0
    ) {
      throw brokenHistory(line, "i ID PROCESS F KEY A B", text);
    }
    if (this.#invoked.has(id)) throw brokenHistory(line, "an id that was not used before", text);
    const input = this.#inputOf(f, key, a, b);
    if (input === undefined) throw brokenHistory(line, `an operation on a ${this.#object}`, text);
    const { f: name, ...value } = input;
    this.#invoked.set(id, { process: Number(process), f: name, isOpen: true });
    this.recording.add({ line, process: Number(process), type: "invoke", f: name, value });
  }

  #completion(line: number, words: readonly string[], text: string): void {
    const [, id, type, value, ...rest] = words;
    if ((type !== "ok" && type !== "fail") || !isWhole(value) || rest.length > 0) throw brokenHistory(line, "o ID ok|fail VALUE", text);
    const invoked = this.#invoked.get(id ?? "");
    if (invoked === undefined) throw brokenHistory(line, "the id of an invocation before it", text);
    if (!invoked.isOpen) throw brokenHistory(line, "one completion only", text);
    invoked.isOpen = false;
    this.recording.add({ line, process: invoked.process, f: invoked.f, ...this.#outcomeOf(invoked.f, type, value) });
  }

  #inputOf(f: string, key: string, a: string, b: string): (JsonObject & { readonly f: string }) | undefined {
    if (f === "r" && (this.#object === "register" || this.#object === "counter")) return { f: "read", key };
    if (f === "w") return { f: "write", key, value: a };
    if (f === "cas") return { f: "cas", key, from: a === emptyRegister ? null : a, to: b };
    if (f === "enq") return { f: "enqueue", key, value: a };
    if (f === "deq") return { f: "dequeue", key };
    if (f === "inc") return { f: "add", key, amount: Number(a) };
    if (f === "acq") return { f: "acquire", key, owner: a };
    return f === "rel" ? { f: "release", key, owner: a } : undefined;
  }

  #outcomeOf(f: string, type: "ok" | "fail", value: string): Pick<ForeignEvent, "type" | "value"> {
    if (f === "acquire" || f === "release") return { type: "ok", value: type === "ok" };
    if (f === "cas" && type === "fail") return this.#failedCas === "mismatch" ? { type: "ok", value: false } : { type };
    if (type === "fail") return { type };
    return { type, value: this.#outputOf(f, value) };
  }

  #outputOf(f: string, value: string): Json {
    if (f === "cas") return true;
    if (f === "dequeue") return value === "-1" ? null : value;
    if (f !== "read") return null;
    return this.#object === "counter" ? Number(value) : value === emptyRegister ? null : value;
  }
}

function isWhole(word: string | undefined): word is string {
  return word !== undefined && /^-?\d+$/.test(word);
}
