// Disk faults on real files: full, failing, lying and tearing disks; and disks that keep no image.
import * as fs from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../harness/random.ts";
import type { DiskSwitch } from "../wire/control.ts";
import { append, opened, outcome, read, sync, bytes, withDisk, type World } from "./port.fixture.ts";
import { cutPower, settleSwitches } from "./power-cut.ts";
import { RealDisk } from "./real-disk.ts";
import { systemCalls, type SystemCalls } from "./system-calls.ts";
import { contentsOf, inFolder, quickCalls } from "./twin-disks.fixture.ts";

describe("faults", () => {
  test("disk-full refuses what grows, not what overwrites or shrinks, and is counted", async () => {
    await withDisk(async ({ disk, effects }) => {
      const file = await opened(disk, "f");
      await append(file, "abc");
      disk.switch([{ id: "full", kind: "disk-full", params: {} }]);
      expect(await append(file, "d")).toBe("NoSpace");
      expect(await outcome((done) => disk.open("new", { create: true }, done))).toBe("NoSpace");
      expect(await outcome<void>((done) => file.truncate(9, done))).toBe("NoSpace");
      expect(await outcome<void>((done) => file.write(0, bytes("x"), done))).toBeUndefined();
      expect(await outcome<void>((done) => file.truncate(2, done))).toBeUndefined();
      expect(await sync(file)).toBeUndefined();
      disk.switch([]);
      expect(await append(file, "y")).toBe(2);
      expect(await read(file)).toBe("xby");
      expect(effects).toEqual({ "full: refusedWrites": 3 });
    });
  });

  test("disk-error fails the operations that it names, and without effect", async () => {
    await withDisk(async ({ disk, effects }) => {
      const file = await opened(disk, "f");
      disk.switch([{ id: "bad", kind: "disk-error", params: { probability: 1, operations: ["write", "fsync"] } }]);
      expect(await append(file, "x")).toBe("InputOutput");
      expect(await sync(file)).toBe("InputOutput");
      expect(await outcome<void>((done) => disk.fsyncDirectory("", done))).toBe("InputOutput");
      expect(await read(file)).toBe("");
      disk.switch([{ id: "bad", kind: "disk-error", params: { probability: 1, operations: ["read"] } }]);
      expect(await read(file)).toBe("InputOutput");
      expect(await append(file, "x")).toBe(0);
      expect(effects).toEqual({ "bad: failed write": 1, "bad: failed fsync": 2, "bad: failed read": 1 });
    });
  });

  test("disk-error with a probability is drawn from the seed", async () => {
    const failures = async (seed: string): Promise<string> => {
      let found = "";
      await withDisk(
        async ({ disk }) => {
          const file = await opened(disk, "f");
          disk.switch([{ id: "bad", kind: "disk-error", params: { probability: 0.5, operations: ["write"] } }]);
          for (let index = 0; index < 32; index++) found += typeof (await append(file, "x")) === "string" ? "!" : ".";
        },
        { random: seededRandom(seed) },
      );
      return found;
    };
    const first = await failures("1");
    expect(first).toContain("!");
    expect(first).toContain(".");
    expect(await failures("1")).toBe(first);
    expect(await failures("2")).not.toBe(first);
  });

  const lie: DiskSwitch = { id: "lie", kind: "lying-disk", params: {} };

  /** What survives of a file of which an fsync was a lie, over seeds. */
  async function afterLie(then: (world: World) => Promise<void>): Promise<readonly string[]> {
    const found = new Set<string>();
    for (let seed = 0; seed < 12; seed++) {
      await withDisk(async (world) => {
        const { disk, directory } = world;
        const file = await opened(disk, "f");
        await outcome<void>((done) => disk.fsyncDirectory("", done));
        disk.switch([lie]);
        await append(file, "x");
        expect(await sync(file)).toBeUndefined();
        expect(world.effects).toEqual({ "lie: unkeptSyncs": 1 });
        await then(world);
        await cutPower(directory, { torn: false, random: seededRandom(String(seed)) });
        found.add(contentsOf(directory)["f"] ?? "-");
      });
    }
    return [...found].toSorted();
  }

  test("a lying disk answers and keeps its word only when the lie ends, also to a process that is dead", async () => {
    expect(await afterLie(async () => {})).toEqual(["", "x"]);
    expect(await afterLie(async ({ disk }) => disk.switch([]))).toEqual(["x"]);
    expect(await afterLie(({ directory }) => settleSwitches(directory, [lie]))).toEqual(["", "x"]);
    expect(await afterLie(({ directory }) => settleSwitches(directory, []))).toEqual(["x"]);
  });

  test("a note of torn-write tears the next power cut, until it is lifted", async () => {
    const tear: DiskSwitch = { id: "tear", kind: "torn-write", params: {} };
    const tornCount = async (then: (world: World) => Promise<void>): Promise<number> => {
      let count = 0;
      for (let seed = 0; seed < 8; seed++) {
        await withDisk(async (world) => {
          world.disk.switch([tear]);
          await append(await opened(world.disk, "f"), "x".repeat(20_000));
          await then(world);
          count += (await cutPower(world.directory, { torn: false, random: seededRandom(String(seed)) }))["tornWrites"] ?? 0;
        });
      }
      return count;
    };
    expect(await tornCount(async () => {})).toBeGreaterThan(4);
    expect(await tornCount(async ({ disk }) => disk.switch([]))).toBe(0);
    expect(await tornCount(({ directory }) => settleSwitches(directory, []))).toBe(0);
  });
});

describe("without an image", () => {
  test("files and names are kept over restarts, and a power cut here is refused: a file system of its own decides", async () => {
    await inFolder(async (directory) => {
      const options = { directory, keepsImage: false, random: seededRandom(""), effect: () => {} };
      const disk = await RealDisk.open(options);
      const file = await opened(disk, "d/f");
      expect(await append(file, "abc")).toBe(0);
      expect(await sync(file)).toBeUndefined();
      await outcome<void>((done) => disk.rename("d/f", "g", done));
      expect(await outcome<void>((done) => disk.fsyncDirectory("", done))).toBeUndefined();
      await disk.close();
      const next = await RealDisk.open(options);
      expect(await outcome((done) => next.list("", done))).toEqual(["g"]);
      expect(await read(await opened(next, "g"))).toBe("abc");
      await next.close();
      await expect(cutPower(directory, { torn: false, random: seededRandom("") })).rejects.toThrow("keeps none");
    });
  });

  test("what a lying disk promised is really synced when the lie ends, also for a dead process", async () => {
    await inFolder(async (directory) => {
      let syncCount = 0;
      const calls: SystemCalls = { ...quickCalls(systemCalls), fsyncSync: () => void syncCount++ };
      const options = { directory, keepsImage: false, random: seededRandom(""), effect: () => {}, calls };
      const disk = await RealDisk.open(options);
      const file = await opened(disk, "f");
      disk.switch([{ id: "lie", kind: "lying-disk", params: {} }]);
      await append(file, "x");
      await sync(file);
      await disk.close();
      expect(syncCount).toBe(0);
      const next = await RealDisk.open(options);
      next.switch([]);
      expect(syncCount).toBe(2);
      next.switch([]);
      expect(syncCount).toBe(2);
      await next.close();
      expect(fs.readdirSync(join(directory, "image"))).toEqual(["none"]);
    });
  });
});
