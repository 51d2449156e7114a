// The words of every model in Jepsen's histories, in both notations, and the shapes that are none of theirs.
import { describe, expect, test } from "vitest";
import { jsonPairs, pairs } from "./fixtures/jepsen-pairs.ts";
import { operationsOf, refusalOf } from "./fixtures/refusal.ts";
import { readHistory } from "./index.ts";
import type { HistoryModel } from "./index.ts";

const key = "register";

interface Example {
  readonly model: HistoryModel;
  readonly edn: Parameters<typeof pairs>;
  readonly json: Parameters<typeof jsonPairs>;
  readonly expected: readonly (readonly [input: unknown, output?: unknown])[];
}

const examples: readonly Example[] = [
  {
    model: "register",
    edn: [
      ["read", "nil", "nil"],
      ["write", ":a", "nil"],
      ["cas", "[nil 4]", "[nil 4]"],
      ["cas", "[1 2]", "false"],
      ["delete", "nil", "nil"],
      ["read", "nil", '"3"'],
    ],
    json: [
      ["read", null, null],
      ["write", ":a", null],
      ["cas", [null, 4], [null, 4]],
      ["cas", [1, 2], false],
      ["delete", null, null],
      ["read", null, "3"],
    ],
    expected: [
      [{ f: "read", key }, null],
      [{ f: "write", key, value: ":a" }, null],
      [{ f: "cas", key, from: null, to: "4" }, true],
      [{ f: "cas", key, from: "1", to: "2" }, false],
      [{ f: "delete", key }, null],
      [{ f: "read", key }, '"3"'],
    ],
  },
  {
    model: "versioned-register",
    edn: [
      ["read", "nil", "[0 nil]"],
      ["write", "[nil 3]", "[1 3]"],
      ["cas", "[1 4]", "[2 4]"],
      ["cas", "[1 4]", "false"],
    ],
    json: [
      ["read", null, [0, null]],
      ["write", [null, 3], [1, 3]],
      ["cas", [1, 4], [2, 4]],
      ["cas", [1, 4], false],
    ],
    expected: [
      [
        { f: "read", key },
        { value: null, version: 0 },
      ],
      [{ f: "write", key, value: "3" }, 1],
      [{ f: "cas", key, version: 1, value: "4" }, 2],
      [{ f: "cas", key, version: 1, value: "4" }, false],
    ],
  },
  {
    model: "multi-key-store",
    edn: [
      ["txn", "[[:read :x nil] [:r 1 nil]]", "[[:read :x 2] [:r 1 nil]]"],
      ["txn", "[[:write :x 2] [:w 1 nil]]", "[[:write :x 2] [:w 1 nil]]"],
      ["cas", "[[[:x 2]] [[:x 3] [1 4]]]", "nil"],
    ],
    json: [
      [
        "txn",
        [
          ["read", ":x", null],
          ["r", 1, null],
        ],
        [
          ["read", ":x", 2],
          ["r", 1, null],
        ],
      ],
      [
        "txn",
        [
          ["write", ":x", 2],
          ["w", 1, null],
        ],
        [
          ["write", ":x", 2],
          ["w", 1, null],
        ],
      ],
      [
        "cas",
        [
          [[":x", 2]],
          [
            [":x", 3],
            [1, 4],
          ],
        ],
        null,
      ],
    ],
    expected: [
      [{ f: "read", keys: [":x", "1"] }, ["2", null]],
      [{ f: "write", entries: { ":x": "2", "1": null } }, null],
      [{ f: "cas", expected: { ":x": "2" }, entries: { ":x": "3", "1": "4" } }, true],
    ],
  },
  {
    model: "string-store",
    edn: [
      ["get", "nil", '"3"'],
      ["put", '"a"', "nil"],
      ["append", '":b"', '":b"'],
    ],
    json: [
      ["get", null, "3"],
      ["put", "a", null],
      ["append", ":b", ":b"],
    ],
    expected: [
      [{ f: "get", key: "string" }, "3"],
      [{ f: "put", key: "string", value: "a" }, null],
      [{ f: "append", key: "string", value: ":b" }, null],
    ],
  },
  {
    model: "fifo-queue",
    edn: [
      ["enqueue", "3", "3"],
      ["dequeue", "nil", "3"],
      ["dequeue", "nil", "nil"],
    ],
    json: [
      ["enqueue", 3, 3],
      ["dequeue", null, 3],
      ["dequeue", null, null],
    ],
    expected: [
      [{ f: "enqueue", key: "queue", value: "3" }, null],
      [{ f: "dequeue", key: "queue" }, "3"],
      [{ f: "dequeue", key: "queue" }, null],
    ],
  },
  {
    model: "stack",
    edn: [
      ["push", "3", "3"],
      ["pop", "nil", "3"],
      ["pop", "nil", "nil"],
    ],
    json: [
      ["push", 3, 3],
      ["pop", null, 3],
      ["pop", null, null],
    ],
    expected: [
      [{ f: "push", key: "stack", value: "3" }, null],
      [{ f: "pop", key: "stack" }, "3"],
      [{ f: "pop", key: "stack" }, null],
    ],
  },
  {
    model: "priority-queue",
    edn: [
      ["insert", "3", "3"],
      ["enqueue", "0.5"],
      ["poll", "nil", "3"],
      ["dequeue", "nil", "nil"],
    ],
    json: [
      ["insert", 3, 3],
      ["enqueue", 0.5],
      ["poll", null, 3],
      ["dequeue", null, null],
    ],
    expected: [
      [{ f: "insert", key: "queue", value: 3 }, null],
      [{ f: "insert", key: "queue", value: 0.5 }],
      [{ f: "poll", key: "queue" }, 3],
      [{ f: "poll", key: "queue" }, null],
    ],
  },
  {
    model: "set",
    edn: [
      ["add", "3", "true"],
      ["remove", "3", "false"],
      ["contains", "3", "true"],
    ],
    json: [
      ["add", 3, true],
      ["remove", 3, false],
      ["contains", 3, true],
    ],
    expected: [
      [{ f: "add", key: "set", element: "3" }, true],
      [{ f: "remove", key: "set", element: "3" }, false],
      [{ f: "contains", key: "set", element: "3" }, true],
    ],
  },
  {
    model: "growing-set",
    edn: [
      ["add", "3", "3"],
      ["read", "nil", "#{3 1}"],
      ["read", "nil", "[3 3]"],
      ["read", "nil", "#{}"],
    ],
    json: [
      ["add", 3, 3],
      ["read", null, [3, 1]],
      ["read", null, [3, 3]],
      ["read", null, []],
    ],
    expected: [
      [{ f: "add", key: "set", element: "3" }, null],
      [{ f: "read", key: "set" }, ["3", "1"]],
      [{ f: "read", key: "set" }, ["3", "3"]],
      [{ f: "read", key: "set" }, []],
    ],
  },
  {
    model: "counter",
    edn: [
      ["add", "2", "2"],
      ["add", "-1", "nil"],
      ["read", "nil", "1"],
    ],
    json: [
      ["add", 2, 2],
      ["add", -1, null],
      ["read", null, 1],
    ],
    expected: [
      [{ f: "add", key: "counter", amount: 2 }, null],
      [{ f: "add", key: "counter", amount: -1 }, null],
      [{ f: "read", key: "counter" }, 1],
    ],
  },
  {
    model: "mutex",
    edn: [
      ["acquire", "nil", "nil"],
      ["release", ":n1", ":n1"],
      ["acquire", "7", "true"],
      ["acquire", "7", "false"],
    ],
    json: [
      ["acquire", null, null],
      ["release", ":n1", ":n1"],
      ["acquire", 7, true],
      ["acquire", 7, false],
    ],
    expected: [
      [{ f: "acquire", key: "mutex", owner: "anybody" }, true],
      [{ f: "release", key: "mutex", owner: ":n1" }, true],
      [{ f: "acquire", key: "mutex", owner: "7" }, true],
      [{ f: "acquire", key: "mutex", owner: "7" }, false],
    ],
  },
  {
    model: "fenced-lock",
    edn: [
      ["acquire", ":n1", "4"],
      ["acquire", ":n2", "false"],
      ["release", ":n1", ":n1"],
    ],
    json: [
      ["acquire", ":n1", 4],
      ["acquire", ":n2", false],
      ["release", ":n1", ":n1"],
    ],
    expected: [
      [{ f: "acquire", key: "lock", owner: ":n1" }, 4],
      [{ f: "acquire", key: "lock", owner: ":n2" }, false],
      [{ f: "release", key: "lock", owner: ":n1" }, true],
    ],
  },
  {
    model: "semaphore",
    edn: [
      ["acquire", "nil", "nil"],
      ["acquire", "nil", "false"],
      ["release", "nil", "true"],
    ],
    json: [
      ["acquire", null, null],
      ["acquire", null, false],
      ["release", null, true],
    ],
    expected: [
      [{ f: "acquire", key: "semaphore" }, true],
      [{ f: "acquire", key: "semaphore" }, false],
      [{ f: "release", key: "semaphore" }, true],
    ],
  },
];

