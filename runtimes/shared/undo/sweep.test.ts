import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { JsonObject } from "../../../harness/json.ts";
import { removeHealer, resumeHealer, type Healer, type Healing } from "./healers.ts";
import { identifyProcess, statOf } from "./process-identity.ts";
import { findUndoLogs, isUnhealed, replayUndo, sweepUndo } from "./sweep.ts";
import { removePath, resumeProcess } from "./undo-entry.ts";
import { readUndoFile } from "./undo-file.ts";
import { UndoLog } from "./undo-log.ts";
import { until } from "./fixtures/until.ts";

const isHere = process.platform === "linux";
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "faultline-sweep-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** A healer that remembers what it was asked, and answers so. */
class Recorder implements Healer {
  readonly kind: string;
  readonly asked: JsonObject[] = [];
  answer: () => Healing = () => ({ outcome: "healed" });

  constructor(kind: string) {
    this.kind = kind;
  }

  heal(data: JsonObject): Healing {
    this.asked.push(data);
    return this.answer();
  }
}

/** The log of a harness that is dead. */
function staleLog(name: string, ...undo: object[]): string {
  const path = join(folder, name);
  const header = { schema: "faultline.undo/1", runId: "r", owner: { pid: 2 ** 22 + 1, startTime: "1", boot: "long ago" } };
  const entries = undo.map((action, index) => ({ id: index + 1, faultId: "f", mechanism: "m", undo: action, done: false }));
  writeFileSync(path, [header, ...entries].map((line) => `${JSON.stringify(line)}\n`).join(""));
  return path;
}

describe("a sweep", () => {
  test("heals what a dead harness left, newest first, once", async () => {
    const recorder = new Recorder("note");
    const path = staleLog("undo.jsonl", ...[1, 2, 3].map((n) => ({ kind: "note", data: { n } })));
    const [sweep] = await sweepUndo([path], [recorder]);
    expect(recorder.asked).toEqual([{ n: 3 }, { n: 2 }, { n: 1 }]);
    expect(sweep).toMatchObject({ path, state: "swept" });
    expect(isUnhealed(sweep?.healed ?? [])).toBe(false);
    await sweepUndo([path], [recorder]);
    expect(recorder.asked).toHaveLength(3);
    expect(readUndoFile(path)).toMatchObject({ open: [], problems: [] });
  });

  test("goes on after a failure, and tries that entry again the next time", async () => {
    const recorder = new Recorder("note");
    let count = 0;
    recorder.answer = () => {
      count++;
      if (count === 1) throw new Error("no luck");
      return count === 2 ? { outcome: "failed", reason: "still no luck" } : { outcome: "needless" };
    };
    const path = staleLog("undo.jsonl", ...[1, 2, 3].map((n) => ({ kind: "note", data: { n } })));
    const [first] = await sweepUndo([path], [recorder]);
    expect(first?.healed.map(({ healing }) => healing.outcome)).toEqual(["failed", "failed", "needless"]);
    expect(isUnhealed(first?.healed ?? [])).toBe(true);
    await sweepUndo([path], [recorder]);
    expect(recorder.asked).toEqual([{ n: 3 }, { n: 2 }, { n: 1 }, { n: 3 }, { n: 2 }]);
  });

  test("refuses kinds that nobody knows, and keeps them open", async () => {
    const path = staleLog("undo.jsonl", { kind: "launch-missiles", data: {} });
    const [sweep] = await sweepUndo([path], [new Recorder("note")]);
    expect(sweep?.healed[0]?.healing).toMatchObject({ outcome: "refused" });
    expect(readUndoFile(path).open).toHaveLength(1);
  });

  test("writes behind a line that was cut off by the kill, so that both stay what they are", async () => {
    const path = staleLog("undo.jsonl", { kind: "note", data: {} });
    writeFileSync(path, '{"id":2,"faultId', { flag: "a" });
    await sweepUndo([path], [new Recorder("note")]);
    expect(readUndoFile(path).open).toEqual([]);
  });

  test("says what is no log, and goes on with the next", async () => {
    const recorder = new Recorder("note");
    writeFileSync(join(folder, "none.jsonl"), "hello\n");
    const good = staleLog("undo.jsonl", { kind: "note", data: {} });
    const sweeps = await sweepUndo([join(folder, "none.jsonl"), join(folder, "missing.jsonl"), good], [recorder]);
    expect(sweeps.map(({ state }) => state)).toEqual(["unusable", "unusable", "swept"]);
    expect(recorder.asked).toHaveLength(1);
  });

  test("finds logs in the folder of the runs and in each run's, and follows no links", () => {
    for (const run of ["b", "a", "empty"]) mkdirSync(join(folder, run));
    for (const run of ["b", "a", "."]) writeFileSync(join(folder, run, "undo.jsonl"), "");
    symlinkSync(join(folder, "a"), join(folder, "link"));
    symlinkSync(join(folder, "a", "undo.jsonl"), join(folder, "empty", "undo.jsonl"));
    expect(findUndoLogs(folder)).toEqual(["undo.jsonl", "a/undo.jsonl", "b/undo.jsonl"].map((name) => join(folder, name)));
    expect(findUndoLogs(join(folder, "nowhere"))).toEqual([]);
  });
});

