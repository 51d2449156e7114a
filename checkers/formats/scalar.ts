// Single values of histories as the texts that models compare: numbers as decimal text, strings as they are, and never two
// different values as one text. For the vocabularies.
import { canonicalNumber } from "./decimal-number.ts";
import { formText, textForm } from "./form.ts";
import type { Form, Notation } from "./form.ts";

/**
 * 3 is `3`, "abc" is `abc`, :up is `:up`. A string that looks like another kind of value keeps its quotes: "3" is `"3"`.
 * Undefined for nil, for symbols (a misspelt nil would become a value) and for collections, which are no single value.
 */
export function textOfScalar(form: Form, notation: Notation): string | undefined {
  switch (form.kind) {
    case "string":
      return isAmbiguous(form.text, notation) ? JSON.stringify(form.text) : form.text;
    case "number":
    case "boolean":
    case "keyword":
    case "character":
    case "tagged":
      return formText(form);
    case "nil":
    case "symbol":
    case "list":
    case "set":
    case "map":
      return undefined;
  }
}

/** The value that `textOfScalar` makes this text of; undefined if there is none in this notation. */
export function scalarOfText(text: string, notation: Notation): Form | undefined {
  const form = likelyScalar(text, notation);
  return form !== undefined && textOfScalar(form, notation) === text ? form : undefined;
}

function likelyScalar(text: string, notation: Notation): Form | undefined {
  if (!text.isWellFormed()) return undefined;
  if (canonicalNumber(text) === text) return textForm("number", text);
  if (text === "true" || text === "false") return { kind: "boolean", line: 0, value: text === "true" };
  if (text.startsWith('"')) return quotedString(text);
  if (notation === "json" || !/^[:\\#]/.test(text)) return textForm("string", text);
  if (/^:[^\s,;"()[\]{}\\:][^\s,;"()[\]{}\\]*$/u.test(text)) return textForm("keyword", text.slice(1));
  if (/^\\(?:\S|[a-z]+|u[0-9a-fA-F]{4})$/u.test(text)) return textForm("character", text);
  return undefined;
}

function quotedString(text: string): Form | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "string" ? textForm("string", value) : undefined;
  } catch {
    return undefined; // no quoted string: nothing that this notation has
  }
}

/** Whether the string without its quotes would read as another kind of value. */
function isAmbiguous(text: string, notation: Notation): boolean {
  const first = text.charCodeAt(0);
  if (first === 0x22) return true;
  if (notation === "edn" && (first === 0x3a || first === 0x5c || first === 0x23)) return true;
  if (text === "true" || text === "false") return true;
  return (first === 0x2d || (first >= 0x30 && first <= 0x39)) && canonicalNumber(text) === text;
}