describe.each(examples)("the words of the model $model", ({ model, edn, json, expected }) => {
  const operations = expected.map(([input, output]) => ({ input, ...(output === undefined ? { type: "info" } : { type: "ok", output }) }));
  test("are read from EDN", () => expect(operationsOf(readHistory(pairs(...edn), { model }).history)).toEqual(operations));
  test("are read from lines of JSON", () => expect(operationsOf(readHistory(jsonPairs(...json), { model }).history)).toEqual(operations));
  test("are read from an array of JSON", () => {
    const text = `[${jsonPairs(...json).replaceAll("\n", ",\n")}]`;
    const read = readHistory(text, { model });
    expect(read.format).toBe("jepsen-json");
    expect(operationsOf(read.history)).toEqual(operations);
  });
  test("are refused by every model that has none of them", () => {
    const first = edn[0]?.[0] ?? "";
    const strangers = examples.filter((other) => !other.edn.some(([f]) => f === first) && !(model === "fifo-queue" && other.model === "priority-queue"));
    for (const other of strangers) {
      expect(refusalOf(() => readHistory(pairs(...edn), { model: other.model, format: "jepsen-edn" }))).toContain(
        `line 1: expected an f that the model ${other.model} knows`,
      );
    }
    expect(strangers.length).toBeGreaterThan(5);
  });
});

