import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";

const launcher = new URL("./faultline.js", import.meta.url).pathname;
const directory = mkdtempSync(join(tmpdir(), "faultline-bin-"));
afterAll(() => rmSync(directory, { recursive: true }));

const old = join(directory, "old.cjs");
writeFileSync(old, 'Object.defineProperty(process, "version", { value: "v20.1.0" });');

function start(words: readonly string[]): { readonly code: number | null; readonly out: string; readonly err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: "utf8", cwd: directory });
  return { code: status, out: stdout, err: stderr };
}

test("a new Node runs the command line itself and hands its exit code on", () => {
  expect(start([launcher, "--version"])).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), err: "" });
  expect(start([launcher, "rum"])).toMatchObject({ code: 64, err: expect.stringContaining('Did you mean "run"?') });
});

// macOS and machines with a new Node of their own carry no pinned one.
const hasPinnedNode =
  spawnSync(join(launcher, "..", "..", "node_modules", ".bin", process.platform === "win32" ? "node.exe" : "node"), ["--version"]).status === 0;
test.skipIf(!hasPinnedNode)("an old Node hands over to the one that the package brought along", () => {
  expect(start(["--require", old, launcher, "--version"])).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
});

test("an old Node without a pinned one says one sentence and ends with 4", () => {
  const bare = join(directory, "bare");
  mkdirSync(join(bare, "bin"), { recursive: true });
  writeFileSync(join(bare, "package.json"), '{ "type": "module" }');
  cpSync(launcher, join(bare, "bin", "faultline.js"));
  const { code, out, err } = start(["--require", old, join(bare, "bin", "faultline.js"), "demo"]);
  expect([code, out]).toEqual([4, ""]);
  expect(err).toMatch(/^faultline: Node 24 or newer is needed, but this is v20\.1\.0; [^\n]+\n$/);
});
