// Files that were cut off, garbled or made by an enemy: an error or a part of the truth, never another history.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UsageError } from "../../harness/errors.ts";
import type { History } from "../../harness/history.ts";
import type { Operation } from "../../harness/operation.ts";
import { refusalOf } from "./fixtures/refusal.ts";
import { simulatedModel } from "./fixtures/simulated-models.ts";
import { readHistory, writeHistory } from "./index.ts";
import type { HistoryFormat, HistoryModel, Partition } from "./index.ts";

interface Example {
  readonly format: HistoryFormat;
  readonly model: HistoryModel;
  readonly partition?: Partition;
  readonly text: string;
}

function example(
  format: HistoryFormat,
  model: HistoryModel,
  options: { readonly partition?: Partition; readonly without?: (operation: Operation) => boolean } = {},
): Example {
  const { without, ...partition } = options;
  const isKeyless = format === "porcupine-etcd" || (format.startsWith("jepsen") && options.partition === undefined);
  const hasFailures = format === "jepsen-edn" || format === "jepsen-json" || format === "faultline";
  const history = simulatedModel(model).history("example", {
    keyCount: isKeyless ? 1 : 2,
    operationCount: 9,
    hasFailures,
    rename: (text) => text.replace("owner ", "").replace(/^(\d)$/, "1$1"),
    ...(without === undefined ? {} : { without }),
  });
  const text = writeHistory<HistoryModel>(history as unknown as Parameters<typeof writeHistory<HistoryModel>>[0], format, { model, ...partition });
  return { format, model, ...partition, text };
}

function isDelete({ input }: Operation): boolean {
  return input.f === "delete";
}

const written: readonly Example[] = [
  example("jepsen-edn", "register", { partition: "key" }),
  example("jepsen-edn", "growing-set"),
  example("jepsen-edn", "multi-key-store"),
  example("jepsen-json", "fifo-queue"),
  example("jepsen-json", "versioned-register", { partition: "key" }),
  example("porcupine-etcd", "register", { without: isDelete }),
  example("porcupine-kv", "string-store"),
  example("hard", "register", { without: isDelete }),
  example("hard", "fifo-queue"),
  example("hard", "counter"),
  example("hard", "mutex"),
  example("faultline", "register"),
  example("faultline", "fenced-lock"),
];

/** In one list, and with the ends of lines of Windows. */
const examples: readonly Example[] = [
  ...written,
  ...written.filter(({ format }) => format === "jepsen-edn").map((each) => ({ ...each, text: `[${each.text}]\n` })),
  ...written.filter(({ format }) => format === "jepsen-json").map((each) => ({ ...each, text: `[${each.text.trim().replaceAll("\n", ",\n")}]` })),
  ...written.filter((_, index) => index % 2 === 1).map((each) => ({ ...each, text: each.text.replaceAll("\n", "\r\n") })),
];

function read({ text, ...options }: Example): History {
  return readHistory(text, options).history;
}

function completedOf(history: History): string[] {
  return history.operations
    .filter(({ type }) => type !== "info")
    .toSorted((one, other) => one.completedIndex - other.completedIndex)
    .map(({ input, type, output, process }) => JSON.stringify({ input, type, output, process }));
}

/** Undefined if the file was refused. Anything but a UsageError is a crash. */
function attempt(file: Example): History | undefined {
  try {
    return read(file);
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

describe.each(examples.map((each, index) => ({ ...each, name: `${index}, ${each.format} of a ${each.model}` })))("file $name", ({ name: _name, ...file }) => {
  const whole = completedOf(read(file));

  test("has something to lose", () => expect(whole.length).toBeGreaterThan(3));

  test("cut off anywhere is refused or a beginning of itself, and refused inside a line", () => {
    let refusedCount = 0;
    for (let end = 0; end < file.text.length; end++) {
      const before = file.text.slice(0, end);
      const part = attempt({ ...file, text: before });
      if (part === undefined) refusedCount++;
      else {
        expect(completedOf(part)).toEqual(whole.slice(0, completedOf(part).length));
        const isBetweenLines = /[\n\r]$/.test(before) || /^[\n\r]/.test(file.text.slice(end)) || /^[\s\]]*$/.test(file.text.slice(end));
        if (!isBetweenLines) expect.unreachable(`accepted: ${before.slice(-60)}`);
      }
    }
    expect(refusedCount).toBeGreaterThan(file.text.length / 2);
  });

  test("garbled at one place is refused, or read without a crash", () => {
    fc.assert(
      fc.property(fc.nat(), fc.string({ maxLength: 3 }), fc.nat(3), (place, put, count) => {
        const at = place % file.text.length;
        attempt({ ...file, text: file.text.slice(0, at) + put + file.text.slice(at + count) });
      }),
      { numRuns: 150 },
    );
  });
});

describe("what an enemy sends", () => {
  const formats: readonly HistoryFormat[] = ["jepsen-edn", "jepsen-json", "porcupine-etcd", "porcupine-kv", "hard", "faultline"];
  const modelOf = (format: HistoryFormat): HistoryModel => (format === "porcupine-kv" ? "string-store" : "register");

  test("is refused in few visible words", () => {
    const enemies = [
      "[".repeat(100_000),
      "{".repeat(100_000),
      "\u0000".repeat(1000),
      "\u001b[31m\u202e\n",
      `"${"x".repeat(1_000_000)}"`,
      "i ".repeat(100_000),
      `INFO  jepsen.util - 0 :invoke :write ${"9".repeat(100_000)}x\n`,
    ];
    for (const text of enemies) {
      for (const format of formats) {
        const refusal = refusalOf(() => readHistory(text, { format, model: modelOf(format) }));
        expect(refusal).not.toBe("accepted");
        expect(refusal.length).toBeLessThan(800);
        expect(refusal).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      }
      expect(refusalOf(() => readHistory(text, { model: "register" })).length).toBeLessThan(800);
    }
  });
  test("names functions, keys and values of any length without filling the screen", () => {
    const long = "x".repeat(100_000);
    const lines = [
      `{:process 0 :type :invoke :f :${long}}`,
      `{:process 0 :type :${long} :f :read}`,
      `{:process 0 :type :invoke :f :write :value [${long}]}`,
      `{:process 0 :type :invoke :f :write :value "${long}"} {:process 0 :type :ok :f :write :value 3}`,
      `{:process 0 :type :invoke :f :read :value "${long}"} {:process 0 :type :ok :f :read :value 3}`,
      `{:process 0 :type :ok :f :${long}}`,
    ];
    for (const text of lines) {
      const refusal = refusalOf(() => readHistory(text, { format: "jepsen-edn", model: "register" }));
      expect(refusal).toMatch(/^line 1: expected/);
      expect(refusal.length).toBeLessThan(400);
    }
    const keyed = `{:process 0 :type :invoke :f :write :value ["${long}" 1]} {:process 0 :type :ok :f :write :value [2 1]}`;
    expect(refusalOf(() => readHistory(keyed, { format: "jepsen-edn", model: "register", partition: "key" })).length).toBeLessThan(400);
  });
  test("cannot reach the prototype of objects", () => {
    const text = '{:process 0 :type :invoke :f :txn :value [[:write "__proto__" "x"] [:write "a" 1]]}';
    const { history } = readHistory(text, { model: "multi-key-store" });
    const input = history.operations[0]?.input;
    expect(input?.f === "write" ? Object.entries(input.entries) : []).toEqual([
      ["__proto__", "x"],
      ["a", "1"],
    ]);
  });
});
