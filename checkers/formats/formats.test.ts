// Importers: every line counts, and what no recorder can have written is refused with its line instead of being judged.
import { describe, expect, test } from "vitest";
import { UsageError } from "../../harness/errors.ts";
import { ednText, readEdn } from "./edn.ts";
import { parseEtcdLog, parseHard, parseKnossos, parsePorcupineKv } from "./index.ts";

function refusal(parse: () => unknown): string {
  try {
    parse();
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return "accepted";
}

interface Short {
  readonly input: unknown;
  readonly type: string;
  readonly output?: unknown;
}

function short(operations: readonly Short[]): unknown[] {
  return operations.map(({ input, type, output }) => ({ input, type, ...(output === undefined ? {} : { output }) }));
}

const key = "register";

function log(...lines: string[]): string {
  return lines.map((line) => `INFO  jepsen.util - ${line}\n`).join("");
}

describe("an etcd log", () => {
  test("keeps reads, writes, refused compare-and-sets and lost operations", () => {
    const history = parseEtcdLog(
      log(
        "0\t:invoke\t:write\t3",
        "0   :ok     :write  3",
        "1\t:invoke\t:read\tnil",
        "1\t:ok\t:read\t3",
        "2\t:invoke\t:cas\t[3 4]",
        "2\t:fail\t:cas\t[3 4]",
        "3\t:invoke\t:cas\t[3 5]",
        "3\t:info\t:cas\t:timed-out",
        "4\t:invoke\t:read\tnil",
        "4\t:fail\t:read\t:timed-out",
      ),
    );
    expect(short(history.operations)).toEqual([
      { input: { f: "write", key, value: "3" }, type: "ok", output: null },
      { input: { f: "read", key }, type: "ok", output: "3" },
      { input: { f: "cas", key, from: "3", to: "4" }, type: "ok", output: false },
      { input: { f: "cas", key, from: "3", to: "5" }, type: "info" },
      { input: { f: "read", key }, type: "fail" },
    ]);
  });
  test("may mean by a failed compare-and-set that it did not happen", () => {
    const history = parseEtcdLog(log("2\t:invoke\t:cas\t[3 4]", "2\t:fail\t:cas\t[3 4]"), { failedCas: "absent" });
    expect(short(history.operations)).toEqual([{ input: { f: "cas", key, from: "3", to: "4" }, type: "fail" }]);
  });
  test("skips other loggers and the nemesis", () => {
    expect(parseEtcdLog(`INFO  jepsen.core - Worker 1 starting\n${log(":nemesis :info :start nil", "0 :invoke :read nil")}`).operations).toHaveLength(1);
  });
  test.each([
    [
      "cut off inside a line",
      log("0 :invoke :write 3") + "INFO  jepsen.util - 0 :ok\n",
      'line 2: expected INFO jepsen.util - PROCESS :TYPE :F VALUE, found "INFO  jepsen.util - 0 :ok"',
    ],
    ["cut off before the end of the last line", log("0 :invoke :write 35").slice(0, -2), "line 1: expected the end of the line"],
    ["with a value that is no number", log("0 :invoke :write x"), 'line 1: expected a whole number, found "x"'],
    ["with half a compare-and-set", log("0 :invoke :cas [1]"), 'line 1: expected [FROM TO], found "[1]"'],
    ["with a completion out of nowhere", log("0 :ok :write 3"), 'line 1: expected an invocation of process 0 before its completion, found "ok write"'],
    [
      "with two operations of a process at once",
      log("0 :invoke :write 3", "0 :invoke :write 4"),
      'line 2: expected a completion of process 0, whose write of line 1 is open, found "invoke write"',
    ],
    [
      "with another completion than invocation",
      log("0 :invoke :write 3", "0 :ok :read 3"),
      'line 2: expected a completion of the write that process 0 invoked in line 1, found "ok read"',
    ],
    ["with another value than was written", log("0 :invoke :write 3", "0 :ok :write 4"), "line 2: expected the arguments of the invocation"],
    [
      "with a process that goes on after a lost operation",
      log("0 :invoke :write 3", "0 :info :write :timed-out", "0 :invoke :read nil"),
      "line 3: expected no more of process 0",
    ],
    ["that is empty", "", "line 1: expected at least one operation, found nothing"],
  ])("%s is refused", (_name, text, message) => expect(refusal(() => parseEtcdLog(text))).toContain(message));
});

describe("a key-value history", () => {
  test("keeps gets, puts and appends by key", () => {
    const text =
      '{:process 9, :type :invoke, :f :append, :key "0", :value "a b"}\n{:process 1, :type :invoke, :f :get, :key "0", :value nil}\n{:process 9, :type :ok, :f :append, :key "0", :value "a b"}\n{:process 1, :type :ok, :f :get, :key "0", :value "a b"}\n{:process 2, :type :invoke, :f :put, :key "1", :value ""}\n';
    expect(short(parsePorcupineKv(text).operations)).toEqual([
      { input: { f: "append", key: "0", value: "a b" }, type: "ok", output: null },
      { input: { f: "get", key: "0" }, type: "ok", output: "a b" },
      { input: { f: "put", key: "1", value: "" }, type: "info" },
    ]);
  });
  test.each([
    ["cut off", '{:process 9, :type :invoke, :f :get, :key "0"', 'line 1: expected a "}" for the "{" of line 1'],
    ["cut off in a string", '{:process 9, :type :invoke, :f :get, :key "0', "line 1: expected the end of the string of line 1"],
    ["of another vocabulary", '{:process 9, :type :invoke, :f :cas, :key "0", :value "1"}', "line 1: expected an :f of :get, :put or :append"],
    [
      "with a get that answers nothing",
      '{:process 9, :type :invoke, :f :get, :key "0", :value nil}\n{:process 9, :type :ok, :f :get, :key "0", :value nil}',
      'line 2: expected a :value string, found "nil"',
    ],
    [
      "that completes another key",
      '{:process 9, :type :invoke, :f :get, :key "0", :value nil}\n{:process 9, :type :ok, :f :get, :key "1", :value "1"}',
      "line 2: expected the arguments of the invocation",
    ],
  ])("%s is refused", (_name, text, message) => expect(refusal(() => parsePorcupineKv(text))).toContain(message));
});

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
      { input: { f: "write", key, value: '"s"' }, type: "info" },
    ];
    expect(short(parseKnossos(text).operations)).toEqual(expected);
    expect(short(parseKnossos(text.slice(1, -1)).operations)).toEqual(expected);
  });
  test("may mean by a failed compare-and-set that it met another value", () => {
    expect(parseKnossos(text, { failedCas: "mismatch" }).operations[1]).toMatchObject({ type: "ok", output: false });
  });
  test.each([
    ["without a type", "{:process 0, :f :read}", "line 1: expected a :type"],
    ["with half a pair", "{:process 0, :type :invoke, :f :cas, :value [1]}", "line 1: expected a pair [from to]"],
    ["of another vocabulary", "{:process 0, :type :invoke, :f :enqueue, :value 1}", "line 1: expected an :f of :read, :write or :cas"],
    ["with a bracket too many", "{:process 0, :type :invoke, :f :read, :value nil}\n]", 'line 2: expected a form, found "]"'],
    ["cut off", "[{:process 0, :type :invoke, :f :read, :value nil}\n", 'line 2: expected a "]" for the "[" of line 1'],
    ["with a map of odd length", "{:process 0, :type}", "line 1: expected pairs of key and value in a map"],
    ["that is not about operations", "hello", 'line 1: expected a map with :process, :type, :f and :value, found "hello"'],
  ])("%s is refused", (_name, broken, message) => expect(refusal(() => parseKnossos(broken))).toContain(message));
});

