// What the library of checkers may import: nothing of Node and no package, so that it runs wherever JavaScript does.
import { describe, expect, test } from "vitest";
import { importsOf, sourceFiles, type SourceFile } from "../.ci/source-files.ts";
import * as checkers from "./checkers.ts";

const files = new Map(sourceFiles().map((file) => [file.path, file]));

/** All files that the entry reaches, type imports included, with the chain of imports that leads there. */
function reachedFrom(entry: string): Map<string, { readonly file: SourceFile; readonly chain: string }> {
  const reached = new Map<string, { readonly file: SourceFile; readonly chain: string }>();
  const open = [{ path: entry, chain: entry }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const file = files.get(next.path);
    if (file === undefined) throw new Error(`${next.chain}: there is no such file`);
    if (reached.has(next.path)) continue;
    reached.set(next.path, { file, chain: next.chain });
    for (const { target } of file.imports) if (target !== undefined) open.push({ path: target, chain: `${next.chain} > ${target}` });
  }
  return reached;
}

function strangersIn(file: SourceFile): string[] {
  return file.imports.filter(({ target, isDynamic }) => target === undefined || isDynamic).map(({ specifier }) => specifier);
}

describe("the library of checkers", () => {
  const reached = reachedFrom("api/checkers.ts");

  test("imports no module of Node and no package, however far one follows its imports", () => {
    expect([...reached.values()].flatMap(({ file, chain }) => strangersIn(file).map((name) => `${chain} > ${name}`))).toEqual([]);
  });

  test("is followed into the checkers and the pure files of the harness only", () => {
    expect(reached.size).toBeGreaterThan(60);
    expect([...reached.keys()].filter((path) => !/^(checkers|harness)\//.test(path))).toEqual(["api/checkers.ts"]);
  });

  test("would be caught importing a package or a module of Node", () => {
    const planted = (text: string): SourceFile => ({ path: "checkers/x.ts", text, imports: importsOf("checkers/x.ts", text) });
    expect(strangersIn(planted('import { z } from "zod";\nimport type { Stats } from "node:fs";\nconst later = import("./y.ts");'))).toHaveLength(3);
  });

  test("has every model that can be named, and those that can be chosen only by import", () => {
    const models = Object.entries(checkers).filter(([, value]) => typeof value === "object" && "initial" in value && "step" in value);
    const names = models.map(([, value]) => (typeof value === "object" && "name" in value ? value.name : ""));
    const named = checkers.namedModels.map((each) => each.use((model) => model.name));
    expect(named.filter((name) => !names.includes(name))).toEqual(["semaphore of 1"]);
    expect(names.filter((name) => !named.includes(name)).toSorted()).toEqual(["message bag", "redelivering queue"]);
  });
});
