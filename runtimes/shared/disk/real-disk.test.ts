// The disk port over real files: what its answers say, when they come, and what errors it gives.
import * as fs from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EnvironmentError } from "../../../harness/errors.ts";
import { seededRandom } from "../../../harness/random.ts";
import { append, bytes, opened, outcome, read, sync, withDisk } from "./port.fixture.ts";
import { cutPower } from "./power-cut.ts";
import { RealDisk } from "./real-disk.ts";
import { systemCalls, type SystemCalls } from "./system-calls.ts";
import { contentsOf, inFolder, ModelDisk, quickCalls, SteppedDisk, writeHalf, type Step } from "./twin-disks.fixture.ts";

describe("answers", () => {
  test("come in a later turn and in the order of the calls, errors too", async () => {
    await withDisk(async ({ disk }) => {
      const file = await opened(disk, "f");
      const order: string[] = [];
      await new Promise<void>((resolve) => {
        file.append(bytes("x"), () => order.push("append"));
        disk.remove("none", (error) => order.push(error?.kind ?? "removed"));
        file.size((_, size) => order.push(`size ${size}`));
        disk.list("", (_, names) => order.push(names.join()));
        file.close(() => resolve());
        order.push("called");
      });
      expect(order).toEqual(["called", "append", "NotFound", "size 1", "f"]);
    });
  });

  test("what was written is there at once, for a reader called in the same turn, and in the real file", async () => {
    await withDisk(async ({ directory, disk }) => {
      const file = await opened(disk, "d/f");
      file.append(bytes("abc"), () => {});
      expect(fs.readFileSync(join(directory, "data/d/f"), "utf8")).toBe("abc");
      expect(await read(file)).toBe("abc");
    });
  });

  test("a buffer may be used again after the call", async () => {
    await withDisk(async ({ disk }) => {
      const file = await opened(disk, "f");
      const buffer = bytes("ab");
      const appended = outcome<number>((done) => file.append(buffer, done));
      buffer.fill(0);
      await appended;
      expect(await read(file)).toBe("ab");
    });
  });

  test("two handles of one file agree on where it ends and on what is durable", async () => {
    await withDisk(async ({ directory, disk }) => {
      const [one, two] = [await opened(disk, "f"), await opened(disk, "f")];
      await outcome<void>((done) => disk.fsyncDirectory("", done));
      expect(await Promise.all([append(one, "ab"), append(two, "cd"), append(one, "e")])).toEqual([0, 2, 4]);
      await outcome<void>((done) => one.close(done));
      expect(await append(two, "f")).toBe(5);
      expect(await sync(two)).toBeUndefined();
      await cutPower(directory, { torn: true, random: seededRandom("cut") });
      expect(contentsOf(directory)).toEqual({ f: "abcdef" });
    });
  });

  test("a read gives fewer bytes only at the end; a write beyond it leaves zeros", async () => {
    await withDisk(async ({ disk }) => {
      const file = await opened(disk, "f");
      await outcome<void>((done) => file.write(3, bytes("x"), done));
      expect(await outcome<Uint8Array>((done) => file.read(0, 10, done))).toEqual(Uint8Array.of(0, 0, 0, 120));
      expect(await outcome<Uint8Array>((done) => file.read(1, 2, done))).toEqual(Uint8Array.of(0, 0));
      expect(await outcome<Uint8Array>((done) => file.read(4, 2, done))).toHaveLength(0);
      expect(() => file.read(-1, 2, () => {})).toThrow("offset");
      expect(() => file.write(0.5, bytes("x"), () => {})).toThrow("offset");
    });
  });

  test("close waits for what is under way, and leaves no file open", async () => {
    const open = new Set<number>();
    const closedTwice: number[] = [];
    const calls: SystemCalls = {
      ...systemCalls,
      openSync: (...given) => {
        const fd = systemCalls.openSync(...given);
        open.add(fd);
        return fd;
      },
      closeSync: (fd) => {
        if (!open.delete(fd)) closedTwice.push(fd);
        else systemCalls.closeSync(fd);
      },
    };
    await inFolder(async (directory) => {
      const disk = await RealDisk.open({ directory, keepsImage: true, random: seededRandom(""), effect: () => {}, calls });
      const [kept, closed] = [await opened(disk, "d/kept"), await opened(disk, "closed")];
      const answers: string[] = [];
      kept.append(bytes("x"), () => {});
      kept.fsync(() => answers.push("kept"));
      closed.fsync(() => answers.push("closed"));
      disk.fsyncDirectory("d", () => answers.push("directory"));
      closed.close(() => {});
      closed.close(() => answers.push("closed twice"));
      await disk.close();
      expect(answers.toSorted()).toEqual(["closed", "closed twice", "directory", "kept"]);
      expect(open.size).toBe(0);
      expect(closedTwice).toEqual([]);
    });
  });
});

