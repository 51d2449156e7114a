// The kinds of arguments and answers that functions have. For the vocabularies.
import type { Json } from "../../harness/json.ts";
import { areEqual, booleanForm, listForm, nilForm } from "./form.ts";
import type { Form } from "./form.ts";
import type { Answer, Arguments, Value } from "./vocabulary.ts";

/** No arguments: nil. */
export const nothing: Arguments = {
  text: "nil",
  members: {},
  read: (form) => (form.kind === "nil" ? {} : undefined),
  write: () => nilForm,
};

/** One argument, which is the whole value. */
export function one(name: string, value: Value): Arguments {
  return {
    text: value.text,
    members: { [name]: value },
    read(form, notation) {
      const read = value.read(form, notation);
      return read === undefined ? undefined : { [name]: read };
    },
    write: (input, notation) => value.write(input[name] ?? null, notation),
  };
}

/** Two arguments as a pair. A place without a name holds nil. */
export function pair(names: readonly [string | undefined, string], values: readonly [Value, Value], text: string): Arguments {
  const [[first, second], [firstValue, secondValue]] = [names, values];
  return {
    text,
    members: { ...(first === undefined ? {} : { [first]: firstValue }), [second]: secondValue },
    read(form, notation) {
      const parts = pairOf(form);
      if (parts === undefined) return undefined;
      const [one, other] = [firstValue.read(parts[0], notation), secondValue.read(parts[1], notation)];
      if (one === undefined || other === undefined) return undefined;
      return first === undefined ? { [second]: other } : { [first]: one, [second]: other };
    },
    write(input, notation) {
      const one = first === undefined ? nilForm : firstValue.write(input[first] ?? null, notation);
      const other = secondValue.write(input[second] ?? null, notation);
      return one === undefined || other === undefined ? undefined : listForm([one, other]);
    },
  };
}

/** Nil and nothing else. */
export const alwaysNil: Value = {
  text: "nil",
  accepts: (value) => value === null,
  read: (form) => (form.kind === "nil" ? null : undefined),
  write: (value) => (value === null ? nilForm : undefined),
};

/** It happened, and there is nothing to say: null; elsewhere the arguments again, or nil. */
export const acknowledged: Answer = {
  text: "nil or the value of the invocation",
  isRepeated: true,
  accepts: (output) => output === null,
  read: (form, asked) => (form.kind === "nil" || areEqual(form, asked) ? null : undefined),
  write: (output, asked) => (output === null ? asked : undefined),
};

/** Whether it succeeded; elsewhere the arguments again, or nil, mean that it did. */
export const succeeded: Answer = {
  text: "true, false, nil or the value of the invocation",
  isRepeated: true,
  accepts: (output) => typeof output === "boolean",
  read(form, asked) {
    if (form.kind === "boolean") return form.value;
    return form.kind === "nil" || areEqual(form, asked) ? true : undefined;
  },
  write: (output, asked) => (output === true ? asked : output === false ? booleanForm(false) : undefined),
};

/** A value that the object answered. */
export function answered(value: Value): Answer {
  return {
    text: value.text,
    isRepeated: false,
    accepts: (output) => value.accepts(output),
    read: (form, _asked, notation) => value.read(form, notation),
    write: (output, _asked, notation) => value.write(output, notation),
  };
}

/** Either of two answers, told apart by how they look. Elsewhere the first that fits. */
export function either(one: Answer, other: Answer): Answer {
  return {
    text: [one.text, other.text].filter((text) => text !== "").join(", or "),
    isRepeated: one.isRepeated || other.isRepeated,
    accepts: (output, input) => one.accepts(output, input) || other.accepts(output, input),
    read(form, asked, notation) {
      const output = one.read(form, asked, notation);
      return output === undefined ? other.read(form, asked, notation) : output; // null is an answer
    },
    write: (output, asked, notation) => one.write(output, asked, notation) ?? other.write(output, asked, notation),
  };
}

/** An answer that our own histories hold and others have no word for. */
export function ownOnly(accepts: (output: Json) => boolean): Answer {
  return { text: "", isRepeated: false, accepts, read: () => undefined, write: () => undefined };
}

/** Refused: false and nothing else. */
export const refused: Answer = {
  text: "false",
  isRepeated: false,
  accepts: (output) => output === false,
  read: (form) => (form.kind === "boolean" && !form.value ? false : undefined),
  write: (output) => (output === false ? booleanForm(false) : undefined),
};

/** The two items of a list. */
export function pairOf(form: Form): readonly [Form, Form] | undefined {
  if (form.kind !== "list" || form.items.length !== 2) return undefined;
  const [one, other] = form.items;
  return one === undefined || other === undefined ? undefined : [one, other];
}
