// Files that are no text are refused by name, whatever they are.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { UsageError } from "../../harness/errors.ts";
import { historyText } from "./history-text.ts";

const folder = mkdtempSync(join(tmpdir(), "faultline-text-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function textOf(content: Uint8Array | string): string {
  const path = join(folder, "history");
  writeFileSync(path, content);
  try {
    return historyText({ path, shownPath: "history" });
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}

function refusal(path: string): string {
  try {
    return historyText({ path, shownPath: "named" });
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}

describe("a file", () => {
  test("of UTF-8 is its text, replacement characters of its own included", () => expect(textOf("ä\ufffd\n€")).toBe("ä\ufffd\n€"));
  test("may be empty", () => expect(textOf("")).toBe(""));
  test.each([
    ["in its first line", Buffer.from([0xff, 0x0a, 0x41]), 1],
    ["after others that are fine", Buffer.from([0x41, 0x0a, 0xc3, 0xa4, 0x0a, 0x80, 0x0a, 0x41]), 3],
    ["in a last line without end", Buffer.from([0x41, 0x0a, 0xc3]), 2],
    ["because it is UTF-16", Buffer.from("\ufeffINFO", "utf16le"), 1],
  ])("with other bytes %s is refused with the line", (_where, bytes, line) =>
    expect(textOf(bytes)).toBe(`history, line ${line}: expected text in UTF-8, found other bytes`),
  );
});

describe("what is no file", () => {
  test("is refused if it is a directory", () => {
    mkdirSync(join(folder, "directory"));
    expect(refusal(join(folder, "directory"))).toBe("named is a directory.");
  });
  test("is refused if it is not there", () => expect(refusal(join(folder, "gone"))).toBe("named cannot be read: ENOENT: no such file or directory."));
  test.skipIf(process.platform === "win32")("is refused if it is a device, since nobody can be stopped from waiting for it", () =>
    expect(refusal("/dev/zero")).toBe("named is no regular file."),
  );
});
