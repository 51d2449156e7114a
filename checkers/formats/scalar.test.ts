// Values become texts and back: no two values become one text, in either notation.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EdnReader } from "./edn-reader.ts";
import { areEqual, formText } from "./form.ts";
import type { Form, Notation } from "./form.ts";
import { printed } from "./form-text.ts";
import { JsonReader } from "./json-reader.ts";
import { scalarOfText, textOfScalar } from "./scalar.ts";

function readBack(form: Form, notation: Notation): Form | undefined {
  const text = printed(form, notation);
  return notation === "edn" ? new EdnReader(text).next() : new JsonReader(text).next();
}

function one(text: string, notation: Notation): string | undefined {
  const form = notation === "edn" ? new EdnReader(text).next() : new JsonReader(text).next();
  return form === undefined ? undefined : textOfScalar(form, notation);
}

/** Words in which the kinds of values meet. */
const words = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("3", "-3", "03", "1.50", "1e3", "true", "nil", "null", ":a", "\\a", "#inst", '"3"', '"', '""', "", ":", "a\nb", "1e-50", '#inst "x"'),
  fc.integer().map(String),
  fc.string().map((text) => JSON.stringify(text)),
);

describe.each(["edn", "json"] as const)("in %s", (notation) => {
  test("a text that can be written is read back as itself", () => {
    let writtenCount = 0;
    fc.assert(
      fc.property(words, (text) => {
        const form = scalarOfText(text, notation);
        if (form === undefined) return;
        writtenCount++;
        const back = readBack(form, notation);
        expect(back === undefined ? undefined : textOfScalar(back, notation)).toBe(text);
      }),
      { numRuns: 2000 },
    );
    expect(writtenCount).toBeGreaterThan(1000);
  });
  test("every string has a text that is not that of another value", () => {
    const strings = words.map((text): Form => ({ kind: "string", line: 1, text }));
    const numbers = fc.integer().map((value): Form => ({ kind: "number", line: 1, text: String(value) }));
    const booleans = fc.boolean().map((value): Form => ({ kind: "boolean", line: 1, value }));
    const keywords = fc.constantFrom("a", "b").map((text): Form => ({ kind: "keyword", line: 1, text }));
    const values = notation === "edn" ? fc.oneof(strings, numbers, booleans, keywords) : fc.oneof(strings, numbers, booleans);
    fc.assert(
      fc.property(values, values, (first, second) => {
        expect(textOfScalar(first, notation) === textOfScalar(second, notation)).toBe(areEqual(first, second));
      }),
      {
        numRuns: 5000,
        examples: [
          [
            { kind: "string", line: 1, text: "3" },
            { kind: "number", line: 1, text: "3" },
          ],
        ],
      },
    );
  });
});

test("values keep their look, unless it is that of another kind", () => {
  const texts = ["3", '"3"', '"abc"', ":up", "true", '"true"', "\\a", '#uuid "x"', '"\\"q"', "9007199254740993"].map((text) => one(text, "edn"));
  expect(texts).toEqual(["3", '"3"', "abc", ":up", "true", '"true"', "\\a", '#uuid "x"', '"\\"q"', "9007199254740993"]);
  expect([":up", "3", "true"].map((text) => one(JSON.stringify(text), "json"))).toEqual([":up", '"3"', '"true"']);
});

test("nil, symbols and collections are no single values", () => {
  expect(["nil", "nl", "[1]", "#{1}", "{1 2}"].map((text) => one(text, "edn"))).toEqual(Array.from({ length: 5 }, () => undefined));
});

test("what a notation lacks is not written", () => {
  expect(scalarOfText(":a b", "edn")).toBeUndefined();
  expect(scalarOfText('#uuid "x"', "edn")).toBeUndefined();
  expect(scalarOfText('"plain"', "json")).toBeUndefined();
  expect(scalarOfText("\ud800", "json")).toBeUndefined();
  expect(formText(scalarOfText(":a", "edn") ?? { kind: "nil", line: 0 })).toBe(":a");
});