test("EDN of all kinds is read back as the same text", () => {
  const text = '[nil true -1.5e3 12N :a/b sym "x\\"y\\n" {:a [1 2]} \\( \\newline]';
  expect(readEdn(`#_(gone [1]) ${text}`).map(ednText)).toEqual(['[nil true -1.5e3 12 :a/b sym "x\\"y\\n" {:a [1 2]} \\( \\newline]']);
});

describe("a terse history", () => {
  test.each([
    [
      "register",
      "i 0 1 w k 5 0\no 0 ok 0\ni 1 2 cas k 4 6\no 1 fail 0\ni 2 3 r k 0 0\no 2 ok -1000000\n",
      [
        { input: { f: "write", key: "k", value: "5" }, type: "ok", output: null },
        { input: { f: "cas", key: "k", from: "4", to: "6" }, type: "ok", output: false },
        { input: { f: "read", key: "k" }, type: "ok", output: null },
      ],
    ],
    [
      "queue",
      "i 0 1 enq k 5 0\ni 1 2 deq k 0 0\no 1 ok -1\ni 2 3 deq k 0 0\no 2 ok 5\n",
      [
        { input: { f: "enqueue", key: "k", value: "5" }, type: "info" },
        { input: { f: "dequeue", key: "k" }, type: "ok", output: null },
        { input: { f: "dequeue", key: "k" }, type: "ok", output: "5" },
      ],
    ],
    [
      "counter",
      "i 0 1 r k 0 0\no 0 ok 7\ni 1 2 inc k 3 0\no 1 ok 0\n",
      [
        { input: { f: "read", key: "k" }, type: "ok", output: 7 },
        { input: { f: "add", key: "k", amount: 3 }, type: "ok", output: null },
      ],
    ],
    [
      "mutex",
      "i 0 1 acq k 1 0\no 0 ok 0\ni 1 2 acq k 2 0\no 1 fail 0\ni 2 1 rel k 1 0\n",
      [
        { input: { f: "acquire", key: "k", owner: "1" }, type: "ok", output: true },
        { input: { f: "acquire", key: "k", owner: "2" }, type: "ok", output: false },
        { input: { f: "release", key: "k", owner: "1" }, type: "info" },
      ],
    ],
  ])("of a %s is recognised", (object, text, expected) => {
    const parsed = parseHard(text);
    expect(parsed.object).toBe(object);
    expect(short(parsed.history.operations)).toEqual(expected);
  });
  test.each([
    ["cut off", "i 0 1 w k 5\n", "line 1: expected i ID PROCESS F KEY A B"],
    ["cut off before the end of the last line", "i 0 1 w k 5 0\no 0 ok 0", "line 2: expected the end of the line"],
    ["mixing objects", "i 0 1 w k 5 0\ni 1 2 deq k 0 0\n", "line 2: expected an operation on a register"],
    ["reading a queue", "i 0 1 enq k 5 0\ni 1 2 r k 0 0\n", "line 2: expected an operation on a queue"],
    ["completing nothing", "o 0 ok 0\n", "line 1: expected the id of an invocation before it"],
    ["completing twice", "i 0 1 w k 5 0\no 0 ok 0\no 0 ok 0\n", "line 3: expected one completion only"],
    ["with an id used twice", "i 0 1 w k 5 0\ni 0 2 w k 5 0\n", "line 2: expected an id that was not used before"],
    ["with an unknown outcome word", "i 0 1 w k 5 0\no 0 maybe 0\n", "line 2: expected o ID ok|fail VALUE"],
    ["of other lines", "hello\n", "line 1: expected i ID PROCESS F KEY A B, or o ID ok|fail VALUE"],
  ])("%s is refused", (_name, text, message) => expect(refusal(() => parseHard(text))).toContain(message));
});
