// Histories of Jepsen and Knossos: what is read, what is skipped, what is refused.
import { describe, expect, test } from "vitest";
import { pairs } from "./fixtures/jepsen-pairs.ts";
import { operationsOf, refusalOf } from "./fixtures/refusal.ts";
import { parseKnossos, readHistory } from "./index.ts";
import type { ReadOptions } from "./index.ts";

const key = "register";

describe("a Knossos history", () => {
  const text = `[{:process 0, :type :invoke, :f :write, :value 3} ; comment
    {:process :nemesis, :type :info, :f :start, :value nil}
    {:process 0, :type :ok, :f :write, :value 3}
    #jepsen.history.Op{:process 1, :type :invoke, :f :cas, :value [3 4], :time 12}
    {:process 1, :type :fail, :f :cas, :value [3 4]}
    {:process 2 :type :invoke :f :read :value nil} {:process 2 :type :ok :f :read :value nil}
    {:process 3 :type :invoke :f :write :value "s"} {:process 3 :type :info :f :write :value "s" :error "x { \\" y"}]`;
  test("keeps the operations, in one list or without", () => {
    const expected = [
      { input: { f: "write", key, value: "3" }, type: "ok", output: null },
      { input: { f: "cas", key, from: "3", to: "4" }, type: "fail" },
      { input: { f: "read", key }, type: "ok", output: null },
      { input: { f: "write", key, value: "s" }, type: "info" },
    ];
    expect(operationsOf(parseKnossos(text))).toEqual(expected);
    expect(operationsOf(parseKnossos(text.slice(1, -1)))).toEqual(expected);
    expect(parseKnossos(text).operations.at(-1)?.error).toBe('x { " y');
    expect(parseKnossos(text).operations[1]?.invokedNs).toBe(12);
  });
  test("may mean by a failed compare-and-set that it met another value", () => {
    expect(parseKnossos(text, { failedCas: "mismatch" }).operations[1]).toMatchObject({ type: "ok", output: false });
    const write = "{:process 0 :type :invoke :f :write :value 1} {:process 0 :type :fail :f :write :value 1 :error :full}";
    expect(parseKnossos(write, { failedCas: "mismatch" }).operations[0]).toMatchObject({ type: "fail", error: ":full" });
  });
  test("may hold in its invocations what reads are going to answer", () => {
    const completed = "{:process 0 :type :invoke :f :read :value 4} {:process 0 :type :ok :f :read :value 4} {:process 1 :type :invoke :f :read :value 4}";
    expect(operationsOf(parseKnossos(completed))).toEqual([
      { input: { f: "read", key }, type: "ok", output: "4" },
      { input: { f: "read", key }, type: "info" },
    ]);
    expect(refusalOf(() => parseKnossos(completed.replace(":ok :f :read :value 4", ":ok :f :read :value 5")))).toContain(
      'line 1: expected the value that the invocation held already, "4", found "5"',
    );
  });
  test.each([
    ["without a type", "{:process 0, :f :read}", "line 1: expected a type that is invoke, ok, fail or info, found nothing"],
    ["without a process", "{:type :invoke, :f :read}", "line 1: expected a process that is a whole number"],
    ["with a process in quotes", '{:process "0" :type :invoke, :f :read}', 'line 1: expected a process that is a whole number, found "\\"0\\""'],
    ["with half a process", "{:process 1.5 :type :invoke, :f :read}", 'line 1: expected a process that is a whole number, found "1.5"'],
    ["with a process below zero", "{:process -1 :type :invoke, :f :read}", "line 1: expected a process that is a whole number"],
    ["with a process of 33 bits", "{:process 4294967296 :type :invoke, :f :read}", "line 1: expected a process from 0 to 2147483647"],
    ["without a function", "{:process 1 :type :invoke}", "line 1: expected an f that names a function"],
    ["with half a pair", "{:process 0, :type :invoke, :f :cas, :value [1]}", 'line 1: expected a pair [FROM TO] as value of invoke cas, found "[1]"'],
    [
      "of another vocabulary",
      "{:process 0, :type :invoke, :f :enqueue, :value 1}",
      'line 1: expected an f that the model register knows, read, write, cas or delete, found "enqueue"',
    ],
    ["that writes nothing", "{:process 0, :type :invoke, :f :write, :value nil}", "line 1: expected a single value other than nil as value of invoke write"],
    ["that writes a misspelt nil", "{:process 0, :type :invoke, :f :write, :value nl}", "line 1: expected a single value other than nil"],
    ["that writes a ratio", "{:process 0, :type :invoke, :f :write, :value 1/2}", "line 1: expected a whole or decimal number in base ten"],
    [
      "whose values are tuples",
      "{:process 0, :type :invoke, :f :write, :value [7 3]}",
      'line 1: expected a single value other than nil as value of invoke write, found "[7 3]"',
    ],
    ["whose reads are tuples", "{:process 0, :type :invoke, :f :read, :value [7 nil]}", "line 1: expected nil as value of invoke read"],
    ["with a bracket too many", "{:process 0, :type :invoke, :f :read, :value nil}\n]", 'line 2: expected a form, found "]"'],
    ["cut off", "[{:process 0, :type :invoke, :f :read, :value nil}\n", 'line 2: expected a "]" for the "[" of line 1'],
    ["with something after the list", "[{:process 0, :type :invoke, :f :read, :value nil}]\n{}", "line 2: expected nothing after the list of operations"],
    [
      "that is a list in JSON with something after it",
      '[{"process":0,"type":"invoke","f":"read"}]\n[]',
      "line 2: expected nothing after the list of operations",
    ],
    ["with a map of odd length", "{:process 0, :type}", "line 1: expected pairs of key and value in a map"],
    ["that is not about operations", "hello", 'line 1: expected a map with process, type, f and value, found "hello"'],
    ["with a list in the list", "[[]]", 'line 1: expected a map with process, type, f and value, found "[]"'],
    ["that is about the nemesis alone", "{:process :nemesis, :type :info, :f :start}", "line 1: expected at least one operation, found nothing"],
    [
      "with another completion than invocation",
      "{:process 0 :type :invoke :f :write :value 1}\n{:process 0 :type :ok :f :read :value 1}",
      'line 2: expected a completion of the write that process 0 invoked in line 1, found "ok read"',
    ],
    [
      "with another value than was written",
      "{:process 0 :type :invoke :f :write :value 1}\n{:process 0 :type :ok :f :write :value 2}",
      'line 2: expected nil or the value of the invocation as value of ok write, found "2"',
    ],
    ["with a completion out of nowhere", "{:process 0 :type :ok :f :write :value 1}", "line 1: expected an invocation of process 0 before its completion"],
    [
      "whose indices fall",
      "{:process 0 :type :invoke :f :write :value 1 :index 5}\n{:process 0 :type :ok :f :write :value 1 :index 4}",
      'line 2: expected an index above 5, the last one, found "4"',
    ],
    [
      "whose indices stand still, at an event of the nemesis",
      "{:process 0 :type :invoke :f :write :value 1 :index 5}\n{:process :nemesis :type :info :f :x :index 5}",
      "line 2: expected an index above 5",
    ],
    ["whose index is no number", "{:process 0 :type :invoke :f :write :value 1 :index :a}", "line 1: expected an index that is a whole number"],
  ])("%s is refused", (_name, broken, message) =>
    expect(refusalOf(() => readHistory(broken, { model: "register", format: broken.startsWith('[{"') ? "jepsen-json" : "jepsen-edn" }))).toContain(message),
  );

  test("is in the order of the file, whatever its clock showed", () => {
    const history = parseKnossos(
      "{:process 0 :type :invoke :f :write :value 1 :time 20 :index 3} {:process 0 :type :ok :f :write :value 1 :time 20} {:process 1 :type :invoke :f :read :time 20 :index 9} {:process 1 :type :ok :f :read :value 1 :time -5}",
    );
    expect([...history.events()].map(({ type, process, timeNs }) => `${type} ${process} ${timeNs}`)).toEqual([
      "invoke 0 20",
      "ok 0 20",
      "invoke 1 20",
      "ok 1 3000",
    ]);
  });
});

