import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { EnvironmentError, UsageError } from "./errors.ts";
import { HistoryBuilder, type History, type NewEvent } from "./history.ts";
import { HistoryWriter, lineLimitBytes, readHistory, writeHistory } from "./history-file.ts";

let directory: string;
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), "faultline-history-"))));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const header = '{"schema":"faultline/history/1","planHash":"00ff","timeUnit":"ns"}\n';
const invoke: NewEvent = { timeNs: 5, process: 0, type: "invoke", f: "write", node: "n1", phase: "faults", value: { key: "x", value: "0.1" } };
const ok: NewEvent = { timeNs: 9, process: 0, type: "ok", f: "write", node: "n1", phase: "faults", value: null };
const info: NewEvent = { timeNs: 9, process: 0, type: "info", f: "write", phase: "final", error: "timed out" };
const fault: NewEvent = {
  timeNs: 7,
  process: -1,
  type: "fault",
  f: "kill",
  phase: "faults",
  value: { id: "f1", action: "inject", victims: ["n1"], detail: {} },
};

function historyOf(events: readonly NewEvent[]): History {
  const builder = new HistoryBuilder();
  for (const event of events) builder.append(event);
  return builder.build();
}

function line(index: number, event: object): string {
  return `${JSON.stringify({ index, ...event })}\n`;
}

function stored(content: string | Uint8Array): string {
  const path = join(directory, "stored.jsonl");
  writeFileSync(path, content);
  return path;
}

async function problemOf(content: string | Uint8Array): Promise<string> {
  const error: unknown = await readHistory(stored(content)).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UsageError);
  return (error as UsageError).message;
}

describe("a history that was written", () => {
  const text = fc.string({ unit: "binary", maxLength: 12 });
  const value = fc.option(
    fc.jsonValue().map((drawn) => JSON.parse(JSON.stringify(drawn))),
    { nil: undefined },
  );
  const events = fc.array(fc.record({ f: text, node: text, value, error: text, process: fc.nat(40) }), { maxLength: 60 });

  test("is read back event by event, whatever is in it", async () => {
    await fc.assert(
      fc.asyncProperty(events, async (drawn) => {
        const busy = new Set<number>();
        const written = historyOf(
          drawn.map(({ f, node, value, error, process }, position) => {
            const isInvocation = !busy.has(process);
            if (isInvocation) busy.add(process);
            else busy.delete(process);
            const type = isInvocation ? "invoke" : "ok";
            return {
              timeNs: position * 1_000,
              process,
              type,
              f,
              node,
              phase: "faults",
              ...(value === undefined ? {} : { value }),
              ...(isInvocation ? {} : { error }),
            };
          }),
        );
        const path = join(directory, "property.jsonl");
        rmSync(path, { force: true });
        writeHistory(path, written, { planHash: "00ff" });
        const { history, header } = await readHistory(path);
        expect([...history.events()]).toEqual([...written.events()]);
        expect(history.isCut).toBe(false);
        expect(header.planHash).toBe("00ff");
      }),
    );
  });

  test("is the same when its lines fall across the chunks of the reader", async () => {
    const events = Array.from({ length: 40 }, (_, index): NewEvent => ({ ...(index % 2 === 0 ? invoke : ok), value: "ü".repeat(60_000 + index) }));
    const path = join(directory, "long.jsonl");
    writeHistory(path, historyOf(events), { planHash: "" });
    expect([...(await readHistory(path)).history.events()]).toEqual([...historyOf(events).events()]);
  });

  test("survives the sudden death of the process that wrote it", () => {
    const path = join(directory, "killed.jsonl");
    const script = `
      const { HistoryWriter } = await import(${JSON.stringify(new URL("./history-file.ts", import.meta.url).href)});
      const writer = new HistoryWriter(${JSON.stringify(path)}, { planHash: "00ff" });
      writer.append({ index: 0, ...${JSON.stringify(invoke)} });
      setImmediate(() => setImmediate(() => process.kill(process.pid, "SIGKILL")));`;
    const child = spawnSync(process.execPath, ["--input-type=module", "-e", script]);
    expect(child.signal).toBe("SIGKILL");
    expect(readFileSync(path, "utf8")).toBe(header + line(0, invoke));
  });

  test("is never written over", () => {
    const path = stored("precious");
    expect(() => new HistoryWriter(path, { planHash: "" })).toThrow(EnvironmentError);
    expect(readFileSync(path, "utf8")).toBe("precious");
  });

  test.runIf(existsSync("/dev/full"))("reports a full disk when it is closed and lets the run go on (needs /dev/full, so Linux)", () => {
    const path = join(directory, "full.jsonl");
    const script = `
      const { HistoryWriter } = await import(${JSON.stringify(new URL("./history-file.ts", import.meta.url).href)});
      const fs = await import("node:fs");
      const { syncBuiltinESMExports } = await import("node:module");
      const full = fs.openSync("/dev/full", "w");
      fs.default.openSync = () => full;
      syncBuiltinESMExports();
      const writer = new HistoryWriter(${JSON.stringify(path)}, { planHash: "" });
      writer.append({ index: 0, ...${JSON.stringify(invoke)} });
      try { writer.close(); } catch (error) { console.log(error.name, error.message); }`;
    const child = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
    expect(child.stdout).toMatch(/^EnvironmentError The history .*full\.jsonl cannot be written: ENOSPC/);
  });
});

