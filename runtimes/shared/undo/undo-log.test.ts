import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { identifyProcess } from "./process-identity.ts";
import { removePath } from "./undo-entry.ts";
import { readUndoFile } from "./undo-file.ts";
import { UndoLog } from "./undo-log.ts";

const isHere = process.platform === "linux";
let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "faultline-undo-"));
  path = join(folder, "undo.jsonl");
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe.skipIf(!isHere)("an undo log (Linux only)", () => {
  test("has an act on the disk before `before` returns, and says when it was undone", () => {
    const log = new UndoLog(path, { runId: "run-1" });
    const note = log.journal("fault-1", "file").before(removePath("a"));
    expect(readUndoFile(path).open).toEqual([
      { id: 1, faultId: "fault-1", mechanism: "file", undo: { kind: "remove-path", data: { path: "a" } }, done: false },
    ]);
    expect(log.open).toEqual(readUndoFile(path).open);
    note.done();
    note.done();
    expect(readUndoFile(path)).toMatchObject({ header: { runId: "run-1", owner: identifyProcess(process.pid) }, open: [], problems: [] });
    expect(readFileSync(path, "utf8").split("\n")).toHaveLength(4);
    log.close();
  });

  test("is never written over", () => {
    new UndoLog(path, { runId: "run-1" }).close();
    expect(() => new UndoLog(path, { runId: "run-2" })).toThrow("cannot be created");
  });

  test("refuses notes when it is closed, so that nothing is done without one", () => {
    const log = new UndoLog(path, { runId: "run-1" });
    log.close();
    log.close();
    expect(() => log.journal("f", "file").before(removePath("a"))).toThrow("closed");
    expect(readUndoFile(path).open).toEqual([]);
  });

  test("keeps every act that is not undone, in order, whatever else is undone", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 8 }), (undone) => {
        rmSync(path, { force: true });
        const log = new UndoLog(path, { runId: "run" });
        const notes = undone.map((_, index) => log.journal(`fault-${index}`, "file").before(removePath(String(index))));
        for (const [index, isUndone] of undone.entries()) if (isUndone) notes[index]?.done();
        log.close();
        const left = undone.flatMap((isUndone, index) => (isUndone ? [] : [`fault-${index}`]));
        expect(readUndoFile(path).open.map(({ faultId }) => faultId)).toEqual(left);
      }),
      { numRuns: 20 },
    );
  });
});

describe("an undo log from the disk", () => {
  const header = JSON.stringify({ schema: "faultline.undo/1", runId: "r", owner: { pid: 7, startTime: "1", boot: "b" } });
  const entry = (id: number, extra: object = {}): string =>
    JSON.stringify({ id, faultId: "f", mechanism: "file", undo: { kind: "remove-path", data: { path: `p${id}` } }, done: false, ...extra });

  test("skips lines that are none of ours, and says which and why", () => {
    const lines = [
      header,
      entry(1),
      "{",
      "null",
      "[1]",
      entry(2, { id: 0 }),
      entry(2, { id: "2" }),
      entry(2, { done: "false" }),
      entry(2, { undo: { kind: 5, data: {} } }),
      entry(2, { undo: { kind: "k", data: [] } }),
      entry(2, { faultId: 3 }),
      entry(1, { faultId: "impostor" }),
      JSON.stringify({ id: 9, done: true }),
      header,
      "",
      entry(3),
      JSON.stringify({ id: 3, done: true }),
      entry(4),
    ];
    writeFileSync(path, `${lines.join("\n")}\n${entry(5).slice(0, 40)}`);
    const { open, problems } = readUndoFile(path);
    expect(open.map(({ id, faultId }) => [id, faultId])).toEqual([
      [1, "f"],
      [4, "f"],
    ]);
    expect(problems.map(({ line }) => line)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 19]);
    expect(problems.at(-1)?.reason).toContain("cut off");
  });

  test("is not read at all without a header of this schema and an owner", () => {
    for (const first of ["", "x", entry(1), header.replace("undo/1", "undo/2"), header.replace('"pid":7', '"pid":0')]) {
      writeFileSync(path, `${first}\n${entry(1)}\n`);
      expect(readUndoFile(path)).toMatchObject({ header: undefined, open: [] });
    }
  });

  test("never throws, whatever is in it", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.json(),
            fc.string(),
            fc.constant(header),
            fc.nat(3).map((id) => entry(id)),
          ),
        ),
        (lines) => {
          writeFileSync(path, `${header}\n${lines.join("\n")}`);
          const { open } = readUndoFile(path);
          expect(new Set(open.map(({ id }) => id)).size).toBe(open.length);
        },
      ),
    );
    writeFileSync(path, Buffer.from([0xff, 0xfe, 0x00]));
    appendFileSync(path, "\n");
    expect(readUndoFile(path).header).toBeUndefined();
  });
});
