// Values as EDN and as JSON, for the writers.
import { nilForm } from "./form.ts";
import type { Form, Notation } from "./form.ts";

/** One line, without blanks at its ends. Keywords become strings in JSON, sets become arrays. */
export function printed(form: Form, notation: Notation): string {
  return notation === "edn" ? ednOf(form) : jsonOf(form);
}

function ednOf(form: Form): string {
  switch (form.kind) {
    case "nil":
      return "nil";
    case "boolean":
      return String(form.value);
    case "string":
      return `"${form.text.replace(/["\\\n\r\t]/g, ednEscape)}"`;
    case "keyword":
      return `:${form.text}`;
    case "list":
      return `[${form.items.map(ednOf).join(" ")}]`;
    case "set":
      return `#{${form.items.map(ednOf).join(" ")}}`;
    case "map":
      return `{${form.keys.map((key, index) => `${ednOf(key)} ${ednOf(form.values[index] ?? nilForm)}`).join(", ")}}`;
    case "number":
    case "character":
    case "symbol":
    case "tagged":
      return form.text;
  }
}

function ednEscape(found: string): string {
  return found === "\n" ? "\\n" : found === "\r" ? "\\r" : found === "\t" ? "\\t" : `\\${found}`;
}

function jsonOf(form: Form): string {
  switch (form.kind) {
    case "nil":
      return "null";
    case "boolean":
      return String(form.value);
    case "number":
      return form.text;
    case "string":
    case "keyword":
    case "character":
    case "symbol":
    case "tagged":
      return JSON.stringify(form.text);
    case "list":
    case "set":
      return `[${form.items.map(jsonOf).join(",")}]`;
    case "map":
      return `{${form.keys.map((key, index) => `${jsonOf(key)}:${jsonOf(form.values[index] ?? nilForm)}`).join(",")}}`;
  }
}
