// How the operations of a model look in files: the words of its functions, their arguments and their answers. One table a
// model (vocabularies.ts) serves the readers, the writers and the check of our own format.
import type { Json, JsonObject } from "../../harness/json.ts";
import type { Form, Notation } from "./form.ts";

/** All the functions of a model. */
export interface Vocabulary {
  /** The key of the only object of a file without keys; undefined: operations of this model have no key. */
  readonly object: string | undefined;
  readonly functions: readonly FunctionWords[];
}

export interface FunctionWords {
  /** In our own histories. */
  readonly f: string;
  /** In Jepsen's histories; the first is the one that is written. */
  readonly foreign: readonly string[];
  readonly arguments: Arguments;
  readonly answer: Answer;
  /** Compares and sets: a failure may mean that it ran and met another value, which is the answer false. */
  readonly isConditional?: boolean;
}

/** Undefined from a reader or writer: there is no such thing on the other side. */
export interface Arguments {
  /** What they look like in Jepsen's histories, for messages. */
  readonly text: string;
  /** The members of an input besides `f` and `key`: what they look like for messages, and which are right. */
  readonly members: Readonly<Record<string, Value>>;
  read(form: Form, notation: Notation): JsonObject | undefined;
  write(input: JsonObject, notation: Notation): Form | undefined;
}

export interface Answer {
  readonly text: string;
  /** True if the completion may repeat the arguments, or leave them out, to say that it succeeded. */
  readonly isRepeated: boolean;
  accepts(output: Json, input: JsonObject): boolean;
  /** `asked`: the arguments as they stood in the invocation. */
  read(form: Form, asked: Form, notation: Notation): Json | undefined;
  write(output: Json, asked: Form, notation: Notation): Form | undefined;
}

/** One place of an operation that holds a value. */
export interface Value {
  readonly text: string;
  /** May be missing in our own histories. */
  readonly isOptional?: boolean;
  accepts(value: Json): boolean;
  read(form: Form, notation: Notation): Json | undefined;
  write(value: Json, notation: Notation): Form | undefined;
}

/** Whether these are exactly the members of this function, in our own words: one more could mean that it is another function. */
export function isInputOf({ object }: Vocabulary, { arguments: { members } }: FunctionWords, input: JsonObject): boolean {
  const hasKey = object !== undefined;
  if (hasKey !== (typeof input["key"] === "string")) return false;
  if (!Object.entries(members).every(([name, value]) => value.isOptional === true || Object.hasOwn(input, name))) return false;
  return Object.entries(input).every(
    ([name, value]) => name === "f" || (name === "key" ? hasKey : Object.hasOwn(members, name) && members[name]?.accepts(value) === true),
  );
}

/** `read, write, cas or delete`. */
export function listOfWords(words: readonly string[]): string {
  const unique = [...new Set(words)];
  return unique.length < 2 ? unique.join("") : `${unique.slice(0, -1).join(", ")} or ${unique.at(-1) ?? ""}`;
}
