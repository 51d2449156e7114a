// Power cuts, wipes, bit rot and lying disks on real files, through the faults port. The nodes are fakes that do not write by themselves.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Fault, Target } from "../../../harness/faults.ts";
import { appendAsync, fsyncAsync, fsyncDirectoryAsync, openAsync } from "../../../harness/promises.ts";
import { seededRandom } from "../../../harness/random.ts";
import { RealDisk } from "../disk/index.ts";
import type { DiskSwitch } from "../wire/control.ts";
import { createWorld, type World } from "./fixtures/world.ts";
import { findRot, restoreRot } from "./rotten-bytes.ts";

const n1: Target = { nodes: ["n1"] };
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "faultline-disk-faults-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function worldOnDisks(nodeCount = 3): Promise<World> {
  const world = await createWorld({ nodeCount, member: (name) => ({ directory: join(folder, name) }) });
  for (const { machine } of world.members) mkdirSync(machine.diskDirectory);
  return world;
}

/** What a process of the node would do: writes `synced`, syncs, then writes `pending` and lives on. */
async function write(directory: string, texts: { readonly synced: string; readonly pending?: string }, switches: readonly DiskSwitch[] = []): Promise<void> {
  const disk = await RealDisk.open({ directory, keepsImage: true, random: seededRandom("disk"), effect: () => undefined });
  disk.switch(switches);
  const { value: file } = await openAsync(disk, "log", { create: true });
  if (file === undefined) throw new Error("no file");
  await appendAsync(file, new TextEncoder().encode(texts.synced));
  await fsyncAsync(file);
  await fsyncDirectoryAsync(disk, "");
  if (texts.pending !== undefined) await appendAsync(file, new TextEncoder().encode(texts.pending));
}

function log(world: World, name = "n1"): string {
  return readFileSync(join(world.member(name).machine.diskDirectory, "data", "log"), "latin1");
}

describe("a power cut", () => {
  const cut = (id: string): Fault => ({ id, kind: "power-cut", targets: n1, params: { torn: false } });

  test("keeps what was synced, may lose the rest, and counts what it lost", async () => {
    const losses: unknown[] = [];
    for (const id of ["a", "b", "c", "d"]) {
      const world = await worldOnDisks(1);
      await write(world.member("n1").machine.diskDirectory, { synced: "precious", pending: "hopeful" });
      const { detail } = await world.faults.inject(cut(id));
      expect(log(world)).toBe(detail["lostWrites"] === undefined ? "precioushopeful" : "precious");
      losses.push(detail["lostWrites"]);
      rmSync(join(folder, "n1"), { recursive: true });
    }
    // Drawn by the fault: the same every time, and not the same for all.
    expect(new Set(losses)).toEqual(new Set([1, undefined]));
  });

  /** How many of some power cuts lost what the node believed to be synced. */
  async function lossesAfterLie(isLifted: boolean): Promise<number> {
    let lossCount = 0;
    for (const id of ["a", "b", "c", "d", "e", "f"]) {
      const world = await worldOnDisks(1);
      const { faults, member } = world;
      await faults.inject({ id: "lie", kind: "lying-disk", targets: n1, params: {} });
      await write(member("n1").machine.diskDirectory, { synced: "promised" }, member("n1").disk);
      await faults.inject({ id: "kill", kind: "kill", targets: n1, params: {} });
      if (isLifted) await faults.lift("lie");
      const { affectedCount } = await faults.inject(cut(id)).then(() => faults.lift(id));
      if (affectedCount > 0) lossCount++;
      else expect(log(world)).toBe("promised");
      rmSync(join(folder, "n1"), { recursive: true });
    }
    return lossCount;
  }

  test("finds what a lying disk promised gone, but kept once the lie was lifted, also when the node was down by then", async () => {
    expect(await lossesAfterLie(false)).toBeGreaterThan(0);
    expect(await lossesAfterLie(true)).toBe(0);
  });
});

