// The kinds of values that operations carry. For the vocabularies.
import type { Json } from "../../harness/json.ts";
import { canonicalNumber, exactNumber } from "./decimal-number.ts";
import { booleanForm, listForm, nilForm, textForm } from "./form.ts";
import type { Form, Notation } from "./form.ts";
import { scalarOfText, textOfScalar } from "./scalar.ts";
import type { Value } from "./vocabulary.ts";

/** A string for us; a number, string, keyword or the like elsewhere. */
export const scalar: Value = {
  text: "a single value other than nil",
  accepts: (value) => typeof value === "string",
  read: textOfScalar,
  write: (value, notation) => (typeof value === "string" ? scalarOfText(value, notation) : undefined),
};

/** A scalar, or null and nil. */
export const scalarOrNil: Value = {
  text: "a single value or nil",
  accepts: (value) => value === null || typeof value === "string",
  read: (form, notation) => (form.kind === "nil" ? null : textOfScalar(form, notation)),
  write: (value, notation) => (value === null ? nilForm : scalar.write(value, notation)),
};

/** For models whose values are strings by nature: nothing else is one. */
export const characters: Value = {
  text: "a string",
  accepts: (value) => typeof value === "string",
  read: (form) => (form.kind === "string" ? form.text : undefined),
  write: (value) => (typeof value === "string" && value.isWellFormed() ? textForm("string", value) : undefined),
};

/** A number that can be added up exactly. */
export const wholeNumber: Value = {
  text: "a whole number below 2^53",
  accepts: Number.isSafeInteger,
  read: (form) => (form.kind === "number" ? safeInteger(form.text) : undefined),
  write: (value) => (typeof value === "number" && Number.isSafeInteger(value) ? textForm("number", String(value)) : undefined),
};

/** A whole number that counts something. */
export const count: Value = {
  text: "a whole number from 0 to 2^53",
  accepts: (value) => wholeNumber.accepts(value) && Number(value) >= 0,
  read: (form) => notBelowZero(wholeNumber.read(form, "edn")),
  write: (value, notation) => (Number(value) >= 0 ? wholeNumber.write(value, notation) : undefined),
};

/** Any number that a double holds without becoming another one. */
export const plainNumber: Value = {
  text: "a number that a double holds exactly",
  accepts: (value) => typeof value === "number" && Number.isFinite(value),
  read: (form) => (form.kind === "number" ? exactNumber(form.text) : undefined),
  write: (value) => (typeof value === "number" ? numberForm(value) : undefined),
};

export const flag: Value = {
  text: "true or false",
  accepts: (value) => typeof value === "boolean",
  read: (form) => (form.kind === "boolean" ? form.value : undefined),
  write: (value) => (typeof value === "boolean" ? booleanForm(value) : undefined),
};

/** In any order; elsewhere a list or a set. */
export const scalars: Value = {
  text: "a list or set of single values other than nil",
  accepts: (value) => Array.isArray(value) && value.every((item) => typeof item === "string"),
  read: (form, notation) => (form.kind === "list" || form.kind === "set" ? every(form.items, (item) => textOfScalar(item, notation)) : undefined),
  write: (value, notation) => writtenList(value, notation, scalar),
};

/** The holder of a lock. Without one, nil, the file does not tell who it is, and anybody may give back what anybody took. */
export const owner: Value = {
  text: "an owner or nil",
  accepts: (value) => typeof value === "string",
  read: (form, notation) => (form.kind === "nil" ? anybody : form.kind === "boolean" ? undefined : textOfScalar(form, notation)),
  write(value, notation) {
    if (value === anybody) return nilForm;
    const form = scalar.write(value, notation);
    return form?.kind === "boolean" ? undefined : form;
  },
};

const anybody = "anybody";

/** The same value where it may be missing in our own histories. */
export function optional(value: Value): Value {
  return { ...value, isOptional: true };
}

/** All results, or undefined if one of them is. */
export function every<From, To>(items: readonly From[], read: (item: From) => To | undefined): To[] | undefined {
  const results: To[] = [];
  for (const item of items) {
    const result = read(item);
    if (result === undefined) return undefined;
    results.push(result);
  }
  return results;
}

function writtenList(value: Json, notation: Notation, each: Value): Form | undefined {
  if (!Array.isArray(value)) return undefined;
  const items = every(value, (item: Json) => each.write(item, notation));
  return items === undefined ? undefined : listForm(items);
}

function safeInteger(text: string): number | undefined {
  const value = exactNumber(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

function notBelowZero(value: Json | undefined): Json | undefined {
  return typeof value === "number" && value >= 0 ? value : undefined;
}

function numberForm(value: number): Form | undefined {
  const text = canonicalNumber(String(value));
  return text !== undefined && exactNumber(text) === value ? textForm("number", text) : undefined;
}
