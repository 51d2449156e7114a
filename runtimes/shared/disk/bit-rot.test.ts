// Bit rot hits durable data and nothing else; a wipe leaves nothing; and how full a disk is.
import * as fs from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { seededRandom } from "../../../harness/random.ts";
import { rotBits } from "./bit-rot.ts";
import { append, opened, outcome, read, sync, withDisk } from "./port.fixture.ts";
import { cutPower } from "./power-cut.ts";
import { contentsOf, inFolder } from "./twin-disks.fixture.ts";
import { usedBytes, wipeDisk } from "./wipe.ts";

/** Positions at which the text is no longer made of this character. */
const damagedIn = (content: string, sound: string): readonly number[] => content.split("").flatMap((each, index) => (each === sound ? [] : [index]));

test("bit rot flips one bit in each of so many sectors of what is durable, of a living node too", async () => {
  await withDisk(async ({ directory, disk }) => {
    const [file, unnamed] = [await opened(disk, "d/f"), await opened(disk, "unnamed")];
    await append(file, "a".repeat(10_000));
    await sync(file);
    await outcome<void>((done) => disk.fsyncDirectory("d", done));
    await append(file, "b".repeat(10_000));
    await append(unnamed, "c".repeat(10_000));
    await sync(unnamed);
    expect(await rotBits(directory, { sectorCount: 5, random: seededRandom("rot") })).toEqual({ damagedSectors: 5 });
    const content = contentsOf(directory);
    const damaged = damagedIn((content["d/f"] ?? "").slice(0, 10_000), "a");
    expect(damaged).toHaveLength(5);
    expect(new Set(damaged.map((index) => Math.floor(index / 512))).size).toBe(5);
    for (const index of damaged) expect(Math.log2((content["d/f"]?.charCodeAt(index) ?? 0) ^ 97) % 1).toBe(0);
    expect((content["d/f"] ?? "").slice(10_000)).toBe("b".repeat(10_000));
    expect(content["unnamed"]).toBe("c".repeat(10_000));
    expect(damagedIn((await read(file)).slice(0, 10_000), "a").length).toBeGreaterThan(0);
  });
});

test("bit rot hits everything there is when asked for more, and reports it; of nothing durable nothing", async () => {
  await withDisk(async ({ directory, disk }) => {
    expect(await rotBits(directory, { sectorCount: 5, random: seededRandom("rot") })).toEqual({ damagedSectors: 0 });
    const file = await opened(disk, "f");
    await append(file, "a".repeat(1_000));
    await sync(file);
    expect(await rotBits(directory, { sectorCount: 5, random: seededRandom("rot") })).toEqual({ damagedSectors: 0 });
    await outcome<void>((done) => disk.fsyncDirectory("", done));
    await outcome<void>((done) => file.truncate(600, done));
    expect(await rotBits(directory, { sectorCount: 5, random: seededRandom("rot") })).toEqual({ damagedSectors: 2 });
    await cutPower(directory, { torn: false, random: seededRandom("cut") });
    expect(await rotBits(directory, { sectorCount: 1, random: seededRandom("rot") })).toEqual({ damagedSectors: 1 });
  });
  await inFolder(async (directory) => {
    expect(await rotBits(join(directory, "missing"), { sectorCount: 5, random: seededRandom("rot") })).toEqual({ damagedSectors: 0 });
  });
});

test("a wipe leaves an empty disk that is whole, and touches nothing that links in it lead to", async () => {
  await inFolder(async (outside) => {
    fs.writeFileSync(join(outside, "kept"), "kept");
    await withDisk(async ({ directory, disk }) => {
      await append(await opened(disk, "d/f"), "abc");
      await append(await opened(disk, "g"), "de");
      expect(await usedBytes(directory)).toBe(5);
      fs.symlinkSync(outside, join(directory, "data/link"));
      fs.symlinkSync(outside, join(directory, "image/link"));
      await wipeDisk(directory);
      await wipeDisk(directory);
      expect(contentsOf(directory)).toEqual({});
      expect(await usedBytes(directory)).toBe(0);
      expect(await cutPower(directory, { torn: true, random: seededRandom("") })).toEqual({ lostWrites: 0, lostNames: 0, tornWrites: 0 });
    });
    expect(fs.readdirSync(outside)).toEqual(["kept"]);
  });
});
