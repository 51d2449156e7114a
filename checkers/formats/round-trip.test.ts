// What is written is read back as the same history: every model in every format that can hold it, with strange values too.
import { describe, expect, test } from "vitest";
import { UsageError } from "../../harness/errors.ts";
import type { History } from "../../harness/history.ts";
import type { Json } from "../../harness/json.ts";
import type { Operation } from "../../harness/operation.ts";
import { simulatedModel, simulatedModels } from "./fixtures/simulated-models.ts";
import type { HistoryOptions } from "./fixtures/simulated-models.ts";
import { detectFormat, readHistory, writeHistory } from "./index.ts";
import type { FailedCas, HistoryFormat, HistoryModel, Partition } from "./index.ts";

/** Operations and their order, without what foreign formats do not hold: times, nodes, reasons. */
function essence(history: History): unknown {
  const operations = history.operations.map(({ process, input, type, output }) => ({ process, input, type, output }));
  // The event of an unknown outcome says nothing that its absence does not say.
  const order = [...history.events()].filter(({ type }) => type !== "info").map(({ type, process }) => `${type} ${process}`);
  return { operations, order };
}

/** The name of the only object gets lost where files have no keys. */
function withoutKeys(history: History): History {
  return history.decode((operation) => ({ ...operation, input: { ...operation.input, ...(operation.input["key"] === undefined ? {} : { key: "" }) } }));
}

interface Trip {
  readonly model: HistoryModel;
  readonly format: HistoryFormat;
  readonly failedCas?: FailedCas;
  readonly partition?: Partition;
}

/** Simulated histories are of their model, which their type has forgotten. */
function written(history: History, { format, ...options }: Trip): string {
  return writeHistory<HistoryModel>(history as unknown as Parameters<typeof writeHistory<HistoryModel>>[0], format, options);
}

function expectReturn(history: History, trip: Trip, isKeyless: boolean): void {
  const { format, ...options } = trip;
  const text = written(history, trip);
  expect(detectFormat(text)).toBe(format);
  const read: History = readHistory(text, options).history;
  if (isKeyless) expect(essence(withoutKeys(read))).toEqual(essence(withoutKeys(history)));
  else expect(essence(read)).toEqual(essence(history));
}

const strange: readonly string[] = [
  '"3"',
  "nil",
  "-0.5",
  "",
  "ä€😀",
  'a "b"\n\t\\',
  "x y,z;",
  "007",
  ":up/down",
  "12345678901234567890123",
  "true",
  "1e99",
  "__proto__",
];

/** Digits become strange texts, different ones for different digits. */
function strangely(text: string): string {
  return text.replaceAll(/\d+/g, (digits) => `${strange[Number(digits) % strange.length] ?? ""}${Number(digits) < strange.length ? "" : digits}`);
}

const seeds = Array.from({ length: 8 }, (_, index) => `seed ${index}`);
const many: HistoryOptions = { keyCount: 3, operationCount: 40, hasFailures: true };

describe.each(simulatedModels)("a history of the model $model", ({ model, history }) => {
  const hasKeys = model !== "multi-key-store";

  test.each(["jepsen-edn", "jepsen-json"] as const)("returns from %s about one object", (format) => {
    for (const seed of seeds) expectReturn(history(seed, { ...many, keyCount: hasKeys ? 1 : 3 }), { model, format }, hasKeys);
  });
  test("returns from our own format", () => {
    for (const seed of seeds) expectReturn(history(seed, many), { model, format: "faultline" }, false);
  });
  test.each(["jepsen-edn", "jepsen-json"] as const)("returns from %s if a failed compare-and-set met another value", (format) => {
    for (const seed of seeds) expectReturn(history(seed, { keyCount: hasKeys ? 1 : 3, operationCount: 40 }), { model, format, failedCas: "mismatch" }, hasKeys);
  });
  test.each(["jepsen-edn", "jepsen-json", "faultline"] as const)("returns from %s with strange values and keys", (format) => {
    const part: { readonly partition?: Partition } = hasKeys && format !== "faultline" ? { partition: "key" } : {};
    for (const seed of seeds) expectReturn(history(seed, { ...many, rename: strangely }), { model, format, ...part }, false);
  });
});

describe.each(simulatedModels.filter(({ model }) => model !== "multi-key-store"))("a history of the model $model with keys", ({ model, history }) => {
  test.each(["jepsen-edn", "jepsen-json"] as const)("returns from %s parted by key", (format) => {
    for (const seed of seeds) expectReturn(history(seed, many), { model, format, partition: "key" }, false);
  });
});

function isDelete({ input }: Operation): boolean {
  return input.f === "delete";
}

describe("the formats of Porcupine", () => {
  test("hold registers of whole numbers", () => {
    for (const seed of ["a", "b", "c", "d"]) {
      const options: HistoryOptions = { keyCount: 1, operationCount: 60, without: isDelete };
      expectReturn(simulatedModel("register").history(seed, options), { model: "register", format: "porcupine-etcd" }, true);
      const failing = simulatedModel("register").history(seed, {
        ...options,
        hasFailures: true,
        without: (operation) => isDelete(operation) || operation.output === false,
      });
      expectReturn(failing, { model: "register", format: "porcupine-etcd", failedCas: "absent" }, true);
    }
  });
  test("hold stores of strings", () => {
    for (const seed of ["a", "b", "c", "d"]) {
      expectReturn(
        simulatedModel("string-store").history(seed, { keyCount: 3, operationCount: 60, rename: strangely }),
        { model: "string-store", format: "porcupine-kv" },
        false,
      );
    }
  });
});

