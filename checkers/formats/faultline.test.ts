// Our own format: the same files that recordings are, but whole, and about the model that was named.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HistoryBuilder } from "../../harness/history.ts";
import type { HistoryEvent, NewEvent } from "../../harness/history.ts";
import { readHistory as readRecording, writeHistory as writeRecording } from "../../harness/history-file.ts";
import { operationsOf, refusalOf } from "./fixtures/refusal.ts";
import { readHistory, writeHistory } from "./index.ts";

const header = '{"schema":"faultline/history/1","planHash":"abc","timeUnit":"ns"}';
const invocation = '{"index":0,"timeNs":5,"process":0,"type":"invoke","f":"write","node":"n1","phase":"final","value":{"key":"x","value":"3"}}';
const completion = '{"index":1,"timeNs":6,"process":0,"type":"ok","f":"write","phase":"final","value":null}';

function file(...lines: string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

function refusal(...lines: string[]): string {
  return refusalOf(() => readHistory(file(...lines), { model: "register", format: "faultline" }));
}

const recorded: readonly NewEvent[] = [
  {
    timeNs: 0.5,
    process: -1,
    type: "fault",
    f: "partition",
    phase: "faults",
    value: { id: "p", action: "inject", victims: ["n1"], detail: { ratio: 0.30000000000000004 } },
  },
  { timeNs: 10, process: 0, type: "invoke", f: "write", node: "n1", phase: "warm-up", value: { key: "ключ", value: 'a"\\\n\u2028' } },
  { timeNs: 11, process: -1, type: "fact", f: "leader", node: "n2", phase: "faults", value: { incarnation: 1, data: { term: 2 ** 60 } } },
  { timeNs: 12, process: 0, type: "ok", f: "write", node: "n1", phase: "warm-up", value: null },
  { timeNs: 12, process: 1, type: "invoke", f: "read", phase: "core-liveness", value: { key: "ключ", mode: "lease" } },
  { timeNs: 13, process: 1, type: "fail", f: "read", phase: "core-liveness", error: "refused" },
  { timeNs: 14, process: 1, type: "invoke", f: "cas", phase: "final", value: { key: "ключ", from: null, to: "1" } },
  { timeNs: 15, process: 1, type: "info", f: "cas", phase: "final", error: "timed out" },
  { timeNs: 16, process: 2, type: "invoke", f: "delete", phase: "final", value: { key: "" } },
];

function recording(): HistoryBuilder {
  const builder = new HistoryBuilder();
  for (const event of recorded) builder.append(event);
  return builder;
}

describe("a recording", () => {
  let directory = "";
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "faultline-formats-"));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  test("is read as the harness reads it, faults and facts included", async () => {
    const path = join(directory, "recorded.jsonl");
    writeRecording(path, recording().build(), { planHash: "abc" });
    const read = readHistory(readFileSync(path, "utf8"), { model: "register" });
    const { history } = await readRecording(path);
    expect(read.format).toBe("faultline");
    expect([...read.history.events()]).toEqual([...history.events()]);
    expect(read.history.operations).toEqual(history.operations);
    expect(read.history.faults).toEqual(history.faults);
    expect(read.history.facts).toEqual(history.facts);
  });
  test("is written as the harness writes it, byte for byte", async () => {
    const path = join(directory, "one.jsonl");
    writeRecording(path, recording().build(), { planHash: "abc" });
    const { history } = readHistory(readFileSync(path, "utf8"), { model: "register" });
    const text = writeHistory(history, "faultline", { model: "register", planHash: "abc" });
    expect(text).toBe(readFileSync(path, "utf8"));
    const other = join(directory, "other.jsonl");
    writeFileSync(other, text);
    expect((await readRecording(other)).header.planHash).toBe("abc");
  });
  test("keeps its order and numbers its events anew when it was cut down to some operations", () => {
    const whole = readHistory(writeHistory(readBack(), "faultline", { model: "register" }), { model: "register" }).history;
    const part = whole.withOperations(whole.operations.filter(({ process }) => process === 1));
    const events = [...readHistory(writeHistory(part, "faultline", { model: "register" }), { model: "register" }).history.events()];
    expect(events.map(({ index, type, f }) => `${index} ${type} ${f}`)).toEqual([
      "0 fault partition",
      "1 fact leader",
      "2 invoke read",
      "3 fail read",
      "4 invoke cas",
      "5 info cas",
    ]);
  });
});

function readBack(): ReturnType<typeof readHistory<"register">>["history"] {
  const lines = [header, ...[...recording().build().events()].map((event: HistoryEvent) => JSON.stringify(event))];
  return readHistory(file(...lines), { model: "register" }).history;
}

