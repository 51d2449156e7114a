import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { contextOf, dockerfile } from "./app-image.ts";

const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

test("the recipe runs nothing, so that it builds on a base without a shell", () => {
  expect(dockerfile).toMatch(/^ARG BASE_IMAGE=node:24-slim\nFROM \$\{BASE_IMAGE\}\n/);
  expect(dockerfile).not.toMatch(/^\s*RUN\b/m);
});

test("files keep their place below the root, links point to where their packages are in the image", () => {
  const closure = { root, files: [`${root}/package.json`], links: [{ path: `${root}/a/node_modules/x`, target: `${root}/libs/x` }] };
  expect(contextOf(closure).map(({ kind, path }) => [kind, path])).toEqual([
    ["text", "Dockerfile"],
    ["folder", "app/.compile-cache"],
    ["file", "app/package.json"],
    ["link", "app/a/node_modules/x"],
  ]);
  expect(contextOf(closure).at(-1)).toMatchObject({ target: "../../libs/x" });
});