test("a wipe leaves an empty disk to a dead node", async () => {
  const world = await worldOnDisks();
  await write(world.member("n1").machine.diskDirectory, { synced: "precious" });
  const { detail } = await world.faults.inject({ id: "wipe", kind: "wipe", targets: n1, params: {} });
  expect([detail, world.faults.state("n1").status]).toEqual([{ mechanism: "files", wipedDisks: 1 }, "down"]);
  expect(readdirSync(join(folder, "n1", "data"))).toEqual([]);
  expect((await world.faults.lift("wipe")).affectedCount).toBe(1);
  expect(world.faults.state("n1")).toMatchObject({ status: "up", incarnation: 2 });
});

describe("bit rot", () => {
  const rot = (sectorCount: number, targets: Target = n1): Fault => ({ id: "rot", kind: "bit-rot", targets, params: { sectorCount } });
  const text = "sound ".repeat(1_000);

  test("flips one bit a sector while the node stands still, and the lift flips them back", async () => {
    const world = await worldOnDisks();
    await write(world.member("n1").machine.diskDirectory, { synced: text });
    const injection = await world.faults.inject(rot(4));
    expect(injection).toEqual({ id: "rot", victims: ["n1"], detail: { mechanism: "files", damagedSectors: 4 } });
    expect(world.log).toEqual(["n1 pause", "n1 resume", "n1 release"]);
    const rotten = Buffer.from(log(world), "latin1");
    expect(rotten.filter((byte, index) => byte !== text.codePointAt(index))).toHaveLength(4);
    expect(await world.faults.lift("rot")).toEqual({ affectedCount: 4, detail: { damagedSectors: 4, restoredBytes: 4 } });
    expect(log(world)).toBe(text);
    expect(world.faults.state("n1")).toMatchObject({ status: "up", incarnation: 1 });
  });

  test("leaves alone what was written since, and follows a file that was renamed", async () => {
    const world = await worldOnDisks();
    const { diskDirectory } = world.member("n1").machine;
    await write(diskDirectory, { synced: text });
    await world.faults.inject(rot(2));
    const data = join(diskDirectory, "data");
    const rotten = Buffer.from(log(world), "latin1");
    const at = rotten.findIndex((byte, index) => byte !== text.codePointAt(index));
    // The node writes beside the rotten byte: what stands there now is its own.
    rotten.write("NEW", at + 1, "latin1");
    writeFileSync(join(data, "log"), rotten, { flag: "r+" });
    renameSync(join(data, "log"), join(data, "other"));
    expect((await world.faults.lift("rot")).detail).toMatchObject({ restoredBytes: 1 });
    const after = readFileSync(join(data, "other"));
    expect([...after].flatMap((byte, index) => (byte === text.codePointAt(index) ? [] : [index])).filter((index) => index <= at || index > at + 3)).toEqual([
      at,
    ]);
  });

  test("of nothing durable has no effect", async () => {
    const { faults } = await worldOnDisks();
    expect((await faults.inject(rot(4))).detail).toEqual({ mechanism: "files" });
    expect(await faults.lift("rot")).toEqual({ affectedCount: 0, detail: {} });
  });

  test("stays within a minority until it is lifted", async () => {
    const { faults } = await worldOnDisks();
    expect(await faults.inject(rot(1, { all: true }))).toMatchObject({ victims: ["n1"], detail: { sparedByAtlas: 2 } });
    expect((await faults.inject({ ...rot(1, { nodes: ["n2"] }), id: "more" })).skipped).toContain("the atlas");
    await faults.lift("rot");
    expect((await faults.inject({ ...rot(1, { nodes: ["n2"] }), id: "more" })).victims).toEqual(["n2"]);
  });

  test("is told from everything else in a file, byte for byte", async () => {
    const [place, before] = [join(folder, "file"), Buffer.from("abcdefghij".repeat(50))];
    writeFileSync(place, before);
    const after = Buffer.from(before);
    for (const at of [0, 7, 250, 499]) after.writeUInt8(after.readUInt8(at) ^ 1, at);
    const { bytes = [] } = await findRot(folder, async () => writeFileSync(place, after, { flag: "r+" }));
    expect(bytes.map(({ at, sound }) => [at, sound])).toEqual([0, 7, 250, 499].map((at) => [at, before[at]]));
    expect(restoreRot(folder, bytes)).toBe(4);
    expect(readFileSync(place)).toEqual(before);
    expect(restoreRot(folder, bytes)).toBe(0);
  });
});