describe("values that are tuples of key and value", () => {
  const options: ReadOptions<"register"> = { model: "register", partition: "key" };
  test("are parted by key", () => {
    const text = pairs(
      ["read", "[:k nil]", "[:k 3]"],
      ["write", "[7 3]", "nil"],
      ["cas", "[7 [3 4]]", "[7 [3 4]]"],
      ["read", "#jepsen.independent/tuple [7 nil]", "[7 nil]"],
    );
    expect(operationsOf(readHistory(text, options).history)).toEqual([
      { input: { f: "read", key: ":k" }, type: "ok", output: "3" },
      { input: { f: "write", key: "7", value: "3" }, type: "ok", output: null },
      { input: { f: "cas", key: "7", from: "3", to: "4" }, type: "ok", output: true },
      { input: { f: "read", key: "7" }, type: "ok", output: null },
    ]);
  });
  test.each<[string, Parameters<typeof pairs>[0], string]>([
    ["if one is none", ["write", "3"], "line 1: expected a tuple [KEY VALUE] as value of invoke write"],
    ["if a read answers without its key", ["read", "[7 nil]", "nil"], "line 2: expected a tuple [KEY VALUE] as value of ok read"],
    ["if a compare-and-set has no key", ["cas", "[1 2]"], "line 1: expected a pair [FROM TO] as value of invoke cas"],
    ["if the key is none", ["write", "[nil 3]"], "line 1: expected a tuple [KEY VALUE]"],
    ["if the key changes", ["write", "[7 3]", "[8 3]"], 'line 2: expected the key of the invocation, "7", found "8"'],
  ])("are refused %s", (_name, event, message) => expect(refusalOf(() => readHistory(pairs(event), options))).toContain(message));
});

test("the nemesis is skipped in JSON as well, and keywords may keep their colon", () => {
  const text =
    '{"process":"nemesis","type":"info","f":"start","value":null}\n{"process":0,"type":":invoke","f":":read","value":null}\n{"process":0,"type":"ok","f":"read","value":1}\n';
  expect(operationsOf(readHistory(text, { model: "register" }).history)).toEqual([{ input: { f: "read", key }, type: "ok", output: "1" }]);
});
