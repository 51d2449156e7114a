// JSON as RFC 8259 has it: the same values as `JSON.parse`, the same texts refused, and what that cannot tell.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { refusalOf } from "./fixtures/refusal.ts";
import type { Form } from "./form.ts";
import { JsonReader } from "./json-reader.ts";

function all(text: string): Form[] {
  const reader = new JsonReader(text);
  const forms: Form[] = [];
  for (let form = reader.next(); form !== undefined; form = reader.next()) forms.push(form);
  return forms;
}

/** As `JSON.parse` would answer it. */
function valueOf(form: Form | undefined): unknown {
  switch (form?.kind) {
    case "nil":
      return null;
    case "boolean":
      return form.value;
    case "number":
      return Number(form.text);
    case "string":
      return form.text;
    case "list":
      return form.items.map(valueOf);
    case "map":
      return Object.fromEntries(form.keys.map((key, index) => [String(valueOf(key)), valueOf(form.values[index])]));
    case "set":
    case "keyword":
    case "character":
    case "symbol":
    case "tagged":
    case undefined:
      throw new Error("JSON has no such kind");
  }
}

describe("JSON", () => {
  test("is read as by JSON.parse", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), fc.boolean(), (text, isIndented) => {
        const value: unknown = JSON.parse(text);
        expect(normal(valueOf(all(isIndented ? JSON.stringify(value, null, 2) : text)[0]))).toEqual(normal(value));
      }),
      { numRuns: 500 },
    );
  });
  test("is refused where JSON.parse refuses it, whatever was cut out or put in", () => {
    fc.assert(
      fc.property(
        fc.json({ maxDepth: 3 }),
        fc.nat(),
        fc.constantFrom("", ",", ":", "]", "}", '"', "\\", "0", "-", ".", "e", "nul", "\u0001", "[", "{"),
        (text, place, put) => {
          const at = place % (text.length + 1);
          const broken = text.slice(0, at) + put + text.slice(at + 1);
          fc.pre(!/[eE][+-]?\d{7}/.test(broken)); // zero or infinity there, refused here
          let expected: unknown;
          try {
            expected = { value: normal(JSON.parse(broken)) };
          } catch {
            expected = "refused";
          }
          const found = (): unknown => {
            const forms = all(broken);
            return forms.length === 1 ? { value: normal(valueOf(forms[0])) } : "refused"; // one after another is no JSON text, but JSON lines
          };
          const refusal = refusalOf(found);
          fc.pre(!/different from each other|well-formed/.test(refusal)); // which JSON.parse lets pass
          expect(refusal === "accepted" ? found() : "refused").toEqual(expected);
        },
      ),
      { numRuns: 3000 },
    );
  });
  test("values know the line that they start in, also in a part of a file", () => {
    expect(all('1\n[\n2]\r\n{"a":\n3}').map(({ line }) => line)).toEqual([1, 2, 4]);
    expect(new JsonReader("\n1", 7).next()?.line).toBe(8);
  });
  test.each([
    ['{"a":1,"a":2}', "line 1: expected an object whose members are different from each other"],
    ['\n{"a" 1}', 'line 2: expected a ":", found "1"'],
    ["[1 2]", 'line 1: expected a "," or the "]" for the bracket of line 1, found "2"'],
    ["[1,\n", 'line 2: expected another value, found "the end of the file"'],
    ["{1:2}", "line 1: expected the name of a member, in quotes,"],
    ['"a', "line 1: expected the end of a string"],
    ['"\\ud800"', "line 1: expected a string of well-formed Unicode"],
    ["01", 'line 1: expected a JSON value, found "01"'],
    ["NaN", 'line 1: expected a JSON value, found "NaN"'],
    ["'a'", 'line 1: expected a JSON value, found "\'"'],
    ["\ufeff1", "line 1: expected a JSON value"],
  ])("%j is refused", (text, message) => expect(refusalOf(() => all(text))).toContain(message));
  test("too many nested brackets are refused without overflowing the stack", () => {
    expect(refusalOf(() => all("[".repeat(100_000)))).toContain("expected at most 100 levels");
    expect(refusalOf(() => all('{"a":'.repeat(100_000)))).toContain("expected at most 100 levels");
  });
  test("many members are compared in linear time", () => {
    const members = Array.from({ length: 50_000 }, (_, index) => `"${index}":0`).join(",");
    expect(all(`{${members}}`)).toHaveLength(1);
    expect(refusalOf(() => all(`{${members},"7":0}`))).toContain("different from each other");
  });
});

/** Without `-0` and infinities, which JSON does not have. */
function normal(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
