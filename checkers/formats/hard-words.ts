// The words of the hard format, model by model, for its reader and its writer: `i ID PROCESS F KEY A B` is an invocation,
// `o ID ok|fail VALUE` its completion; an invocation without completion has an unknown outcome.
//
// F: `r`, `w A`, `cas A B` on a register; `enq A`, `deq` (value -1: empty) on a queue; `inc A`, `r` on a counter;
// `acq A`, `rel A` (A is the owner) on a lock. A register starts empty, which is the value -1000000.
import type { Json, JsonObject } from "../../harness/json.ts";
import type { HistoryModel } from "./history-format.ts";

/** How one function is written. All places are whole numbers as decimal texts, unused ones are 0. */
export interface HardFunction {
  readonly word: string;
  readonly f: string;
  /** The members of the input without `f` and `key`; undefined if the numbers make none. */
  input(a: string, b: string): JsonObject | undefined;
  /** The numbers; undefined: this cannot be written, e.g. a value that is no number. */
  places(input: JsonObject): readonly [a: string, b: string] | undefined;
  /** The output of an `ok`. */
  output(value: string): Json | undefined;
  /** The number of an output; undefined: this cannot be written as `ok`. */
  value(output: Json): string | undefined;
  /** What `fail` says: it did not happen, it was refused (the answer false), or, by `--failed-cas`, either. */
  readonly failure: "absent" | "refused" | "by option";
}

const nothingRead = "-1000000";
const emptyQueue = "-1";
const none = "0";

/** The functions of a model; undefined: the format has no words for it. */
export function hardFunctionsOf(model: HistoryModel): readonly HardFunction[] | undefined {
  return functions[model];
}

const read: HardFunction = {
  word: "r",
  f: "read",
  input: () => ({}),
  places: (input) => (input["mode"] === undefined ? [none, none] : undefined),
  output: (value) => (value === nothingRead ? null : value),
  value: (output) => (output === null ? nothingRead : numberBut(nothingRead, output)),
  failure: "absent",
};

const register: readonly HardFunction[] = [
  read,
  {
    ...silent("w", "write"),
    input: (value) => (value === nothingRead ? undefined : { value }),
    places: (input) => placesOf(numberBut(nothingRead, input["value"])),
  },
  {
    ...silent("cas", "cas"),
    input: (from, to) => (to === nothingRead ? undefined : { from: from === nothingRead ? null : from, to }),
    places(input) {
      const from = input["from"] === null ? nothingRead : numberBut(nothingRead, input["from"]);
      return placesOf(from, numberBut(nothingRead, input["to"]));
    },
    output: () => true,
    value: (output) => (output === true ? none : undefined),
    failure: "by option",
  },
];

const functions: Partial<Readonly<Record<HistoryModel, readonly HardFunction[]>>> = {
  register,
  "cas-register": register,
  "fifo-queue": [
    {
      ...silent("enq", "enqueue"),
      input: (value) => (value === emptyQueue ? undefined : { value }),
      places: (input) => placesOf(numberBut(emptyQueue, input["value"])),
    },
    {
      ...silent("deq", "dequeue"),
      output: (value) => (value === emptyQueue ? null : value),
      value: (output) => (output === null ? emptyQueue : numberBut(emptyQueue, output)),
    },
  ],
  counter: [
    {
      ...silent("inc", "add"),
      input: (amount) => (Number.isSafeInteger(Number(amount)) ? { amount: Number(amount) } : undefined),
      places: (input) => placesOf(safeNumber(input["amount"] ?? null)),
    },
    {
      ...read,
      output: (value) => (Number.isSafeInteger(Number(value)) ? Number(value) : undefined),
      value: safeNumber,
    },
  ],
  mutex: [lock("acq", "acquire"), lock("rel", "release")],
};

/** A function without arguments that answers nothing. */
function silent(word: string, f: string): HardFunction {
  return {
    word,
    f,
    input: () => ({}),
    places: () => [none, none],
    output: () => null,
    value: (output) => (output === null ? none : undefined),
    failure: "absent",
  };
}

function lock(word: string, f: string): HardFunction {
  return {
    ...silent(word, f),
    input: (owner) => ({ owner }),
    places: (input) => placesOf(numberBut("", input["owner"])),
    output: () => true,
    value: (output) => (output === true ? none : undefined),
    failure: "refused",
  };
}

function placesOf(a: string | undefined, b: string | undefined = none): readonly [string, string] | undefined {
  return a === undefined || b === undefined ? undefined : [a, b];
}

function safeNumber(value: Json): string | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) ? String(value + 0) : undefined; // 0 of -0
}

/** The text of a whole number, in the one form in which it would be read back; other than the number with a meaning of its own. */
function numberBut(special: string, text: Json | undefined): string | undefined {
  return typeof text === "string" && text !== special && /^(0|-?[1-9]\d*)$/.test(text) ? text : undefined;
}