describe.skipIf(!isHere)("a log in use (Linux only)", () => {
  test("is left alone by a sweep, and healed by its owner's replay", async () => {
    const recorder = new Recorder("note");
    const log = new UndoLog(join(folder, "undo.jsonl"), { runId: "r" });
    for (const n of [1, 2]) log.journal("f", "m").before({ kind: "note", data: { n } });
    const [sweep] = await sweepUndo([log.path], [recorder]);
    expect(sweep).toMatchObject({ state: "in-use", healed: [] });
    expect(recorder.asked).toEqual([]);
    expect(isUnhealed(await replayUndo(log, [recorder]))).toBe(false);
    expect(recorder.asked).toEqual([{ n: 2 }, { n: 1 }]);
    expect(log.open).toEqual([]);
    expect(readUndoFile(log.path).open).toEqual([]);
    log.close();
  });

  test("in another container is left alone: nobody here can tell whether its owner runs", async () => {
    const recorder = new Recorder("note");
    const path = staleLog("undo.jsonl", { kind: "note", data: {} });
    const boot = identifyProcess(process.pid)?.boot.replace("pid:[", "pid:[1") ?? "";
    writeFileSync(path, readFileSync(path, "utf8").replace("long ago", boot));
    expect((await sweepUndo([path], [recorder]))[0]).toMatchObject({ state: "elsewhere", healed: [] });
    expect(recorder.asked).toEqual([]);
  });

  test("that cannot be written any more does not keep its owner from healing", async () => {
    const recorder = new Recorder("note");
    const log = new UndoLog(join(folder, "undo.jsonl"), { runId: "r" });
    for (const n of [1, 2]) log.journal("f", "m").before({ kind: "note", data: { n } });
    log.close();
    expect(isUnhealed(await replayUndo(log, [recorder]))).toBe(true);
    expect(recorder.asked).toEqual([{ n: 2 }, { n: 1 }]);
  });
});

describe.skipIf(!isHere)("resuming (Linux only)", () => {
  test("continues that very process if it is stopped, and no other", async () => {
    const child = spawn("sleep", ["30"], { stdio: "ignore" });
    const identity = identifyProcess(child.pid ?? 0);
    if (identity === undefined) throw new Error("no identity");
    const { data } = resumeProcess(identity);
    expect(await resumeHealer.heal(data)).toEqual({ outcome: "needless" });
    child.kill("SIGSTOP");
    until("the process is stopped", () => statOf(identity)?.state === "T");
    expect(await resumeHealer.heal(resumeProcess({ ...identity, startTime: "1" }).data)).toEqual({ outcome: "needless" });
    expect(statOf(identity)?.state).toBe("T");
    expect(await resumeHealer.heal(data)).toEqual({ outcome: "healed" });
    expect(statOf(identity)?.state).not.toBe("T");
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(await resumeHealer.heal(data)).toEqual({ outcome: "needless" });
    for (const bad of [{}, { process: { pid: 0, startTime: "1", boot: "b" } }, { process: { pid: -5, startTime: "1", boot: "b" } }]) {
      expect(await resumeHealer.heal(bad)).toMatchObject({ outcome: "refused" });
    }
  });
});

describe("removing", () => {
  let root: string;
  let outside: string;
  beforeEach(() => {
    root = join(folder, "root");
    outside = join(folder, "outside");
    for (const each of [root, outside]) {
      mkdirSync(join(each, "tree"), { recursive: true });
      writeFileSync(join(each, "tree", "file"), "precious");
    }
  });

  const heal = async (path: string): Promise<string> => (await removeHealer(root).heal(removePath(path).data)).outcome;

  test("takes away files and trees below its root, once", async () => {
    expect(await heal("tree/file")).toBe("healed");
    expect(await heal("tree/file")).toBe("needless");
    expect(await heal("tree")).toBe("healed");
    expect(await heal("tree/file")).toBe("needless");
    expect(existsSync(root)).toBe(true);
  });

  test("never leaves its root: by dots, by absolute paths, by links, by being the root", async () => {
    symlinkSync(outside, join(root, "link"));
    for (const path of [
      "",
      ".",
      "..",
      "../outside",
      "../missing/file",
      "tree/../..",
      "tree/../../outside/tree",
      outside,
      "/",
      "link/tree",
      "link/tree/file",
      "a\0b",
    ]) {
      expect(await heal(path), path).toBe("refused");
    }
    for (const data of [{}, { path: 5 }, { path: ["tree"] }]) expect(await removeHealer(root).heal(data)).toMatchObject({ outcome: "refused" });
    expect(readFileSync(join(outside, "tree", "file"), "utf8")).toBe("precious");
    expect(readFileSync(join(root, "tree", "file"), "utf8")).toBe("precious");
  });

  test("takes a link away and not what it points to; a name that begins with dots is a name", async () => {
    symlinkSync(join(outside, "tree"), join(root, "link"));
    writeFileSync(join(root, "..odd"), "");
    expect([await heal("link"), await heal("..odd")]).toEqual(["healed", "healed"]);
    expect(existsSync(join(outside, "tree", "file"))).toBe(true);
  });

  test("works when the root itself is reached by a link", async () => {
    symlinkSync(root, join(folder, "alias"));
    expect(await removeHealer(join(folder, "alias")).heal({ path: "tree/file" })).toEqual({ outcome: "healed" });
  });
});
