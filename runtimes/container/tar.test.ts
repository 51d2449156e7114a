import { spawnSync } from "node:child_process";
import { createReadStream, createWriteStream, mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { tarOf, type TarEntry } from "./tar.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "faultline-tar-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Unpacked by the system's tar, which knows nothing of ours. */
async function unpacked(entries: readonly TarEntry[]): Promise<string> {
  const target = mkdtempSync(join(folder, "unpacked-"));
  const archive = `${target}.tar`;
  await pipeline(Readable.from(tarOf(entries)), createWriteStream(archive));
  const { status, stderr } = spawnSync("tar", ["-x", "-f", archive, "-C", target], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return target;
}

test("what is packed is unpacked: folders, files, links, modes", async () => {
  const source = join(folder, "source");
  writeFileSync(source, "x".repeat(1_500_000));
  const target = await unpacked([
    { kind: "folder", path: "a", mode: 0o750 },
    { kind: "text", path: "a/text", mode: 0o640, text: "häuser\n" },
    { kind: "file", path: "a/file", mode: 0o755, source, sizeBytes: 1_500_000 },
    { kind: "link", path: "a/link", target: "text" },
  ]);
  expect(readFileSync(join(target, "a/text"), "utf8")).toBe("häuser\n");
  expect(readFileSync(join(target, "a/file"), "utf8")).toBe("x".repeat(1_500_000));
  expect(readlinkSync(join(target, "a/link"))).toBe("text");
  expect([statSync(join(target, "a")), statSync(join(target, "a/text")), statSync(join(target, "a/file"))].map(({ mode }) => mode & 0o777)).toEqual([
    0o750, 0o640, 0o755,
  ]);
});

test("any name and any length survives, around the limits of a header and of a block too", async () => {
  const part = fc.stringMatching(/^[\wäöü€𝄞 -]{1,60}$/u).filter((name) => name.trim() === name);
  const path = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => ["x", ...parts, "end"].join("/"));
  await fc.assert(
    fc.asyncProperty(path, fc.integer({ min: 0, max: 1_100 }), async (name, length) => {
      const target = await unpacked([
        { kind: "text", path: name, mode: 0o600, text: "t".repeat(length) },
        { kind: "link", path: "link", target: name },
        { kind: "text", path: "after", mode: 0o600, text: "after" },
      ]);
      expect(readFileSync(join(target, "link"), "utf8")).toBe("t".repeat(length));
      expect(readFileSync(join(target, "after"), "utf8")).toBe("after");
    }),
    { numRuns: 40 },
  );
});

test("plain names at the limit of a header survive too", async () => {
  const names = [99, 100, 101, 250].map((length) => `x/${"n".repeat(length - 2)}`);
  const target = await unpacked(
    names.flatMap((path): TarEntry[] => [
      { kind: "text", path, mode: 0o600, text: path },
      { kind: "link", path: `${path.length}`, target: path },
    ]),
  );
  for (const name of names) expect(readFileSync(join(target, String(name.length)), "utf8")).toBe(name);
});

test("equal contents give equal bytes, whatever their dates", async () => {
  const entries = (source: string): TarEntry[] => [{ kind: "file", path: "f", mode: 0o644, source, sizeBytes: 3 }];
  for (const name of ["one", "two"]) writeFileSync(join(folder, name), "abc");
  const [one, two] = await Promise.all(["one", "two"].map((name) => buffer(Readable.from(tarOf(entries(join(folder, name)))))));
  expect(one).toEqual(two);
});

test.each([
  ["grows", 5],
  ["shrinks", 1],
])("a file that %s while it is packed is an error, never a broken archive", async (_, actualBytes) => {
  const source = join(folder, "moving");
  writeFileSync(source, "x".repeat(actualBytes));
  const packing = buffer(Readable.from(tarOf([{ kind: "file", path: "f", mode: 0o644, source, sizeBytes: 3 }])));
  await expect(packing).rejects.toThrow("changed while it was being packed");
});

test("a file of many pieces that changes is an error too", async () => {
  const source = join(folder, "big");
  writeFileSync(source, Buffer.alloc(3_000_000));
  expect((await buffer(createReadStream(source))).length).toBe(3_000_000);
  for (const sizeBytes of [2_999_999, 3_000_001])
    await expect(buffer(Readable.from(tarOf([{ kind: "file", path: "f", mode: 0o644, source, sizeBytes }])))).rejects.toThrow("changed");
});
