// One map of a Jepsen history, its members checked: who, what kind of event, which function, which value. For the reader.
import { brokenHistory } from "./broken-history.ts";
import { formText, memberOf, nameOf, nilForm } from "./form.ts";
import type { Form, MapForm } from "./form.ts";

export interface JepsenEvent {
  readonly line: number;
  readonly process: number;
  readonly type: "invoke" | "ok" | "fail" | "info";
  /** In the words of the file, without a colon. */
  readonly f: string;
  /** Nil if there is none. */
  readonly value: Form;
  /** Undefined unless it is a number that a recorder's clock can have shown. */
  readonly timeNs: number | undefined;
  readonly error: string | undefined;
}

/** Undefined for those who are no clients: the nemesis. @throws UsageError with the line, if it is no event */
export function jepsenEvent(form: MapForm): JepsenEvent | undefined {
  const { process, type, f, value, time, error } = membersOf(form);
  // A number in quotes is no nemesis: whoever skips it skips a client.
  if ((process?.kind === "keyword" || process?.kind === "string") && !/^\W*\d+$/.test(process.text)) return undefined;
  if (process?.kind !== "number" || !isCount(process.text)) throw wrong(form, "a process that is a whole number", process);
  const typeWord = wordOf(type);
  if (typeWord !== "invoke" && typeWord !== "ok" && typeWord !== "fail" && typeWord !== "info") {
    throw wrong(form, "a type that is invoke, ok, fail or info", type);
  }
  const name = wordOf(f);
  if (name === undefined) throw wrong(form, "an f that names a function", f);
  return { line: form.line, process: Number(process.text), type: typeWord, f: name, value: value ?? nilForm, timeNs: timeOf(time), error: errorOf(error) };
}

/** The position in the whole history, if the file has kept it. @throws UsageError if it is no number */
export function indexOfEvent(form: MapForm): number | undefined {
  const index = memberOf(form, "index");
  if (index === undefined || index.kind === "nil") return undefined;
  if (index.kind !== "number" || !Number.isSafeInteger(Number(index.text))) throw wrong(form, "an index that is a whole number", index);
  return Number(index.text);
}

type MemberName = "process" | "type" | "f" | "value" | "time" | "error";
type Members = { -readonly [Name in MemberName]?: Form | undefined };

/** In one pass, since a file has millions of events. */
function membersOf({ keys, values }: MapForm): Members {
  const members: Members = {};
  for (let index = 0; index < keys.length; index++) {
    const name = nameOf(keys[index]);
    if (isRead(name)) members[name] = values[index];
  }
  return members;
}

function isRead(name: string | undefined): name is MemberName {
  return name === "process" || name === "type" || name === "f" || name === "value" || name === "time" || name === "error";
}

/** Digits alone: no sign, no fraction. */
function isCount(text: string): boolean {
  return /^\d+$/.test(text);
}

/** A keyword, or in JSON a string, with or without the colon that some exports leave in front. */
function wordOf(form: Form | undefined): string | undefined {
  if (form?.kind === "keyword") return form.text;
  return form?.kind === "string" ? form.text.replace(/^:/, "") : undefined;
}

function timeOf(form: Form | undefined): number | undefined {
  const time = form?.kind === "number" ? Number(form.text) : Number.NaN;
  return time >= 0 && time < Infinity ? time : undefined;
}

function errorOf(form: Form | undefined): string | undefined {
  if (form === undefined || form.kind === "nil") return undefined;
  return form.kind === "string" ? form.text : formText(form);
}

function wrong(form: MapForm, expected: string, found: Form | undefined): Error {
  return brokenHistory(form.line, expected, found === undefined ? "" : formText(found));
}