describe("a file of our own", () => {
  test("keeps nodes, phases and times", () => {
    expect(readHistory(file(header, invocation, completion), { model: "register" }).history.operations).toEqual([
      {
        id: 0,
        process: 0,
        node: "n1",
        phase: "final",
        input: { f: "write", key: "x", value: "3" },
        type: "ok",
        output: null,
        invokedIndex: 0,
        completedIndex: 1,
        invokedNs: 5,
        completedNs: 6,
      },
    ]);
  });
  test("means by a failure that nothing happened, unless somebody knows better", () => {
    const lines = [
      header,
      '{"index":0,"timeNs":5,"process":0,"type":"invoke","f":"cas","phase":"final","value":{"key":"x","from":"1","to":"2"}}',
      '{"index":1,"timeNs":6,"process":0,"type":"fail","f":"cas","phase":"final","error":"mismatch"}',
    ];
    const input = { f: "cas", key: "x", from: "1", to: "2" };
    expect(operationsOf(readHistory(file(...lines), { model: "register" }).history)).toEqual([{ input, type: "fail" }]);
    expect(operationsOf(readHistory(file(...lines), { model: "register", failedCas: "mismatch" }).history)).toEqual([{ input, type: "ok", output: false }]);
  });
  test.each([
    ["without a header", [invocation], 'line 1: expected the header with schema "faultline/history/1", found nothing'],
    [
      "with another schema",
      [header.replace("history/1", "history/2"), invocation],
      'line 1: expected the header with schema "faultline/history/1", found "\\"faultline/history/2\\""',
    ],
    ["with another unit", [header.replace('"ns"', '"ms"'), invocation], 'line 1: expected the header with timeUnit "ns"'],
    ["without events", [header], "line 1: expected at least one operation"],
    ["with a missing event", [header, completion], 'line 2: expected index, 0, found "1"'],
    ["with an empty line", [header, "", invocation], "line 2: expected an event, a JSON object, found nothing"],
    ["with two events in a line", [header, `${invocation} ${completion}`], "line 2: expected one JSON object a line"],
    ["with half an event", [header, invocation.slice(0, 50)], "line 2: expected"],
    ["with a member twice", [header, invocation.replace('"process":0', '"process":0,"process":1')], "line 2: expected an object whose members are different"],
    ["with a time below zero", [header, invocation.replace('"timeNs":5', '"timeNs":-5')], "line 2: expected timeNs, a number of at least 0"],
    ["with an endless time", [header, invocation.replace('"timeNs":5', '"timeNs":1e400')], "line 2: expected timeNs"],
    ["with an unknown type", [header, invocation.replace('"invoke"', '"began"')], "line 2: expected type, one of invoke, ok, fail, info, fault, fact"],
    ["with an unknown phase", [header, invocation.replace('"final"', '"end"')], "line 2: expected phase, one of warm-up"],
    ["with a node that is no name", [header, invocation.replace('"n1"', "1")], "line 2: expected node, a string"],
    ["with a process that no client has", [header, invocation.replace('"process":0', '"process":-1')], "line 2: expected a process from 0"],
    ["with a fault of a client", [header, invocation.replace('"invoke"', '"fault"')], "line 2: expected process, -1"],
    [
      "with a completion out of nowhere",
      [header, completion.replace('"index":1', '"index":0')],
      "line 2: expected an invocation of process 0 before its completion",
    ],
    ["with a completion of something else", [header, invocation, completion.replace('"write"', '"delete"')], "line 3: expected a completion of the write"],
    [
      "of another model",
      [header, invocation.replace('"write"', '"enqueue"')],
      "line 2: expected an f that the model register knows, read, write, cas or delete",
    ],
    ["with a member missing", [header, invocation.replace(',"value":"3"', "")], "line 2: expected value, the arguments of write, an object of key, value"],
    [
      "with a member too many",
      [header, invocation.replace('"value":"3"', '"value":"3","ttl":"5"')],
      "line 2: expected value, the arguments of write, an object of key, value",
    ],
    [
      "with a function inside of the value",
      [header, invocation.replace('"value":"3"', '"value":"3","f":"read"')],
      "line 2: expected value, the arguments of write",
    ],
    ["with a number for a text", [header, invocation.replace('"value":"3"', '"value":3')], "line 2: expected value, the arguments of write"],
    [
      "with an answer of another kind",
      [header, invocation, completion.replace('"value":null', '"value":"3"')],
      "line 3: expected value, an answer of write on the model register",
    ],
  ])("%s is refused", (_name, lines, message) => expect(refusal(...lines)).toContain(message));

  test("refuses numbers that would become others", () => {
    const add = invocation.replace('"write"', '"add"').replace('"value":"3"', '"amount":9007199254740993');
    expect(refusalOf(() => readHistory(file(header, add), { model: "counter" }))).toContain(
      "line 2: expected value, the arguments of add, an object of key, amount",
    );
    const insert = invocation.replace('"write"', '"insert"').replace('"value":"3"', '"value":0.10000000000000000555');
    expect(refusalOf(() => readHistory(file(header, insert), { model: "priority-queue" }))).toContain("line 2: expected value");
  });
  test("is refused if it is cut off inside its last line, unlike a recording", () => {
    const text = file(header, invocation, completion);
    expect(refusalOf(() => readHistory(text.slice(0, -1), { model: "register" }))).toContain("line 3: expected the end of the line (the file is cut off)");
    expect(refusalOf(() => readHistory(text.slice(0, -10), { model: "register" }))).toContain("line 3: expected the end of the line (the file is cut off)");
  });
  test("is written only in well-formed Unicode", () => {
    const history = readBack();
    const broken = history.withOperations(history.operations.map((operation) => ({ ...operation, input: { f: "write", key: "x", value: "\ud800" } as const })));
    expect(refusalOf(() => writeHistory(broken, "faultline", { model: "register" }))).toContain("text that is no well-formed Unicode");
    const literal = history.withOperations(
      history.operations.map((operation) => ({ ...operation, type: "info", input: { f: "write", key: "x", value: "\\ud800" } as const })),
    );
    expect(refusalOf(() => writeHistory(literal, "faultline", { model: "register" }))).not.toContain("Unicode");
  });
});
