import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { UndoLog, type UndoJournal } from "../undo/index.ts";
import { whyNot } from "./fixtures/loop-devices.ts";
import { PowerFilesystem } from "./power-filesystem.ts";
import { loopDevicesOf, mountsOf } from "./power-traces.ts";

const mebibyte = 1024 * 1024;
/** Short where a test waits for it in vain; the product waits longer. */
const busyLimitMs = 1_000;
const sizes = { ext4: 16 * mebibyte, xfs: 300 * mebibyte } as const;

describe.skipIf(whyNot !== "")(`a file system whose power can be cut${whyNot}`, () => {
  let folder: string;
  let log: UndoLog;
  const made: PowerFilesystem[] = [];
  const children: ChildProcess[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "faultline-power-"));
    log = new UndoLog(join(folder, "undo.jsonl"), { runId: "test" });
  });
  afterEach(async () => {
    for (const child of children.splice(0)) await end(child);
    for (const filesystem of made.splice(0)) await filesystem.remove();
    expect(log.open).toEqual([]);
    log.close();
    rmSync(folder, { recursive: true });
  });

  async function create(kind: "ext4" | "xfs" = "ext4", sizeBytes: number = sizes[kind]): Promise<PowerFilesystem> {
    const place = { image: join(folder, "image"), mountPoint: join(folder, "disk") };
    const filesystem = await PowerFilesystem.create({ ...place, kind, sizeBytes, undo: log.journal("disk", "loop"), busyLimitMs });
    made.push(filesystem);
    return filesystem;
  }

  async function end(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }

  /** Writes at the end of a file, durably or not. */
  function append(path: string, text: string, durable: boolean): void {
    const descriptor = openSync(path, "a");
    writeSync(descriptor, text);
    if (durable) fsyncSync(descriptor);
    closeSync(descriptor);
  }

  function sync(path: string): void {
    const descriptor = openSync(path, "r");
    fsyncSync(descriptor);
    closeSync(descriptor);
  }

  test.each(["ext4", "xfs"] as const)("keeps what was fsynced and forgets the rest (%s)", async (kind) => {
    const filesystem = await create(kind);
    const at = (name: string): string => join(filesystem.mountPoint, name);
    mkdirSync(at("folder"));
    append(at("folder/deep"), "d", true);
    append(at("log"), "a".repeat(100_000), true);
    append(at("log"), "b".repeat(50_000), false);
    append(at("never"), "c".repeat(10_000), false);
    const { detail } = await filesystem.cutPower();
    expect(readFileSync(at("log"), "utf8")).toBe("a".repeat(100_000));
    expect(existsSync(at("never"))).toBe(false);
    expect(readFileSync(at("folder/deep"), "utf8")).toBe("d");
    expect(detail).toMatchObject({ lostFiles: 1, lostBytes: 60_000 });
  });

  test("forgets a rename whose folder was not fsynced, and keeps one whose folder was: the journal's work", async () => {
    const filesystem = await create();
    const at = (name: string): string => join(filesystem.mountPoint, name);
    for (const name of ["one", "two"]) append(at(name), name, true);
    sync(filesystem.mountPoint);
    renameSync(at("one"), at("one-renamed"));
    sync(filesystem.mountPoint);
    renameSync(at("two"), at("two-renamed"));
    await filesystem.cutPower();
    expect(
      readdirSync(filesystem.mountPoint)
        .filter((name) => name !== "lost+found")
        .toSorted(),
    ).toEqual(["one-renamed", "two"]);
    expect(readFileSync(at("one-renamed"), "utf8")).toBe("one");
  });

  test("survives five cuts in a row, each of which keeps exactly what was durable", async () => {
    const filesystem = await create();
    const path = join(filesystem.mountPoint, "log");
    for (let round = 1; round <= 5; round++) {
      append(path, "+", true);
      append(path, "-", false);
      expect((await filesystem.cutPower()).detail).toMatchObject({ lostFiles: 0, lostBytes: 1 });
      expect(readFileSync(path, "utf8")).toBe("+".repeat(round));
    }
  });

  test("fails every write of a process that outlives the power, and names it when it holds up the return", async () => {
    const filesystem = await create();
    const path = join(filesystem.mountPoint, "log");
    const writer = spawn(process.execPath, [fileURLToPath(new URL("fixtures/writer.ts", import.meta.url)), path], { stdio: ["pipe", "pipe", "inherit"] });
    children.push(writer);
    const words = createInterface({ input: writer.stdout })[Symbol.asyncIterator]();
    const say = async (text: string): Promise<unknown> => {
      writer.stdin.write(`${text}\n`);
      return (await words.next()).value;
    };
    expect((await words.next()).value).toBe("open");
    expect(await say("durable")).toBe("ok");
    await filesystem.cut();
    expect(await say("late")).toBe("EIO");
    await expect(filesystem.remount()).rejects.toThrow(`in use by process ${writer.pid}`);
    await end(writer);
    await filesystem.remount();
    expect(readFileSync(path, "utf8")).toBe("durable");
    append(path, "+more", true);
  });

  test("waits for a mount namespace that still has the disk, and never hands out a disk without power", async () => {
    const filesystem = await create();
    const path = join(filesystem.mountPoint, "log");
    append(path, "durable", true);
    const stranger = spawn("/usr/bin/env", ["unshare", "--mount", "--", "sh", "-c", "echo ready; read -r line"], { stdio: ["pipe", "pipe", "inherit"] });
    children.push(stranger);
    await once(stranger.stdout, "data");
    await filesystem.cut();
    await expect(filesystem.remount()).rejects.toThrow(`in use by process ${stranger.pid}`);
    await end(stranger);
    await filesystem.remount();
    expect(readFileSync(path, "utf8")).toBe("durable");
    append(path, "+more", true);
  });

  test("is full when it is full", async () => {
    const filesystem = await create("ext4", 8 * mebibyte);
    const path = join(filesystem.mountPoint, "big");
    expect(() => writeFileSync(path, Buffer.alloc(9 * mebibyte))).toThrow("ENOSPC");
    rmSync(path);
    append(path, "room again", true);
  });

  test("is removed with all its traces, also while somebody holds it, and only once", async () => {
    const filesystem = await create();
    const descriptor = openSync(join(filesystem.mountPoint, "held"), "w");
    const image = join(folder, "image");
    expect(loopDevicesOf(image)).toHaveLength(1);
    expect(mountsOf(filesystem.mountPoint, loopDevicesOf(image))).toEqual([filesystem.mountPoint]);
    const removing = filesystem.remove();
    await expect.poll(() => mountsOf(filesystem.mountPoint, loopDevicesOf(image))).toEqual([]);
    closeSync(descriptor);
    await removing;
    await filesystem.remove();
    expect(loopDevicesOf(image)).toEqual([]);
    expect(readdirSync(folder)).toEqual(["undo.jsonl"]);
    expect(log.open).toEqual([]);
  });

  test("leaves nothing when it cannot be made, and says which tool said what", async () => {
    await expect(create("xfs", 1 * mebibyte)).rejects.toThrow("mkfs.xfs");
    expect(readdirSync(folder)).toEqual(["undo.jsonl"]);
    expect(log.open).toEqual([]);
  });

  test("never takes a place where something is", async () => {
    writeFileSync(join(folder, "image"), "precious");
    await expect(create()).rejects.toThrow("is there already");
    expect(readFileSync(join(folder, "image"), "utf8")).toBe("precious");
    rmSync(join(folder, "image"));
  });

  test("has its undo on the disk before its first step", async () => {
    const place = { image: join(folder, "image"), mountPoint: join(folder, "disk") };
    let openAtFirst: unknown;
    const run = (): Promise<string> => {
      openAtFirst ??= log.open.map(({ undo }) => undo);
      return Promise.reject(new Error("no tools today"));
    };
    const undo = log.journal("disk", "loop");
    const before: UndoJournal = {
      before: (action) => {
        expect(readdirSync(folder)).toEqual(["undo.jsonl"]);
        return undo.before(action);
      },
    };
    await expect(PowerFilesystem.create({ ...place, kind: "ext4", sizeBytes: sizes.ext4, undo: before, run })).rejects.toThrow("no tools today");
    expect(openAtFirst).toEqual([{ kind: "remove-power-filesystem", data: place }]);
    expect(readdirSync(folder)).toEqual(["undo.jsonl"]);
  });
});
