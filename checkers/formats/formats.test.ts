// Readers of foreign formats: every line counts, and what no recorder can have written is refused with its line instead of
// being judged.
import { describe, expect, test } from "vitest";
import { operationsOf, refusalOf } from "./fixtures/refusal.ts";
import { parseEtcdLog, parseHard, parsePorcupineKv, readHistory } from "./index.ts";

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
        "5\t:invoke\t:cas\t[nil 5]",
        "5\t:fail\t:cas\t:timed-out",
      ),
    );
    expect(operationsOf(history)).toEqual([
      { input: { f: "write", key, value: "3" }, type: "ok", output: null },
      { input: { f: "read", key }, type: "ok", output: "3" },
      { input: { f: "cas", key, from: "3", to: "4" }, type: "ok", output: false },
      { input: { f: "cas", key, from: "3", to: "5" }, type: "info" },
      { input: { f: "read", key }, type: "fail" },
      { input: { f: "cas", key, from: null, to: "5" }, type: "info" },
    ]);
  });
  test("may mean by a failed compare-and-set that it did not happen", () => {
    const history = parseEtcdLog(log("2\t:invoke\t:cas\t[3 4]", "2\t:fail\t:cas\t[3 4]"), { failedCas: "absent" });
    expect(operationsOf(history)).toEqual([{ input: { f: "cas", key, from: "3", to: "4" }, type: "fail" }]);
  });
  test("skips other loggers and the nemesis", () => {
    expect(parseEtcdLog(`INFO  jepsen.core - Worker 1 starting\n${log(":nemesis :info :start nil", "0 :invoke :read nil")}`).operations).toHaveLength(1);
  });
  test("may end its lines as Windows does, and begin with a byte order mark", () => {
    expect(parseEtcdLog(`\ufeff${log("0 :invoke :write 3", "0 :ok :write 3").replaceAll("\n", "\r\n")}`).operations).toHaveLength(1);
  });
  test("keeps numbers of any size", () => {
    expect(parseEtcdLog(log("0 :invoke :write 9007199254740993")).operations[0]?.input).toMatchObject({ value: "9007199254740993" });
  });
  test.each([
    [
      "cut off inside a line",
      log("0 :invoke :write 3") + "INFO  jepsen.util - 0 :ok\n",
      'line 2: expected INFO jepsen.util - PROCESS :TYPE :F VALUE, found "INFO  jepsen.util - 0 :ok"',
    ],
    ["cut off before the end of the last line", log("0 :invoke :write 35").slice(0, -2), "line 1: expected the end of the line"],
    ["with a value that is no number", log("0 :invoke :write x"), 'line 1: expected a whole number, found "x"'],
    ["with a number that has two texts", log("0 :invoke :write 007"), 'line 1: expected a whole number, found "007"'],
    ["with half a compare-and-set", log("0 :invoke :cas [1]"), 'line 1: expected [FROM TO], found "[1]"'],
    ["with a read of something", log("0 :invoke :read 1"), "line 1: expected nil, as a read has no argument"],
    ["with a success that timed out", log("0 :invoke :write 3", "0 :ok :write :timed-out"), "line 2: expected the arguments of the invocation"],
    ["with a completion out of nowhere", log("0 :ok :write 3"), 'line 1: expected an invocation of process 0 before its completion, found "ok write"'],
    ["with a process of 33 bits", log("4294967296 :invoke :write 3"), "line 1: expected a process from 0 to 2147483647"],
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
  ])("%s is refused", (_name, text, message) => expect(refusalOf(() => parseEtcdLog(text))).toContain(message));
});

describe("a key-value history", () => {
  test("keeps gets, puts and appends by key; what was never answered is unknown", () => {
    const text =
      '{:process 9, :type :invoke, :f :append, :key "0", :value "a b"}\n{:process 1, :type :invoke, :f :get, :key "0", :value nil}\n{:process 9, :type :ok, :f :append, :key "0", :value "a b"}\n{:process 1, :type :ok, :f :get, :key "0", :value "a b"}\n{:process 2, :type :invoke, :f :put, :key "1", :value ""}\n';
    expect(operationsOf(parsePorcupineKv(text))).toEqual([
      { input: { f: "append", key: "0", value: "a b" }, type: "ok", output: null },
      { input: { f: "get", key: "0" }, type: "ok", output: "a b" },
      { input: { f: "put", key: "1", value: "" }, type: "info" },
    ]);
  });
  test.each([
    ["without a key", "{:process 9, :type :invoke, :f :get, :value nil}\n", "line 1: expected a :key string"],
    ["of another vocabulary", '{:process 9, :type :invoke, :f :cas, :key "0", :value nil}\n', "line 1: expected an :f of :get, :put or :append"],
    ["with a get of something", '{:process 9, :type :invoke, :f :get, :key "0", :value "a"}\n', "line 1: expected nil, as a :get has no argument"],
    ["with a put of nothing", '{:process 9, :type :invoke, :f :put, :key "0", :value nil}\n', "line 1: expected a :value string"],
    [
      "with a get that answers nothing",
      '{:process 9, :type :invoke, :f :get, :key "0", :value nil}\n{:process 9, :type :ok, :f :get, :key "0", :value nil}\n',
      "line 2: expected a :value string",
    ],
    [
      "with an answer of another key",
      '{:process 9, :type :invoke, :f :get, :key "0", :value nil}\n{:process 9, :type :ok, :f :get, :key "1", :value ""}\n',
      "line 2: expected the arguments of the invocation",
    ],
    ["cut off", '{:process 9, :type :invoke, :f :put, :key "0", :value "a', "line 1: expected the end of a string"],
  ])("%s is refused", (_name, text, message) => expect(refusalOf(() => parsePorcupineKv(text))).toContain(message));
});

