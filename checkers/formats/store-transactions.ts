// Operations of several keys at once, as Jepsen writes them: `:txn [[:read x nil] [:read y nil]]`. For the vocabulary of the
// multi-key store, whose functions only read or only write.
import type { Json, JsonObject } from "../../harness/json.ts";
import { pair, pairOf } from "./answers.ts";
import { areEqual, hasDuplicate, listForm, nilForm, textForm } from "./form.ts";
import type { Form, Notation } from "./form.ts";
import { scalarOfText, textOfScalar } from "./scalar.ts";
import { every, scalar, scalarOrNil } from "./values.ts";
import type { Answer, Arguments, Value } from "./vocabulary.ts";

const readWords: readonly string[] = ["read", "r"];
const writeWords: readonly string[] = ["write", "w"];

const keys: Value = {
  text: "a list of keys",
  accepts: (value) => Array.isArray(value) && value.every((key) => typeof key === "string"),
  read: () => undefined,
  write: () => undefined,
};

const entries: Value = {
  text: "a list of pairs [KEY VALUE] with every key once",
  accepts: (value) => isRecord(value) && Object.values(value).every((entry) => scalarOrNil.accepts(entry)),
  read: (form, notation) => (form.kind === "list" ? entriesOf(every(form.items, pairOf), notation) : undefined),
  write(value, notation) {
    const pairs = isRecord(value) ? formsOfEntries(value, notation) : undefined;
    return pairs === undefined ? undefined : listForm(pairs.map((pair) => listForm(pair)));
  },
};

/** `[[:read KEY nil] ...]`. */
export const reads: Arguments = {
  text: "[[:read KEY nil] ...]",
  members: { keys },
  read(form, notation) {
    const steps = stepsOf(form, readWords);
    const names = steps?.every(([, value]) => value.kind === "nil") ? every(steps, ([key]) => textOfScalar(key, notation)) : undefined;
    return names === undefined ? undefined : { keys: names };
  },
  write(input, notation) {
    const names = Array.isArray(input["keys"]) ? every(input["keys"], (key: Json) => scalar.write(key, notation)) : undefined;
    return names === undefined ? undefined : listForm(names.map((key) => step("read", key, nilForm)));
  },
};

/** `[[:read KEY VALUE] ...]`, the keys in the order of the invocation. */
export const readValues: Answer = {
  text: "[[:read KEY VALUE] ...] with the keys of the invocation",
  isRepeated: false,
  accepts: (output, input) =>
    Array.isArray(output) &&
    Array.isArray(input["keys"]) &&
    output.length === input["keys"].length &&
    output.every((value: Json) => scalarOrNil.accepts(value)),
  read(form, asked, notation) {
    const [steps, askedSteps] = [stepsOf(form, readWords), stepsOf(asked, readWords)];
    if (steps === undefined || steps.length !== askedSteps?.length) return undefined;
    if (!steps.every(([key], index) => areEqual(key, askedSteps[index]?.[0] ?? nilForm))) return undefined;
    return every(steps, ([, value]) => scalarOrNil.read(value, notation));
  },
  write(output, asked, notation) {
    const values = Array.isArray(output) ? every(output, (value: Json) => scalarOrNil.write(value, notation)) : undefined;
    const askedSteps = stepsOf(asked, readWords) ?? [];
    return values?.length === askedSteps.length ? listForm(askedSteps.map(([key], index) => step("read", key, values[index] ?? nilForm))) : undefined;
  },
};

/** `[[:write KEY VALUE] ...]`, each key once; nil deletes. */
export const writes: Arguments = {
  text: "[[:write KEY VALUE] ...] with every key once",
  members: { entries },
  read(form, notation) {
    const written = entriesOf(stepsOf(form, writeWords), notation);
    return written === undefined ? undefined : { entries: written };
  },
  write(input, notation) {
    const pairs = isRecord(input["entries"]) ? formsOfEntries(input["entries"], notation) : undefined;
    return pairs === undefined ? undefined : listForm(pairs.map(([key, value]) => step("write", key, value)));
  },
};

/** `[[[KEY VALUE] ...] [[KEY VALUE] ...]]`: what is expected and what is written then. Not maps: JSON would make their keys strings. */
export const comparison: Arguments = pair(["expected", "entries"], [entries, entries], "a pair [EXPECTED WRITTEN], each [[KEY VALUE] ...] with every key once");

/** Key and value of each step, if all of them do this. */
function stepsOf(form: Form, words: readonly string[]): readonly (readonly [Form, Form])[] | undefined {
  if (form.kind !== "list" || form.items.length === 0) return undefined;
  return every(form.items, (item) => {
    if (item.kind !== "list" || item.items.length !== 3) return undefined;
    const [word, key, value] = item.items;
    if (word === undefined || key === undefined || value === undefined) return undefined;
    const isMeant = (word.kind === "keyword" || word.kind === "string") && words.includes(word.text);
    return isMeant ? ([key, value] as const) : undefined;
  });
}

function step(word: string, key: Form, value: Form): Form {
  return listForm([textForm("keyword", word), key, value]);
}

/** Keys that are written twice are refused: which of the values counts depends on an order that entries do not have. */
function entriesOf(pairs: readonly (readonly [Form, Form])[] | undefined, notation: Notation): JsonObject | undefined {
  if (pairs === undefined || hasDuplicate(pairs.map(([key]) => key))) return undefined;
  const named = every(pairs, ([key, value]) => {
    const [name, entry] = [textOfScalar(key, notation), scalarOrNil.read(value, notation)];
    return name === undefined || entry === undefined ? undefined : ([name, entry] as const);
  });
  return named === undefined ? undefined : Object.fromEntries(named);
}

function formsOfEntries(record: JsonObject, notation: Notation): (readonly [Form, Form])[] | undefined {
  return every(Object.entries(record), ([key, value]) => {
    const [name, entry] = [scalarOfText(key, notation), scalarOrNil.write(value, notation)];
    return name === undefined || entry === undefined ? undefined : ([name, entry] as const);
  });
}

function isRecord(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