describe("the hard format", () => {
  const numbered = (text: string): string => text.replace("owner ", "");
  test.each(["register", "cas-register", "fifo-queue", "counter", "mutex"] as const)("holds a %s", (model) => {
    for (const seed of ["a", "b", "c", "d"]) {
      const options: HistoryOptions = { keyCount: 3, operationCount: 60, without: isDelete, rename: numbered };
      expectReturn(simulatedModel(model).history(seed, options), { model, format: "hard" }, false);
    }
  });
  test("holds failures where they mean that nothing happened", () => {
    for (const seed of ["a", "b"]) {
      const options: HistoryOptions = { keyCount: 1, operationCount: 60, hasFailures: true };
      expectReturn(simulatedModel("fifo-queue").history(seed, options), { model: "fifo-queue", format: "hard" }, false);
      const without = (operation: Operation): boolean => isDelete(operation) || operation.output === false;
      expectReturn(simulatedModel("register").history(seed, { ...options, without }), { model: "register", format: "hard", failedCas: "absent" }, false);
    }
  });
});

function refusalOf(write: () => unknown): string {
  try {
    write();
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return "written";
}

describe("a writer names what its format cannot express:", () => {
  const one = (event: { readonly f: string; readonly value: Json; readonly output?: Json; readonly fails?: true }): History => {
    const lines = [
      { schema: "faultline/history/1", planHash: "", timeUnit: "ns" },
      { index: 0, timeNs: 0, process: 0, type: "invoke", f: event.f, phase: "faults", value: event.value },
      {
        index: 1,
        timeNs: 1,
        process: 0,
        type: event.fails ? "fail" : "ok",
        f: event.f,
        phase: "faults",
        ...(event.fails ? {} : { value: event.output ?? null }),
      },
    ];
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
    for (const { model } of simulatedModels) {
      try {
        return readHistory(text, { model }).history;
      } catch {
        // of another model
      }
    }
    throw new Error("of no model");
  };
  const key = "k";
  test.each<[string, History, Trip, string]>([
    [
      "text among numbers",
      one({ f: "write", value: { key, value: "v1" } }),
      { model: "register", format: "porcupine-etcd" },
      'a value that is no whole number, "\\"v1\\""',
    ],
    ["a delete", one({ f: "delete", value: { key } }), { model: "register", format: "porcupine-etcd" }, "the operation"],
    [
      "text in the hard format",
      one({ f: "enqueue", value: { key, value: "v1" } }),
      { model: "fifo-queue", format: "hard" },
      "values that are no whole numbers",
    ],
    [
      "the number that means empty",
      one({ f: "enqueue", value: { key, value: "-1" } }),
      { model: "fifo-queue", format: "hard" },
      "values that are no whole numbers or mean nothing there",
    ],
    ["a key of two words", one({ f: "enqueue", value: { key: "k 1", value: "1" } }), { model: "fifo-queue", format: "hard" }, 'a key that is no word, "k 1"'],
    [
      "the new value of a counter",
      one({ f: "add", value: { key, amount: 1 }, output: 1 }),
      { model: "counter", format: "jepsen-edn" },
      'the answer "1" of add',
    ],
    [
      "a failure in pairs of calls and answers",
      one({ f: "put", value: { key, value: "v" }, fails: true }),
      { model: "string-store", format: "porcupine-kv" },
      "an operation that did not happen",
    ],
    [
      "a compare-and-set that did not happen",
      one({ f: "cas", value: { key, from: "1", to: "2" }, fails: true }),
      { model: "register", format: "hard" },
      "a cas that did not happen, where a failed one was refused,",
    ],
    [
      "the same in a log of etcd",
      one({ f: "cas", value: { key, from: "1", to: "2" }, fails: true }),
      { model: "register", format: "porcupine-etcd" },
      "a cas that did not happen",
    ],
    [
      "the same in EDN, if a failed one met another value",
      one({ f: "cas", value: { key, from: "1", to: "2" }, fails: true }),
      { model: "register", format: "jepsen-edn", failedCas: "mismatch" },
      "a cas that did not happen",
    ],
    [
      "a mismatch, if a failed one did not happen",
      one({ f: "cas", value: { key, from: "1", to: "2" }, output: false }),
      { model: "register", format: "porcupine-etcd", failedCas: "absent" },
      'the answer "false" of cas',
    ],
    ["how a read was served", one({ f: "read", value: { key, mode: "lease" } }), { model: "register", format: "jepsen-edn" }, "the operation"],
    ["a keyword that is none", one({ f: "write", value: { key, value: ":a b" } }), { model: "register", format: "jepsen-edn" }, "the operation"],
    ["operations of another model", one({ f: "enqueue", value: { key, value: "1" } }), { model: "stack", format: "faultline" }, "the operation"],
  ])("%s", (_name, history, trip, message) => {
    expect(refusalOf(() => written(history, trip))).toContain(`The ${trip.format} format cannot express ${message}`);
  });
  test("several keys without --partition key", () => {
    const history = simulatedModel("stack").history("a", { keyCount: 3, operationCount: 20 });
    const write = (partition: Partition) => (): unknown => written(history, { format: "jepsen-edn", model: "stack", partition });
    expect(refusalOf(write("none"))).toContain("several keys");
    expect(refusalOf(write("key"))).toBe("written");
  });
  test("models that a format is never about", () => {
    const history = simulatedModel("stack").history("a", { keyCount: 1, operationCount: 5 });
    for (const format of ["hard", "porcupine-etcd", "porcupine-kv"] as const) {
      expect(refusalOf(() => written(history, { format, model: "stack" }))).toContain(`The format ${format} does not record operations of the model stack`);
    }
  });
});