describe("errors", () => {
  test("say NotFound for what is not there, InputOutput for what is no file or no longer open, and are never thrown", async () => {
    await withDisk(async ({ disk }) => {
      const file = await opened(disk, "d/f");
      expect(await outcome((done) => disk.open("none", { create: false }, done))).toBe("NotFound");
      expect(await outcome((done) => disk.rename("none", "f", done))).toBe("NotFound");
      expect(await outcome((done) => disk.open("d", { create: true }, done))).toBe("InputOutput");
      expect(await outcome((done) => disk.open("d/f/g", { create: true }, done))).toBe("InputOutput");
      expect(await outcome((done) => disk.open("x".repeat(300), { create: true }, done))).toBe("InputOutput");
      expect(await outcome((done) => disk.list("", done))).toEqual(["d"]);
      await outcome((done) => file.close(done));
      expect(await append(file, "x")).toBe("InputOutput");
      expect(await sync(file)).toBe("InputOutput");
    });
  });

  test("a path that leaves the directory, or is none, is a mistake of the caller", async () => {
    await withDisk(async ({ disk }) => {
      for (const path of ["", "..", "../x", "a/../../x", "/etc/passwd", "a//b", "./a", "a\0b", "\ud800"]) {
        expect(() => disk.open(path, { create: true }, () => {}), path).toThrow(RangeError);
        expect(() => disk.rename("a", path, () => {}), path).toThrow(RangeError);
        expect(() => disk.remove(path, () => {}), path).toThrow(RangeError);
      }
      expect(() => disk.fsyncDirectory("..", () => {})).toThrow(RangeError);
      expect(() => disk.list("../..", () => {})).toThrow(RangeError);
    });
  });

  test("links in the folder lead nowhere: what is outside is not read, written, renamed or removed", async () => {
    await inFolder(async (outside) => {
      fs.writeFileSync(join(outside, "secret"), "secret");
      await inFolder(async (directory) => {
        fs.mkdirSync(join(directory, "data"));
        fs.symlinkSync(outside, join(directory, "data/folder"));
        fs.symlinkSync(join(outside, "secret"), join(directory, "data/file"));
        const disk = await RealDisk.open({ directory, keepsImage: true, random: seededRandom(""), effect: () => {} });
        for (const path of ["file", "folder/secret", "folder/new", "folder/new/new"]) {
          expect(await outcome((done) => disk.open(path, { create: true }, done)), path).toBe("InputOutput");
        }
        await opened(disk, "mine");
        expect(await outcome((done) => disk.rename("mine", "folder/mine", done))).toBe("InputOutput");
        expect(await outcome((done) => disk.remove("folder/secret", done))).toBe("NotFound");
        expect(await outcome((done) => disk.rename("mine", "file", done))).toBeUndefined();
        await disk.close();
        await cutPower(directory, { torn: false, random: seededRandom("cut") });
        expect(fs.readdirSync(outside)).toEqual(["secret"]);
        expect(fs.readFileSync(join(outside, "secret"), "utf8")).toBe("secret");
      });
    });
  });

  test("a link in place of the data folder is refused", async () => {
    await inFolder(async (outside) => {
      await inFolder(async (directory) => {
        fs.symlinkSync(outside, join(directory, "data"));
        await expect(RealDisk.open({ directory, keepsImage: true, random: seededRandom(""), effect: () => {} })).rejects.toThrow(EnvironmentError);
      });
    });
  });

  test("a system call that fails, whichever, leaves of its operation nothing: the others go on as if it had not been called", async () => {
    const steps: readonly Step[] = [
      { do: "create", path: "a" },
      { do: "append", path: "a", fill: 1, length: 600 },
      { do: "fsync", path: "a" },
      { do: "write", path: "a", at: 100, fill: 2, length: 700 },
      { do: "create", path: "d/a" },
      { do: "append", path: "d/a", fill: 3, length: 100 },
      { do: "fsync-directory", directory: "d" },
      { do: "truncate", path: "a", length: 650 },
      { do: "rename", path: "a", to: "b" },
      { do: "append", path: "b", fill: 4, length: 50 },
      { do: "fsync", path: "d/a" },
      { do: "fsync-directory", directory: "" },
      { do: "remove", path: "b" },
    ];
    let failureCount = 0;
    for (let failing = 0; failing < 60; failing++) {
      await inFolder(async (directory) => {
        const failure = { inCalls: Number.POSITIVE_INFINITY };
        const real = new SteppedDisk(directory, { calls: failingOnce(quickCalls(systemCalls), failure) });
        const model = new ModelDisk(`seed ${failing}`);
        await real.start();
        failure.inCalls = failing;
        for (const step of steps) {
          const before = real.errorCount;
          await real.take(step);
          if (real.errorCount === before) model.take(step);
          else failureCount++;
        }
        expect(contentsOf(directory), `call ${failing}`).toEqual(model.contents());
        await real.close();
        model.drive.cutPower(false);
        await cutPower(directory, { torn: false, random: seededRandom(`seed ${failing}`) });
        expect(contentsOf(directory), `call ${failing}, after a cut`).toEqual(model.contents());
      });
    }
    expect(failureCount).toBeGreaterThan(25);
  });
});

