// The words of every model, once for all formats: what its functions are called, what they are given and what they answer.
import { acknowledged, alwaysNil, answered, either, nothing, one, ownOnly, pair, pairOf, refused, succeeded } from "./answers.ts";
import { areEqual, listForm, nilForm, textForm } from "./form.ts";
import type { HistoryModel } from "./history-format.ts";
import { comparison, readValues, reads, writes } from "./store-transactions.ts";
import { characters, count, flag, optional, owner, plainNumber, scalar, scalarOrNil, scalars, wholeNumber } from "./values.ts";
import type { Answer, FunctionWords, Value, Vocabulary } from "./vocabulary.ts";

/** The table of a model. */
export function vocabularyOf(model: HistoryModel): Vocabulary {
  return vocabularies[model];
}

const fromTo = pair(["from", "to"], [scalarOrNil, scalar], "a pair [FROM TO]");

const register: Vocabulary = {
  object: "register",
  functions: [
    // A read may name how it was served (`mode`); it has to be linearizable all the same.
    { f: "read", foreign: ["read"], arguments: { ...nothing, members: { mode: optional(leaseMode()) } }, answer: answered(scalarOrNil) },
    { f: "write", foreign: ["write"], arguments: one("value", scalar), answer: acknowledged },
    { f: "cas", foreign: ["cas"], arguments: fromTo, answer: succeeded, isConditional: true },
    { f: "delete", foreign: ["delete"], arguments: nothing, answer: acknowledged },
  ],
};

const vocabularies: Readonly<Record<HistoryModel, Vocabulary>> = {
  register,
  "cas-register": register,
  "versioned-register": {
    object: "register",
    functions: [
      { f: "read", foreign: ["read"], arguments: nothing, answer: versionedValue() },
      { f: "write", foreign: ["write"], arguments: pair([undefined, "value"], [alwaysNil, scalar], "a pair [nil VALUE]"), answer: newVersion() },
      {
        f: "cas",
        foreign: ["cas"],
        arguments: pair(["version", "value"], [count, scalar], "a pair [VERSION VALUE]"),
        answer: either(newVersion(), refused),
        isConditional: true,
      },
    ],
  },
  "multi-key-store": {
    object: undefined,
    functions: [
      { f: "read", foreign: ["txn"], arguments: reads, answer: readValues },
      { f: "write", foreign: ["txn"], arguments: writes, answer: acknowledged },
      { f: "cas", foreign: ["cas"], arguments: comparison, answer: succeeded, isConditional: true },
    ],
  },
  "string-store": {
    object: "string",
    functions: [
      { f: "get", foreign: ["get"], arguments: nothing, answer: answered(characters) },
      { f: "put", foreign: ["put"], arguments: one("value", characters), answer: acknowledged },
      { f: "append", foreign: ["append"], arguments: one("value", characters), answer: acknowledged },
    ],
  },
  "fifo-queue": { object: "queue", functions: container(["enqueue", "dequeue"], scalar, scalarOrNil) },
  stack: { object: "stack", functions: container(["push", "pop"], scalar, scalarOrNil) },
  "priority-queue": {
    object: "queue",
    functions: container(["insert", "poll"], plainNumber, numberOrNil()).map((words) => ({
      ...words,
      foreign: [...words.foreign, words.f === "insert" ? "enqueue" : "dequeue"],
    })),
  },
  set: {
    object: "set",
    functions: ["add", "remove", "contains"].map((f) => ({ f, foreign: [f], arguments: one("element", scalar), answer: answered(flag) })),
  },
  "growing-set": {
    object: "set",
    functions: [
      { f: "add", foreign: ["add"], arguments: one("element", scalar), answer: acknowledged },
      { f: "read", foreign: ["read"], arguments: nothing, answer: answered(scalars) },
    ],
  },
  counter: {
    object: "counter",
    functions: [
      // A completed add of Jepsen repeats the amount; the new value, which ours may answer, would look the same there.
      { f: "add", foreign: ["add"], arguments: one("amount", wholeNumber), answer: either(acknowledged, ownOnly(Number.isSafeInteger)) },
      { f: "read", foreign: ["read"], arguments: nothing, answer: answered(wholeNumber) },
    ],
  },
  mutex: {
    object: "mutex",
    functions: ["acquire", "release"].map((f) => ({ f, foreign: [f], arguments: one("owner", owner), answer: succeeded })),
  },
  "fenced-lock": {
    object: "lock",
    functions: [
      { f: "acquire", foreign: ["acquire"], arguments: one("owner", owner), answer: either(answered(count), refused) },
      { f: "release", foreign: ["release"], arguments: one("owner", owner), answer: succeeded },
    ],
  },
  semaphore: {
    object: "semaphore",
    functions: ["acquire", "release"].map((f) => ({ f, foreign: [f], arguments: nothing, answer: succeeded })),
  },
};

/** A container that things are put in and taken out of; nil says that it was empty. */
function container([put, take]: readonly [string, string], value: Value, valueOrNil: Value): FunctionWords[] {
  return [
    { f: put, foreign: [put], arguments: one("value", value), answer: acknowledged },
    { f: take, foreign: [take], arguments: nothing, answer: answered(valueOrNil) },
  ];
}

function numberOrNil(): Value {
  return {
    text: `${plainNumber.text}, or nil`,
    accepts: (value) => value === null || plainNumber.accepts(value),
    read: (form, notation) => (form.kind === "nil" ? null : plainNumber.read(form, notation)),
    write: (value, notation) => (value === null ? nilForm : plainNumber.write(value, notation)),
  };
}

function leaseMode(): Value {
  return { text: '"lease"', accepts: (value) => value === "lease", read: () => undefined, write: () => undefined };
}

/** `[VERSION VALUE]`, as in the tests of etcd; version 0 and nil is a register that was never written. */
function versionedValue(): Answer {
  return {
    text: "a pair [VERSION VALUE]",
    isRepeated: false,
    accepts(output) {
      if (typeof output !== "object" || output === null || Object.keys(output).toSorted().join(" ") !== "value version") return false;
      const members = Object.fromEntries(Object.entries(output));
      return count.accepts(members["version"] ?? null) && scalarOrNil.accepts(members["value"] ?? null);
    },
    read(form, _asked, notation) {
      const parts = pairOf(form);
      if (parts === undefined) return undefined;
      const [version, value] = [count.read(parts[0], notation), scalarOrNil.read(parts[1], notation)];
      return version === undefined || value === undefined ? undefined : { value, version };
    },
    write(output, _asked, notation) {
      const members = Object.fromEntries(Object.entries(output ?? {}));
      const [version, value] = [count.write(members["version"] ?? null, notation), scalarOrNil.write(members["value"] ?? null, notation)];
      return version === undefined || value === undefined ? undefined : listForm([version, value]);
    },
  };
}

/** `[VERSION VALUE]` with the value that was to be written. */
function newVersion(): Answer {
  return {
    text: "a pair [NEW-VERSION VALUE] with the value of the invocation",
    isRepeated: false,
    accepts: (output) => count.accepts(output),
    read(form, asked, notation) {
      const [parts, given] = [pairOf(form), pairOf(asked)];
      return parts !== undefined && given !== undefined && areEqual(parts[1], given[1]) ? count.read(parts[0], notation) : undefined;
    },
    write(output, asked) {
      const given = pairOf(asked);
      return typeof output === "number" && given !== undefined ? listForm([textForm("number", String(output)), given[1]]) : undefined;
    },
  };
}