describe("a history that is read", () => {
  test("without a last newline is cut, and the torn line is left out", async () => {
    const whole = header + line(0, invoke) + line(1, ok);
    for (let length = header.length; length <= whole.length; length++) {
      const { history } = await readHistory(stored(whole.slice(0, length)));
      const isAtLineEnd = whole[length - 1] === "\n";
      expect(history.isCut).toBe(!isAtLineEnd);
      expect(history.length).toBe(whole.slice(header.length, length).split("\n").length - 1);
    }
  });

  test.each([
    ["nothing", "", "has no header"],
    ["half a header", header.slice(0, 20), "has no header"],
    ["another schema", '{"schema":"faultline/history/2"}\n', 'line 1: expected the header with schema "faultline/history/1", found "faultline/history/2"'],
    ["another time unit", header.replace('"ns"', '"ms"'), 'line 1: expected timeUnit "ns"'],
    ["no plan hash", header.replace("planHash", "planhash"), "line 1: expected planHash"],
    ["no JSON", `${header}{"index":0\n`, "line 2: expected an event, one JSON object"],
    ["a list", `${header}[1]\n`, "line 2: expected an event, a JSON object"],
    ["an empty line", `${header}${line(0, invoke)}\n`, "line 3: expected an event"],
    ["a gap in the indices", header + line(0, invoke) + line(2, ok), "line 3: expected index 1, found 2"],
    ["a repeated line", header + line(0, invoke) + line(0, invoke), "line 3: expected index 1, found 0"],
    ["a time that is none", header + line(0, { ...invoke, timeNs: "5" }), "line 2: expected timeNs"],
    ["a process that is none", header + line(0, { ...invoke, process: 0.5 }), "line 2: expected process"],
    ["the process of nobody", header + line(0, { ...invoke, process: -1 }), "expected the process of a client"],
    ["an unknown type", header + line(0, { ...invoke, type: "call" }), "line 2: expected type"],
    ["an unknown phase", header + line(0, { ...invoke, phase: "main" }), "line 2: expected phase"],
    ["no function", header + line(0, { ...invoke, f: undefined }), "line 2: expected f"],
    ["a node that is none", header + line(0, { ...invoke, node: 1 }), "line 2: expected node"],
    ["an error that is none", header + line(0, { ...invoke, error: {} }), "line 2: expected error"],
    ["a completion of nothing", header + line(0, ok), "line 2: process 0 completes an operation that it never invoked"],
    ["two completions", header + line(0, invoke) + line(1, info) + line(2, ok), "line 4: process 0 completes an operation that it never invoked"],
    ["two invocations at once", header + line(0, invoke) + line(1, invoke), "line 3: process 0 invokes although"],
    [
      "bottomless nesting",
      `${header}{"index":0,"timeNs":1,"process":0,"type":"invoke","f":"x","phase":"faults","value":${"[".repeat(5_000)}${"]".repeat(5_000)}}\n`,
      "line 2: expected a value nested at most 64 deep",
    ],
  ])("with %s is refused with the line and what was expected", async (_name, content, problem) => {
    expect(await problemOf(content)).toContain(problem);
  });

  test("with bytes that are no text is refused, not repaired", async () => {
    const bytes = Buffer.from(header + line(0, { ...invoke, value: "@" }));
    bytes[bytes.lastIndexOf("@")] = 0xff;
    expect(await problemOf(bytes)).toContain("line 2: expected an event in UTF-8");
  });

  test("with an endless line is refused before it fills the memory", async () => {
    expect(await problemOf(header + "x".repeat(lineLimitBytes + 1))).toContain("The line after line 1 is longer than");
  });

  test("that is not there, or is a directory, is a mistake of the user", async () => {
    await expect(readHistory(join(directory, "none.jsonl"))).rejects.toThrow(UsageError);
    await expect(readHistory(directory)).rejects.toThrow(UsageError);
  });

  test("keeps faults and facts, which belong to no process", async () => {
    const { history } = await readHistory(stored(header + line(0, fault) + line(1, invoke) + line(2, info)));
    expect(history.faults[0]).toMatchObject({ id: "f1", kind: "kill", action: "inject", victims: ["n1"] });
    expect(history.operations).toMatchObject([{ type: "info", error: "timed out" }]);
  });
});
