import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { moduleClosure, type ModuleClosure } from "./module-closure.ts";

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "faultline-closure-")));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

function closureOf(...names: string[]): ModuleClosure {
  return moduleClosure(names.map((name) => pathToFileURL(join(folder, name)).href));
}

function namesIn({ files }: ModuleClosure): string[] {
  return files.map((file) => relative(folder, file));
}

/** Only the closure, in another place: what it prints when it runs there. */
function outputElsewhere(closure: ModuleClosure, module: string): string {
  const elsewhere = realpathSync(mkdtempSync(join(tmpdir(), "faultline-elsewhere-")));
  try {
    for (const file of closure.files) cpSync(file, join(elsewhere, relative(closure.root, file)));
    for (const { path, target } of closure.links) {
      const link = join(elsewhere, relative(closure.root, path));
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(relative(dirname(link), join(elsewhere, relative(closure.root, target))), link);
    }
    return execFileSync(process.execPath, [join(elsewhere, relative(closure.root, module))], { encoding: "utf8", env: {} });
  } finally {
    rmSync(elsewhere, { recursive: true });
  }
}

test("what is imported runs elsewhere, and nothing else comes along", () => {
  write({
    "package.json": '{"type":"module"}',
    "secret.txt": "not imported",
    "other.ts": "export const other = 1;",
    "types.ts": "export interface A { a: number }",
    "lib/deep.ts": 'import type { A } from "../types.ts";\nimport data from "./data.json" with { type: "json" };\nexport const deep: A = data;',
    "lib/data.json": '{"a":1}',
    "main.ts": 'import { deep } from "./lib/deep.ts";\nconst { late } = await import("./late.ts");\nprocess.stdout.write(JSON.stringify([deep, late]));',
    "late.ts": "export const late = 2;",
  });
  const closure = closureOf("main.ts");
  expect(namesIn(closure)).toEqual(["late.ts", "lib/data.json", "lib/deep.ts", "main.ts", "package.json"]);
  expect(closure.root).toBe(folder);
  expect(outputElsewhere(closure, join(folder, "main.ts"))).toBe('[{"a":1},2]');
});

test("modules in a circle end", () => {
  write({ "package.json": '{"type":"module"}', "a.ts": 'import "./b.ts";', "b.ts": 'import "./a.ts";' });
  expect(namesIn(closureOf("a.ts"))).toEqual(["a.ts", "b.ts", "package.json"]);
});

test("a package comes whole with the packages that it names, but without its optional peers", () => {
  write({
    "package.json": '{"type":"module"}',
    "main.ts": 'import { value } from "one/part";\nprocess.stdout.write(String(value));',
    "node_modules/one/package.json":
      '{"name":"one","type":"module","exports":{"./part":{"import":"./part.js"}},"dependencies":{"@scope/two":"1"},"peerDependencies":{"peer":"1","maybe":"1"},"peerDependenciesMeta":{"maybe":{"optional":true}}}',
    "node_modules/one/part.js": 'import two from "@scope/two";\nimport peer from "peer";\nexport const value = two + peer;',
    "node_modules/one/read-by-name.txt": "found at run time",
    "node_modules/@scope/two/package.json": '{"name":"@scope/two","dependencies":{"inner":"1"}}',
    "node_modules/@scope/two/index.js": 'module.exports = require("inner");',
    "node_modules/@scope/two/node_modules/inner/package.json": '{"name":"inner"}',
    "node_modules/@scope/two/node_modules/inner/index.js": "module.exports = 40;",
    "node_modules/peer/package.json": '{"name":"peer"}',
    "node_modules/peer/index.js": "module.exports = 2;",
    "node_modules/maybe/package.json": '{"name":"maybe"}',
    "node_modules/maybe/index.js": "",
    "node_modules/unrelated/package.json": '{"name":"unrelated"}',
  });
  const closure = closureOf("main.ts");
  expect(namesIn(closure)).toContain("node_modules/one/read-by-name.txt");
  expect(namesIn(closure).filter((name) => /maybe|unrelated/.test(name))).toEqual([]);
  expect(outputElsewhere(closure, join(folder, "main.ts"))).toBe("42");
});

test("a linked package is followed file by file, behind its link", () => {
  write({
    "app/package.json": '{"type":"module"}',
    "app/main.ts": 'import { value } from "linked";\nprocess.stdout.write(String(value));',
    "libs/linked/package.json": '{"name":"linked","type":"module","exports":"./index.ts"}',
    "libs/linked/index.ts": 'export { value } from "./value.ts";',
    "libs/linked/value.ts": "export const value = 7;",
    "libs/linked/unused.ts": "",
  });
  mkdirSync(join(folder, "app/node_modules"));
  symlinkSync("../../libs/linked", join(folder, "app/node_modules/linked"));
  const closure = closureOf("app/main.ts");
  expect(namesIn(closure)).toEqual(["app/main.ts", "app/package.json", "libs/linked/index.ts", "libs/linked/package.json", "libs/linked/value.ts"]);
  expect(outputElsewhere(closure, join(folder, "app/main.ts"))).toBe("7");
});

test("a package that imports itself by its name, and by its own short names, is followed", () => {
  write({
    "package.json": '{"name":"self","type":"module","exports":{".":"./index.ts"},"imports":{"#inner":"./inner.ts"}}',
    "index.ts": "export const a = 1;",
    "inner.ts": "export const b = 2;",
    "examples/main.ts": 'import { a } from "self";\nimport { b } from "#inner";\nprocess.stdout.write(String(a + b));',
  });
  const closure = closureOf("examples/main.ts");
  expect(namesIn(closure)).toEqual(["examples/main.ts", "index.ts", "inner.ts", "package.json"]);
  expect(outputElsewhere(closure, join(folder, "examples/main.ts"))).toBe("3");
});

test("modules of two projects share the nearest folder above both", () => {
  write({ "one/package.json": "{}", "one/a.mjs": "", "two/package.json": "{}", "two/b.mjs": "" });
  const closure = closureOf("one/a.mjs", "two/b.mjs");
  expect(closure.root).toBe(folder);
  expect(namesIn(closure)).toEqual(["one/a.mjs", "one/package.json", "two/b.mjs", "two/package.json"]);
});

test("a module that is not there is an error; something missing behind it is left for Node to say", () => {
  expect(() => closureOf("nothing.ts")).toThrow("ENOENT");
  write({ "package.json": "{}", "main.mjs": 'import "./missing.mjs"; import "not-installed";' });
  expect(namesIn(closureOf("main.mjs"))).toEqual(["main.mjs", "package.json"]);
});

test("our own system needs no checker's thread, command line or test", () => {
  const system = fileURLToPath(new URL("../../systems/kv/index.ts", import.meta.url));
  const closure = moduleClosure([pathToFileURL(system).href]);
  const names = closure.files.map((file) => relative(closure.root, file));
  expect(names).toContain("systems/kv/node.ts");
  expect(names.filter((name) => /^cli\/|\.test\.ts$|^reports\//.test(name))).toEqual([]);
  expect(outputElsewhere(closure, system)).toBe("");
});
