import { expect, test } from "vitest";
import { specifiersIn } from "./import-scan.ts";

test.each([
  ['import { a } from "./a.ts";', ["./a.ts"]],
  ["import a from './a.ts'", ["./a.ts"]],
  ['import "./a.ts";', ["./a.ts"]],
  ['import * as a from "./a.ts";', ["./a.ts"]],
  ['import a, { type B, c } from "./a.ts";', ["./a.ts"]],
  ['import {\n  a,\n  b,\n} from "./a.ts";', ["./a.ts"]],
  ['import data from "./a.json" with { type: "json" };', ["./a.json"]],
  ['export { a } from "./a.ts";', ["./a.ts"]],
  ['export * from "./a.ts";', ["./a.ts"]],
  ['export * as a from "./a.ts";', ["./a.ts"]],
  ['const a = await import("./a.ts");', ["./a.ts"]],
  ['const a = require("./a.cjs");', ["./a.cjs"]],
  ['new Worker(new URL("./worker.ts", import.meta.url));', ["./worker.ts"]],
  ['import{a}from"./a.ts";import{b}from"./b.ts";', ["./a.ts", "./b.ts"]],
  ['#!/usr/bin/env node\nimport { a } from "./a.ts";', ["./a.ts"]],
  ['const url = "https://x.y/z"; const b = await import("./b.ts");', ["./b.ts"]],
  ['import type from "./type.ts";', ["./type.ts"]],
  ['import { a } from "package";\nimport { b } from "node:fs";', ["package", "node:fs"]],
])("%s needs %j", (source, expected) => {
  expect(specifiersIn(source).toSorted()).toEqual(expected.toSorted());
});

test.each([
  [
    "types, which are gone when it runs",
    'import type { A } from "./a.ts";\nexport type { B } from "./b.ts";\nimport type * as C from "./c.ts";\nimport type D from "./d.ts";',
  ],
  ["what is in comments", '// import { a } from "./a.ts";\n/* import "./b.ts"; */'],
  ["names that are computed", "const a = await import(name);\nrequire(`./${name}.cjs`);"],
  ["exports of its own", "export const from = 1;\nexport { from };\nexport type A = string;"],
])("needs nothing for %s", (_, source) => {
  expect(specifiersIn(source)).toEqual([]);
});