describe("a terse history", () => {
  test.each([
    [
      "register",
      "i 0 1 w k 5 0\no 0 ok 0\ni 1 2 cas k 4 6\no 1 fail 0\ni 2 3 r k 0 0\no 2 ok -1000000\ni 3 4 cas k -1000000 6\no 3 ok 0\ni 4 5 w k 6 0\no 4 fail 0\n",
      [
        { input: { f: "write", key: "k", value: "5" }, type: "ok", output: null },
        { input: { f: "cas", key: "k", from: "4", to: "6" }, type: "ok", output: false },
        { input: { f: "read", key: "k" }, type: "ok", output: null },
        { input: { f: "cas", key: "k", from: null, to: "6" }, type: "ok", output: true },
        { input: { f: "write", key: "k", value: "6" }, type: "fail" },
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
    expect(operationsOf(parsed.history)).toEqual(expected);
  });
  test("may mean by a failed compare-and-set that it did not happen", () => {
    const text = "i 0 1 cas k 4 6\no 0 fail 0\n";
    expect(operationsOf(parseHard(text, { failedCas: "absent" }).history)).toEqual([{ input: { f: "cas", key: "k", from: "4", to: "6" }, type: "fail" }]);
  });
  test.each([
    ["cut off", "i 0 1 w k 5\n", "line 1: expected i ID PROCESS F KEY A B"],
    ["cut off before the end of the last line", "i 0 1 w k 5 0\no 0 ok 0", "line 2: expected the end of the line"],
    ["mixing objects", "i 0 1 w k 5 0\ni 1 2 deq k 0 0\n", 'line 2: expected an operation of a register, r, w or cas, found "i 1 2 deq k 0 0"'],
    ["reading a queue", "i 0 1 enq k 5 0\ni 1 2 r k 0 0\n", "line 2: expected an operation of a fifo-queue, enq or deq"],
    ["completing nothing", "o 0 ok 0\n", "line 1: expected the id of an invocation before it"],
    ["completing twice", "i 0 1 w k 5 0\no 0 ok 0\no 0 ok 0\n", "line 3: expected one completion only"],
    ["with an id used twice", "i 0 1 w k 5 0\ni 0 2 w k 5 0\n", "line 2: expected an id that was not used before"],
    ["with an unknown outcome word", "i 0 1 w k 5 0\no 0 maybe 0\n", "line 2: expected o ID ok|fail VALUE"],
    ["with a place too many", "i 0 1 w k 5 0 0\n", "line 1: expected i ID PROCESS F KEY A B"],
    ["with a process below zero", "i 0 -1 w k 5 0\n", "line 1: expected i ID PROCESS F KEY A B"],
    ["writing what means nothing", "i 0 1 w k -1000000 0\n", "line 1: expected a value other than the one that means nothing"],
    ["putting in what means empty", "i 0 1 enq k -1 0\n", "line 1: expected a value other than the one that means nothing"],
    ["adding what no number holds", "i 0 1 inc k 9007199254740993 0\n", "line 1: expected a value other than the one that means nothing, and below 2^53"],
    ["counting what no number holds", "i 0 1 inc k 1 0\ni 1 2 r k 0 0\no 1 ok 9007199254740993\n", "line 3: expected a number below 2^53"],
    ["of other lines", "hello\n", "line 1: expected i ID PROCESS F KEY A B, or o ID ok|fail VALUE"],
  ])("%s is refused", (_name, text, message) => expect(refusalOf(() => parseHard(text))).toContain(message));
});

describe("a reader that is told the model", () => {
  test("refuses formats that are never about it", () => {
    expect(refusalOf(() => readHistory(log("0 :invoke :read nil"), { model: "stack" }))).toBe(
      "The format porcupine-etcd does not record operations of the model stack.",
    );
    expect(refusalOf(() => readHistory("i 0 1 enq k 5 0\n", { model: "semaphore" }))).toContain("does not record operations of the model semaphore");
  });
  test("refuses to part by keys what has none", () => {
    expect(refusalOf(() => readHistory(log("0 :invoke :read nil"), { model: "register", partition: "key" }))).toContain("has no keys");
    expect(refusalOf(() => readHistory("{:process 0}", { model: "multi-key-store", partition: "key" }))).toContain("cannot be parted by them");
  });
  test("refuses half characters with their line", () => {
    expect(refusalOf(() => readHistory('\n{:process 0, :type :invoke, :f :write, :value "\ud800"}', { model: "register" }))).toContain(
      "line 2: expected well-formed Unicode",
    );
  });
});
