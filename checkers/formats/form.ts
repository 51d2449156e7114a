// A value of a history file before anybody knows what it means: what EDN and JSON have in common. For readers and writers.

/** The two notations; they differ in what looks like what. */
export type Notation = "edn" | "json";

/** A value with the line it starts in. Keywords lose their colon; numbers are decimal texts, equal for equal numbers. */
export type Form =
  | { readonly kind: "nil"; readonly line: number }
  | { readonly kind: "boolean"; readonly line: number; readonly value: boolean }
  | { readonly kind: "number" | "string" | "keyword"; readonly line: number; readonly text: string }
  /** As in the file: characters with their backslash, symbols, tagged strings and the like with their tag. */
  | { readonly kind: "character" | "symbol" | "tagged"; readonly line: number; readonly text: string }
  | { readonly kind: "list" | "set"; readonly line: number; readonly items: readonly Form[] }
  /** The keys are different from each other. */
  | { readonly kind: "map"; readonly line: number; readonly keys: readonly Form[]; readonly values: readonly Form[] };

export type MapForm = Extract<Form, { kind: "map" }>;

/** How deep brackets may nest: more than any history needs, and few enough for recursion. */
export const depthLimit = 100;

/** Forms to be written have no line. */
const unwritten = 0;

export const nilForm: Form = { kind: "nil", line: unwritten };

export function listForm(items: readonly Form[]): Form {
  return { kind: "list", line: unwritten, items };
}

export function booleanForm(value: boolean): Form {
  return { kind: "boolean", line: unwritten, value };
}

export function textForm(kind: "number" | "string" | "keyword" | "character", text: string): Form {
  return { kind, line: unwritten, text };
}

/** The value of a map under a name: a keyword in EDN, a string in JSON. */
export function memberOf({ keys, values }: MapForm, name: string): Form | undefined {
  for (let index = 0; index < keys.length; index++) if (nameOf(keys[index]) === name) return values[index];
  return undefined;
}

/** The name that a key gives its value, if it is one. */
export function nameOf(key: Form | undefined): string | undefined {
  return key?.kind === "keyword" || key?.kind === "string" ? key.text : undefined;
}

/** Equal values, wherever they stand. The order of a list counts, that of sets and maps does not. */
export function areEqual(one: Form, other: Form): boolean {
  if (one === other) return true;
  switch (one.kind) {
    case "nil":
      return other.kind === "nil";
    case "boolean":
      return other.kind === "boolean" && one.value === other.value;
    case "list":
      return other.kind === "list" && one.items.length === other.items.length && one.items.every((item, index) => isSame(item, other.items[index]));
    case "set":
    case "map":
      return one.kind === other.kind && formText(one) === formText(other);
    case "number":
    case "string":
    case "keyword":
    case "character":
    case "symbol":
    case "tagged":
      return one.kind === other.kind && one.text === other.text;
  }
}

function isSame(one: Form, other: Form | undefined): boolean {
  return other !== undefined && areEqual(one, other);
}

/** As EDN, for messages and comparison: equal texts for equal values. Sets and maps are sorted. */
export function formText(form: Form): string {
  switch (form.kind) {
    case "nil":
      return "nil";
    case "boolean":
      return String(form.value);
    case "keyword":
      return `:${form.text}`;
    case "string":
      return JSON.stringify(form.text);
    case "list":
      return `[${form.items.map(formText).join(" ")}]`;
    case "set":
      return `#{${form.items.map(formText).toSorted().join(" ")}}`;
    case "map":
      return `{${form.keys
        .map((key, index) => `${formText(key)} ${formText(form.values[index] ?? nilForm)}`)
        .toSorted()
        .join(", ")}}`;
    case "number":
    case "character":
    case "symbol":
    case "tagged":
      return form.text;
  }
}

/** Whether two of the forms are equal. O(n) texts, and without them for the few keys of an operation. */
export function hasDuplicate(forms: readonly Form[]): boolean {
  if (forms.length > 16) return new Set(forms.map(formText)).size < forms.length;
  for (let index = 1; index < forms.length; index++) {
    const form = forms[index] ?? nilForm;
    for (let before = 0; before < index; before++) if (isSame(form, forms[before])) return true;
  }
  return false;
}