describe("values of the wrong shape are refused with their line:", () => {
  test.each<[string, HistoryModel, Parameters<typeof pairs>[0], string]>([
    ["a set that answers the element", "set", ["add", "3", "3"], "line 2: expected true or false as value of ok add"],
    ["a set of nothing", "growing-set", ["read", "nil", "nil"], "line 2: expected a list or set of single values"],
    ["a set of sets", "growing-set", ["read", "nil", "[[1]]"], "line 2: expected a list or set of single values"],
    ["a counter that adds text", "counter", ["add", '"3"'], "line 1: expected a whole number below 2^53"],
    ["a counter beyond all numbers", "counter", ["read", "nil", "9007199254740993"], "line 2: expected a whole number below 2^53"],
    ["a counter that adds halves", "counter", ["add", "0.5"], "line 1: expected a whole number below 2^53"],
    ["a counter that answers another amount", "counter", ["add", "2", "3"], "line 2: expected nil or the value of the invocation"],
    ["a priority that no number holds", "priority-queue", ["insert", "0.10000000000000000555"], "line 1: expected a number that a double holds exactly"],
    ["a lock taken by truth", "mutex", ["acquire", "true"], "line 1: expected an owner or nil"],
    ["a lock given back by another", "mutex", ["release", "1", "2"], "line 2: expected true, false, nil or the value of the invocation"],
    ["a fence below zero", "fenced-lock", ["acquire", "nil", "-1"], "line 2: expected a whole number from 0 to 2^53, or false"],
    ["a fence that is missing", "fenced-lock", ["acquire", "nil", "nil"], "line 2: expected a whole number from 0 to 2^53, or false"],
    ["a semaphore with an argument", "semaphore", ["acquire", "1"], "line 1: expected nil"],
    ["a version that is missing", "versioned-register", ["read", "nil", "3"], "line 2: expected a pair [VERSION VALUE]"],
    ["a compare-and-set of values", "versioned-register", ["cas", "[nil [1 2]]"], "line 1: expected a pair [VERSION VALUE]"],
    ["a new version of another value", "versioned-register", ["write", "[nil 1]", "[1 2]"], "line 2: expected a pair [NEW-VERSION VALUE]"],
    [
      "a transaction that reads and writes",
      "multi-key-store",
      ["txn", "[[:read :x nil] [:write :y 1]]"],
      "line 1: expected [[:read KEY nil] ...] or [[:write KEY VALUE] ...] with every key once",
    ],
    [
      "a key written twice",
      "multi-key-store",
      ["txn", "[[:write :x 1] [:write :x 2]]"],
      "line 1: expected [[:read KEY nil] ...] or [[:write KEY VALUE] ...] with every key once",
    ],
    [
      "other keys than asked for",
      "multi-key-store",
      ["txn", "[[:read :x nil]]", "[[:read :y 1]]"],
      "line 2: expected [[:read KEY VALUE] ...] with the keys of the invocation",
    ],
    ["fewer keys than asked for", "multi-key-store", ["txn", "[[:read :x nil] [:read :y nil]]", "[[:read :x 1]]"], "line 2: expected [[:read KEY VALUE] ...]"],
    ["a number in a string store", "string-store", ["put", "3"], "line 1: expected a string"],
  ])("%s", (_name, model, event, message) => expect(refusalOf(() => readHistory(pairs(event), { model }))).toContain(message));
});
