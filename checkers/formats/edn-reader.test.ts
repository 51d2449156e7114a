// EDN as Clojure writes it, and what is refused with its line.
import { describe, expect, test } from "vitest";
import { EdnReader } from "./edn-reader.ts";
import { refusalOf } from "./fixtures/refusal.ts";
import { formText } from "./form.ts";
import type { Form } from "./form.ts";

function all(text: string): Form[] {
  const reader = new EdnReader(text);
  const forms: Form[] = [];
  for (let form = reader.next(); form !== undefined; form = reader.next()) forms.push(form);
  return forms;
}

describe("EDN", () => {
  test.each([
    ["nil true false", ["nil", "true", "false"]],
    ["12 -3 +4 12N 1.50M 1e3", ["12", "-3", "4", "12", "1.5", "1000"]],
    [":a/b sym \\( \\newline \\u00e9", [":a/b", "sym", "\\(", "\\newline", "\\u00e9"]],
    ['"x\\"y\\n\\t\\u00e9" ""', ['"x\\"y\\n\\té"', '""']],
    ["(1, 2) [1 [2]] #{2 1} {:b 2, :a 1}", ["[1 2]", "[1 [2]]", "#{1 2}", "{:a 1, :b 2}"]],
    ["#_ gone 1 #_ #_ a b 2 [3 #_ 4]", ["1", "2", "[3]"]],
    ["; comment\n1 ;another\n;last", ["1"]],
    ['#inst "2020-01-01" #my.Record{:a 1} #tag [1 2] #a #b 3', ['#inst "2020-01-01"', "{:a 1}", "[1 2]", "#a #b 3"]],
    ["", []],
    [" ,\t\r\n\f ", []],
  ])("%j is read", (text, expected) => expect(all(text).map(formText)).toEqual(expected));

  test("forms know the line that they start in", () => {
    expect(all('1\n"a\nb" ; c\r\n[\n2]\n"\\"\n" 3').map(({ line }) => line)).toEqual([1, 2, 4, 6, 7]);
  });

  test.each([
    ["[1\n2", 'line 2: expected a "]" for the "[" of line 1, found "the end of the file"'],
    ["[1}", 'line 1: expected a form, found "}"'],
    ["\n)", 'line 2: expected a form, found ")"'],
    ["{:a}", "line 1: expected pairs of key and value in a map"],
    ["{:a 1 :a 2}", "line 1: expected a map whose keys are different from each other"],
    ["#{1 1.0}", "line 1: expected a set whose elements are different from each other"],
    ['"a\nb', "line 1: expected the end of a string"],
    ['"a\\"', "line 1: expected the end of a string"],
    ['"\\x"', 'line 1: expected an escape like \\n or \\u00e9, found "\\\\x"'],
    ['"\\u12"', "line 1: expected an escape"],
    ['"\\ud800"', "line 1: expected a string of well-formed Unicode"],
    ["1/2", 'line 1: expected a whole or decimal number in base ten, found "1/2"'],
    ["0x1f", "expected a whole or decimal number"],
    ["010", "expected a whole or decimal number"],
    ["2r101", "expected a whole or decimal number"],
    ["##Inf", 'expected a tag like #inst, a set or a discarded form, found "##Inf"'],
    ['#"regex"', "expected a tag like #inst"],
    ["#_", "line 1: expected another form"],
    ["[#_]", 'line 1: expected a form, found "]"'],
    ["#inst", "line 1: expected another form"],
    [":", "line 1: expected a keyword"],
  ])("%j is refused", (text, message) => expect(refusalOf(() => all(text))).toContain(message));

  test.each([
    ["brackets", "[", 100_000],
    ["sets", "#{", 100_000],
    ["maps", "{", 100_000],
    ["tags", "#a ", 100_000],
    ["discards in brackets", "[#_", 100_000],
  ])("too many nested %s are refused without overflowing the stack", (_name, opening, count) => {
    expect(refusalOf(() => all(opening.repeat(count)))).toContain("expected at most 100 levels");
  });
  test("a long chain of discards is no nesting", () => {
    expect(refusalOf(() => all("#_ ".repeat(100_000)))).toContain("expected another form");
    expect(all(`${"#_ ".repeat(50_000)}${"1 ".repeat(50_000)} 2`).map(formText)).toEqual(["2"]);
  });
  test("many brackets side by side are read in linear time", () => expect(all("[] ".repeat(200_000))).toHaveLength(200_000));
});
