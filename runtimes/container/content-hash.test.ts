import { expect, test } from "vitest";
import { hashOf } from "./content-hash.ts";
import type { TarEntry } from "./tar.ts";

const text = (path: string, content: string, mode = 0o644): TarEntry => ({ kind: "text", path, mode, text: content });

test("equal entries have one hash, and every difference has another", async () => {
  const base = [text("a", "1"), text("b", "2")];
  expect(await hashOf([...base])).toBe(await hashOf(base));
  const others = [
    [text("a", "1")],
    [text("a", "1"), text("b", "3")],
    [text("a", "1"), text("c", "2")],
    [text("a", "1", 0o755), text("b", "2")],
    [text("a", "12"), text("b", "")],
  ];
  const hashes = await Promise.all([base, ...others].map(hashOf));
  expect(new Set(hashes).size).toBe(hashes.length);
});
