// The style that a machine can check: layers, circles, packages, lengths. A finding names the file and the rule.
import { describe, expect, test } from "vitest";
import { circles } from "./circles.ts";
import { isLoose, mayUseNode, pureHarness, rooms } from "./layers.ts";
import { importsOf, sourceFiles, type SourceFile } from "./source-files.ts";

const files = sourceFiles();
const house = files.filter((file) => !isLoose(file.path));
const byPath = new Map(files.map((file) => [file.path, file]));

describe("the house", () => {
  test("has files, so that this test sees something", () => {
    expect(house.length).toBeGreaterThan(30);
  });

  test("gives every file a room", () => {
    expect(house.filter((file) => roomOf(file.path) === undefined && !file.path.startsWith("bin/")).map((file) => file.path)).toEqual([]);
  });

  test("lets imports point down only", () => {
    expect(house.flatMap(upwardImports)).toEqual([]);
  });

  test("keeps tests and benchmarks from being imported", () => {
    const loose = house.flatMap((file) =>
      file.imports.filter((entry) => entry.target !== undefined && isLoose(entry.target)).map((entry) => `${file.path} imports ${entry.specifier}`),
    );
    expect(loose).toEqual([]);
  });

  test("has no circles, type imports included", () => {
    expect(circles(new Map(files.map((file) => [file.path, targets(file)])))).toEqual([]);
  });

  test("imports files that exist, with their .ts", () => {
    const missing = files.flatMap((file) =>
      file.imports
        .filter((entry) => entry.target !== undefined && !entry.isDynamic && entry.target.endsWith("ts") && !byPath.has(entry.target))
        .map((entry) => `${file.path} -> ${entry.specifier}`),
    );
    const bare = files.flatMap((file) =>
      file.imports.filter((entry) => entry.target !== undefined && !/\.(ts|js|json)$/.test(entry.target)).map((entry) => `${file.path} -> ${entry.specifier}`),
    );
    expect([...missing, ...bare]).toEqual([]);
  });

  test("keeps packages in their rooms", () => {
    expect(house.flatMap(strayPackages)).toEqual([]);
  });

  test("allows import() only where names become code", () => {
    const allowed = /^(cli\/|runtimes\/shared\/host\/node-host\.ts$|runtimes\/container\/engine\.ts$|api\/)/;
    const dynamic = house.filter((file) => !allowed.test(file.path) && file.imports.some((entry) => entry.isDynamic)).map((file) => file.path);
    expect(dynamic).toEqual([]);
  });
});

describe("every file", () => {
  test("is at most 400 lines long", () => {
    expect(files.filter((file) => file.text.split("\n").length > 401).map((file) => `${file.path}: ${file.text.split("\n").length} lines`)).toEqual([]);
  });

  test("opens with what it is", () => {
    expect(house.filter((file) => !/^(#!.*\n)?\s*(\/\/|\/\*)/.test(file.text)).map((file) => file.path)).toEqual([]);
  });

  test("named index.ts is a face: explicit names, no logic, at most 50 lines", () => {
    const faces = house.filter((file) => file.path.endsWith("/index.ts") && !file.path.startsWith("systems/"));
    expect(
      faces.filter((file) => file.text.split("\n").length > 51 || /\bexport \*|\bfunction\b|=>/.test(withoutComments(file.text))).map((file) => file.path),
    ).toEqual([]);
  });

  test("says what its noun is, not that it helps", () => {
    expect(house.filter((file) => /(^|\/)(utils?|helpers?|common|misc|manager|service|impl)(\.ts|\/)/.test(file.path)).map((file) => file.path)).toEqual([]);
  });
});

describe("the tidy test itself", () => {
  test("sees type imports, re-exports, dynamic imports and ignores comments", () => {
    const text = 'import type { A } from "./a.ts";\nexport { b } from "./b.ts";\nconst c = await import("./c.ts");\n// import "./d.ts";\nimport "./e.ts";';
    expect(importsOf("x/y.ts", text).map((entry) => entry.target)).toEqual(["x/a.ts", "x/b.ts", "x/e.ts", "x/c.ts"]);
  });

  test("finds a planted circle and a planted upward import", () => {
    expect(
      circles(
        new Map([
          ["a", ["b"]],
          ["b", ["c"]],
          ["c", ["a"]],
          ["d", ["a"]],
        ]),
      ),
    ).toEqual([["a", "b", "c"]]);
    const planted: SourceFile = { path: "checkers/x.ts", text: "", imports: importsOf("checkers/x.ts", 'import { y } from "../systems/kv/node.ts";') };
    expect(upwardImports(planted)).toHaveLength(1);
  });
});

function roomOf(path: string): (typeof rooms)[number] | undefined {
  return rooms.filter((room) => path.startsWith(room.prefix)).toSorted((a, b) => b.prefix.length - a.prefix.length)[0];
}

function targets(file: SourceFile): string[] {
  return file.imports.flatMap((entry) => (entry.target === undefined ? [] : [entry.target]));
}

function upwardImports(file: SourceFile): string[] {
  const room = roomOf(file.path);
  if (room === undefined) return [];
  const allowed = [room.prefix, ...room.mayImport];
  return targets(file)
    .filter((target) => !allowed.some((prefix) => target.startsWith(prefix)))
    .map((target) => `${file.path} imports ${target}`);
}

function strayPackages(file: SourceFile): string[] {
  const allowed = roomOf(file.path)?.packages ?? [];
  const isCryptoPart = file.path.startsWith("systems/parts/") && /hash|cipher|compress|checksum|digest/.test(file.path);
  return file.imports
    .filter((entry) => entry.target === undefined && !entry.isDynamic)
    .map((entry) => entry.specifier)
    .filter(
      (name) =>
        !(name.startsWith("node:")
          ? (allowed.includes("node:*") && mayUseNode(file.path)) || (isCryptoPart && /^node:(crypto|zlib)$/.test(name))
          : allowed.includes(name)),
    )
    .map((name) => `${file.path} imports ${name}`);
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/\/\/.*$/gm, "");
}

test("pure harness files exist", () => {
  expect(pureHarness.filter((path) => !byPath.has(path))).toEqual([]);
});
