// What a power cut leaves of real files: of long histories, of heavy ones, twice, and of what is no image. Against a model of three rules.
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { seededRandom } from "../../../harness/random.ts";
import { append, opened, outcome, sync, withDisk } from "./port.fixture.ts";
import { cutPower } from "./power-cut.ts";
import { RealDisk } from "./real-disk.ts";
import { anySteps, contentsOf, inFolder, ModelDisk, SteppedDisk, type Step } from "./twin-disks.fixture.ts";

const none = { lostWrites: 0, lostNames: 0, tornWrites: 0 };

test("everything that was synced survives; nothing else is where it was never written, garbage apart; names are durable with their directory", async () => {
  const written = fc.record({ file: fc.constantFrom("a", "b"), at: fc.nat(3_000), length: fc.integer({ min: 1, max: 2_000 }), isSynced: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(written, { minLength: 1, maxLength: 30, size: "max" }), fc.boolean(), fc.string(), async (writes, torn, seed) => {
      await withDisk(async ({ directory, disk }) => {
        const files = { a: await opened(disk, "a"), b: await opened(disk, "b") };
        await outcome<void>((done) => disk.fsyncDirectory("", done));
        await opened(disk, "unsynced");
        // Per file and byte: the values that may be found there.
        const possible: Record<string, Set<number>[]> = { a: [], b: [] };
        const lengths: Record<string, number> = { a: 0, b: 0 };
        for (const [index, { file, at, length, isSynced }] of writes.entries()) {
          await outcome<void>((done) => files[file].write(at, new Uint8Array(length).fill(index + 1), done));
          const bytes = possible[file] ?? [];
          for (let each = bytes.length; each < at + length; each++) bytes.push(new Set([0]));
          for (let each = at; each < at + length; each++) bytes[each]?.add(index + 1);
          if (!isSynced) continue;
          await sync(files[file]);
          const cached = fs.readFileSync(join(directory, "data", file));
          possible[file] = Array.from(cached, (value) => new Set([value]));
          lengths[file] = cached.length;
        }
        await cutPower(directory, { torn, random: seededRandom(seed) });
        const found = contentsOf(directory);
        for (const file of ["a", "b"]) {
          const content = Buffer.from(found[file] ?? "", "latin1");
          expect(content.length).toBeGreaterThanOrEqual(lengths[file] ?? 0);
          const wrong = content.findIndex((value, index) => {
            const values = possible[file]?.[index];
            return values === undefined || (!values.has(value) && !(torn && values.size > 1));
          });
          expect(wrong).toBe(-1);
        }
      });
    }),
    { numRuns: 60 },
  );
});

test("a journal that was written anew, again and again, still leads to what is durable", async () => {
  await inFolder(async (directory) => {
    const model = new ModelDisk("long");
    const real = new SteppedDisk(directory);
    await real.start();
    const take = async (step: Step): Promise<void> => {
      await real.take(step);
      model.take(step);
    };
    await take({ do: "create", path: "a" });
    await take({ do: "create", path: "b" });
    await take({ do: "fsync-directory", directory: "" });
    let [largest, rewriteCount, before] = [0, 0, 0];
    for (let index = 0; index < 1_200; index++) {
      await take({ do: "write", path: "a", at: (index * 37) % 5_000, fill: (index % 255) + 1, length: 4_000 });
      await take({ do: "append", path: "b", fill: (index % 255) + 1, length: 50 });
      if (index % 2 === 0) await take({ do: "fsync", path: "b" });
      // From then on nothing of it is synced: what the cut takes back lies before the last time the journal was written anew.
      if (index % 40 === 17 && index < 800) await take({ do: "fsync", path: "a" });
      const size = fs.statSync(join(directory, "image/journal")).size;
      largest = Math.max(largest, size);
      if (size < before) rewriteCount++;
      before = size;
    }
    expect(rewriteCount).toBeGreaterThan(2);
    expect(largest).toBeLessThan(3_000_000);
    await real.close();
    model.drive.cutPower(true);
    await cutPower(directory, { torn: true, random: seededRandom("long") });
    expect(contentsOf(directory)).toEqual(model.contents());
  });
});

test("what is not synced is bounded: of too much the kernel has written back the heaviest file by itself", async () => {
  await inFolder(async (directory) => {
    const disk = await RealDisk.open({ directory, keepsImage: true, random: seededRandom(""), effect: () => {} });
    const [large, small] = [await opened(disk, "large"), await opened(disk, "small")];
    await outcome<void>((done) => disk.fsyncDirectory("", done));
    await append(small, "x");
    const megabyte = "y".repeat(1 << 20);
    for (let count = 0; count < 70; count++) await append(large, megabyte);
    await disk.close();
    await cutPower(directory, { torn: true, random: seededRandom("heavy") });
    const content = fs.readFileSync(join(directory, "data/large"));
    expect(content.length).toBeGreaterThanOrEqual(64 << 20);
    expect(content.subarray(0, 64 << 20).equals(Buffer.alloc(64 << 20, "y"))).toBe(true);
  }, tmpdir());
});

test("a second cut finds nothing more to lose, and a disk starts from what a cut left", async () => {
  await fc.assert(
    fc.asyncProperty(anySteps, fc.string(), async (steps, seed) => {
      await inFolder(async (directory) => {
        const real = new SteppedDisk(directory);
        await real.start();
        for (const step of steps) await real.take(step);
        await real.close();
        await cutPower(directory, { torn: true, random: seededRandom(seed) });
        const found = contentsOf(directory);
        expect(await cutPower(directory, { torn: true, random: seededRandom(seed) })).toEqual(none);
        await real.start();
        await real.close();
        expect(await cutPower(directory, { torn: true, random: seededRandom(seed) })).toEqual(none);
        expect(contentsOf(directory)).toEqual(found);
        expect(fs.readdirSync(join(directory, "image"))).toEqual([]);
      });
    }),
    { numRuns: 25 },
  );
});

test("a directory that no node has used yet has nothing to lose", async () => {
  await inFolder(async (directory) => {
    expect(await cutPower(join(directory, "missing"), { torn: true, random: seededRandom("") })).toEqual(none);
    expect(await cutPower(directory, { torn: true, random: seededRandom("") })).toEqual(none);
  });
});

test("files of which no account was taken are not cut as if all were well, and a damaged account is refused", async () => {
  await inFolder(async (directory) => {
    fs.mkdirSync(join(directory, "data"));
    fs.writeFileSync(join(directory, "data/f"), "x");
    await expect(cutPower(directory, { torn: false, random: seededRandom("") })).rejects.toThrow("keeps none");
  });
  await withDisk(async ({ directory, disk }) => {
    await append(await opened(disk, "f"), "abc");
    const journal = join(directory, "image/journal");
    const content = fs.readFileSync(journal);
    content[12] = (content[12] ?? 0) ^ 1;
    fs.writeFileSync(journal, content);
    await expect(cutPower(directory, { torn: false, random: seededRandom("") })).rejects.toThrow("damaged");
    expect(contentsOf(directory)).toEqual({ f: "abc" });
  });
});