test("a record that the journal had no space for leaves nothing in it that a later record could be mistaken for", async () => {
  await inFolder(async (directory) => {
    const failure = { inCalls: Number.POSITIVE_INFINITY };
    const real = new SteppedDisk(directory, { calls: failingOnce(quickCalls(systemCalls), failure) });
    await real.start();
    await real.take({ do: "create", path: "a" });
    await real.take({ do: "append", path: "a", fill: 0, length: 2_000 });
    // Reads what it overwrites, then announces it.
    failure.inCalls = 1;
    await real.take({ do: "write", path: "a", at: 0, fill: 1, length: 2_000 });
    expect(real.errorCount).toBe(1);
    await real.take({ do: "fsync", path: "a" });
    await real.take({ do: "fsync-directory", directory: "" });
    await real.close();
    await cutPower(directory, { torn: true, random: seededRandom("cut") });
    expect(contentsOf(directory)).toEqual({ a: "\0".repeat(2_000) });
  });
});

/** One call, when `inCalls` others were made, has no space; a write finds it out half-way. */
function failingOnce(calls: SystemCalls, failure: { inCalls: number }): SystemCalls {
  const failable: ReadonlySet<string> = new Set(["openSync", "writeSync", "ftruncateSync", "linkSync", "renameSync", "unlinkSync", "mkdirSync", "readSync"]);
  return new Proxy(calls, {
    get: (target, name) => {
      const call: unknown = Reflect.get(target, name);
      if (typeof call !== "function" || !failable.has(String(name))) return call;
      return (...given: unknown[]): unknown => {
        const isFailing = failure.inCalls-- === 0;
        if (isFailing && name === "writeSync") writeHalf(given);
        if (isFailing) throw Object.assign(new Error("no space"), { code: "ENOSPC" });
        return Reflect.apply(call, undefined, given) as unknown;
      };
    },
  });
}

describe("what is kept besides", () => {
  test("goes with the file's last name, once that is durable; what a killed process left of it goes at the next start", async () => {
    await inFolder(async (directory) => {
      const kept = (): readonly string[] => fs.readdirSync(join(directory, "image/inodes"));
      const real = new SteppedDisk(directory);
      await real.start();
      for (const path of ["a", "b", "d/a"]) await real.take({ do: "create", path });
      await real.take({ do: "fsync-directory", directory: "" });
      await real.take({ do: "rename", path: "a", to: "b" });
      await real.take({ do: "remove", path: "d/a" });
      expect(kept()).toHaveLength(3);
      await real.take({ do: "fsync-directory", directory: "" });
      expect(kept()).toHaveLength(2);
      await real.take({ do: "fsync-directory", directory: "d" });
      expect(kept()).toHaveLength(1);
      await real.close();
      fs.writeFileSync(join(directory, "image/inodes/77"), "");
      await real.start();
      expect(kept()).toHaveLength(1);
      expect(contentsOf(directory)).toEqual({ b: "" });
      await real.close();
    });
  });
});
