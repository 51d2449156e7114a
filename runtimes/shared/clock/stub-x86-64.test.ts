import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hasTool } from "./fixtures/tellers.ts";
import { decodeOffset, encodeOffset, jump, stubX8664 } from "./stub-x86-64.ts";

const disassembler = "objdump";

describe("the stub", () => {
  test.skipIf(!hasTool(disassembler, "--version"))("is the code that its comments say it is (needs objdump)", () => {
    const folder = mkdtempSync(join(tmpdir(), "faultline-stub-"));
    writeFileSync(join(folder, "code"), stubX8664.code);
    const listing = execFileSync(disassembler, ["-D", "-b", "binary", "-m", "i386:x86-64", "-M", "intel", join(folder, "code")], { encoding: "utf8" });
    rmSync(folder, { recursive: true });
    const found = [...listing.matchAll(/^ +([0-9a-f]+):\t[0-9a-f ]+\t(.+)$/gm)].map(
      ([, at, text]) => [Number.parseInt(at ?? "", 16), spelled(text ?? "")] as const,
    );
    const source = readFileSync(fileURLToPath(new URL("stub-x86-64.ts", import.meta.url)), "utf8");
    const said = [...source.matchAll(/^ {2}\[(0x[0-9a-f]+), "[0-9a-f ]+", "([^";]+)/gm)].map(([, at, text]) => [Number(at), spelled(text ?? "")] as const);
    expect(said.length).toBeGreaterThan(60);
    const code = found.filter(([, text]) => text !== "int3");
    expect(code).toEqual(said);
  });

  test("has its parts where the layout says, none upon another, all within the block", () => {
    const { code, entries, offsetAt, sizeBytes } = stubX8664;
    expect(offsetAt).toBeGreaterThanOrEqual(code.length);
    expect(offsetAt % 16).toBe(0);
    const places = [[offsetAt, 16], ...entries.map(({ savedAt }) => [savedAt, 8])].map(([from = 0, length = 0]) => [from, from + length] as const);
    for (const [index, [from, to]] of places.entries()) {
      expect(from).toBeGreaterThanOrEqual(places[index - 1]?.[1] ?? 0);
      expect(to).toBeLessThanOrEqual(sizeBytes);
    }
  });

  test("knows an offset again, and a half-written one as none", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.integer({ min: 1, max: 15 }),
        (old, next, cut) => {
          const bytes = encodeOffset(old);
          expect(decodeOffset(bytes)).toBe(old);
          bytes.set(encodeOffset(next).subarray(0, cut));
          expect([undefined, old, next]).toContain(decodeOffset(bytes));
        },
      ),
    );
  });

  test("is reached by a jump of five bytes, forwards and backwards", () => {
    expect([...jump(0x1000, 0x1005)]).toEqual([0xe9, 0, 0, 0, 0]);
    expect([...jump(0x7fff_0000_0810, 0x7fff_0000_1a20)]).toEqual([0xe9, 0x0b, 0x12, 0, 0]);
    expect([...jump(0x2000, 0x1000)]).toEqual([0xe9, 0xfb, 0xef, 0xff, 0xff]);
  });
});

/** One spelling for the disassembler's and ours: numbers in hexadecimal, no sizes, no padding. */
function spelled(text: string): string {
  return text
    .replace(/#.*/, "")
    .replaceAll("QWORD PTR ", "")
    .replace(/^jne /, "jnz ")
    .replace(/^je /, "jz ")
    .replace(/^jae /, "jnc ")
    .replaceAll(/(?<![\w])(\d+)\b/g, (_, digits: string) => `0x${Number(digits).toString(16)}`)
    .replaceAll(/\s+/g, " ")
    .replaceAll(", ", ",")
    .trim();
}
