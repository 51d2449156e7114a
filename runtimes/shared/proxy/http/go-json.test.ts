import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { firstJson } from "./go-json.ts";

describe("the first value of a body", () => {
  test("is what JSON.parse reads, with or without something behind it", () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom("", " ", "\n{", " garbage", "]", "}"), (text, behind) => {
        expect(firstJson(` ${text}${/\d$/.test(text) && behind === "" ? "" : ` ${behind}`}`)).toEqual(JSON.parse(text));
      }),
      { numRuns: 300 },
    );
  });

  test("that is cut anywhere is refused, unless it was a number", () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (text, position) => {
        const cut = text.slice(0, position % text.length);
        if (/^\s*-?[\d.eE+-]+$/.test(cut)) return;
        expect(() => firstJson(cut)).toThrow(/^bad request body: (unexpected )?EOF$/);
      }),
      { numRuns: 300 },
    );
  });

  test("is accepted exactly if JSON.parse accepts some beginning of the text", () => {
    const letter = fc.constantFrom("{", "}", "[", "]", '"', ":", ",", "1", "-", ".", "e", "0", "t", "true", "null", " ", "\\", "a", "u00e9", "\n", "\u0001");
    fc.assert(
      fc.property(fc.array(letter, { maxLength: 12 }), (letters) => {
        const text = letters.join("");
        const beginnings = Array.from({ length: text.length }, (_, index) => text.slice(0, text.length - index));
        const readable = beginnings.filter((beginning) => isJson(beginning));
        let value: unknown;
        try {
          value = firstJson(text);
        } catch {
          // A number that goes wrong half-way (`1.x`) has a readable beginning, and is refused all the same, as in Go.
          expect(readable.every((beginning) => /^\s*-?\d+(\.\d+)?\s*$/.test(beginning))).toBe(true);
          return;
        }
        expect(readable.map((beginning) => JSON.parse(beginning) as unknown)).toContainEqual(value);
      }),
      { numRuns: 5000 },
    );
  });

  test.each([
    ["x", "invalid character 'x' looking for beginning of value"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 "b"}', "invalid character '\"' after object key:value pair"],
    ["{1:2}", "invalid character '1' looking for beginning of object key string"],
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
    ["[1,]", "invalid character ']' looking for beginning of value"],
    ["[1 2]", "invalid character '2' after array element"],
    ["tru3", "invalid character '3' in literal true (expecting 'e')"],
    ["'a'", "invalid character '\\'' looking for beginning of value"],
    ["[1.x]", "invalid character 'x' after decimal point in numeric literal"],
    ["-x", "invalid character 'x' in numeric literal"],
    ['"a\nb"', "invalid character '\n' in string literal"],
    ['"\\x"', "invalid character 'x' in string escape code"],
  ])("%j is refused in Go's words", (text, reason) => {
    expect(() => firstJson(text)).toThrow(`bad request body: ${reason}`);
  });

  test("may be nested deeply, up to a limit, and never exhausts the stack", () => {
    expect(() => firstJson("[".repeat(5000) + "]".repeat(5000))).not.toThrow();
    expect(() => firstJson("[".repeat(1_000_000))).toThrow("exceeded max depth");
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
