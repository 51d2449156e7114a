import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runFolderHealer, runFolderName } from "./run-folder.ts";
import { removeRunFolder } from "./undo-entry.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "faultline-run-folder-"));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

async function outcomeOf(path: string): Promise<string> {
  return (await runFolderHealer.heal(removeRunFolder(path).data)).outcome;
}

test("a run's folder is removed with all that is in it, once; one that was never made needs nothing", async () => {
  const path = join(root, runFolderName());
  mkdirSync(join(path, "n1"), { recursive: true });
  chmodSync(path, 0o700);
  writeFileSync(join(path, "n1", "data"), "x");
  expect(await outcomeOf(path)).toBe("healed");
  expect(existsSync(path)).toBe(false);
  expect(await outcomeOf(path)).toBe("needless");
  expect(await outcomeOf(join(root, "nowhere", runFolderName()))).toBe("needless");
});

test("nothing else is: other names, relative paths, links, files, folders that others may write in", async () => {
  const precious = join(root, "precious");
  mkdirSync(precious, { mode: 0o700 });
  const [link, file, open] = [runFolderName(), runFolderName(), runFolderName()].map((name) => join(root, name));
  symlinkSync(precious, link ?? "");
  writeFileSync(file ?? "", "x", { mode: 0o700 });
  mkdirSync(open ?? "");
  chmodSync(open ?? "", 0o755);
  const name = runFolderName();
  const bad = [precious, root, "/", "", name, `./${name}`, `${root}/x/../${name}`, `${root}/${name}/`, `${root}/${name}\0`, `${root}/x${name}`];
  for (const path of [...bad, link ?? "", file ?? "", open ?? ""]) expect(await outcomeOf(path), path).toBe("refused");
  for (const data of [{}, { path: 5 }, { path: [root] }]) expect((await runFolderHealer.heal(data)).outcome).toBe("refused");
  expect(existsSync(precious)).toBe(true);
});
