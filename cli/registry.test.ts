import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { searchPlan } from "../harness/search.ts";
import { findNemesis, loadSystem, resolvePlan, shippedSystems } from "./registry.ts";

const directory = mkdtempSync(join(tmpdir(), "faultline-registry-"));
afterAll(() => rmSync(directory, { recursive: true }));
const tinyPath = new URL("./fixtures/tiny-system.ts", import.meta.url);
const file = (name: string, text: string): string => (writeFileSync(join(directory, name), text), `./${name}`);

describe("systems", () => {
  test.each(shippedSystems)("%s ships and can be planned", async (name) => {
    const loaded = await loadSystem(name, { directory });
    expect(loaded.system.name).toBe(name);
    for (const variant of loaded.system.variants) {
      const resolved = await resolvePlan(searchPlan({ ...loaded, variant: variant.name, seedBase: "1", index: 0 }));
      expect(resolved.variant.name).toBe(variant.name);
    }
  });

  test("of one's own are named by path, by URL or by an alias of the configuration", async () => {
    for (const text of [tinyPath.href, tinyPath.pathname]) expect((await loadSystem(text, { directory })).system.name).toBe("tiny");
    expect((await loadSystem("mine", { directory, aliases: { mine: tinyPath.href } })).system.name).toBe("tiny");
  });

  test.each([
    ["kw", 'There is no system named "kw".', 'Did you mean "kv"?'],
    ["constructor", 'There is no system named "constructor".', "There are: kv"],
    ["./gone.ts", 'There is no file "./gone.ts".', "exports `system`"],
    ["./", "is a folder, not a file", "e.g. index.ts"],
    ["file://elsewhere/x.ts", "is not the URL of a local file", "file:///path"],
    [file("nothing.ts", "export const other = 1;"), "exports no `system`", "defineSystem"],
    [file("number.ts", "export const system = 7;"), "is a number, not an object", "docs/add-a-system.md"],
    [file("nameless.ts", "export const system = {};"), "has no `name`", "docs/add-a-system.md"],
    [
      file("partly.ts", 'export const system = { name: "x", variants: [], roles: [], marks: [], claims: [], invariants: [], workloads: [], bugs: [] };'),
      "has no function `node`",
      "docs/add-a-system.md",
    ],
    [file("syntax.ts", "export const system = {"), "could not be loaded", "Run the file alone"],
    [file("throws.ts", 'throw new Error("boom");'), "could not be loaded: Error: boom", "Run the file alone"],
  ])("%s is refused in a sentence with the way out", async (text, message, wayOut) => {
    await expect(loadSystem(text, { directory })).rejects.toMatchObject({
      name: "UsageError",
      message: expect.stringContaining(message),
      wayOut: expect.stringContaining(wayOut),
    });
  });
});

describe("plans", () => {
  const plan = async (): Promise<ReturnType<typeof searchPlan>> => searchPlan({ ...(await loadSystem(tinyPath.href, { directory })), seedBase: "1", index: 0 });

  test("resolve to the objects that they name", async () => {
    const resolved = await resolvePlan({ ...(await plan()), bug: "forgetful" });
    expect([
      resolved.system.name,
      resolved.bug?.name,
      resolved.variant.name,
      resolved.workload.name,
      resolved.nemeses.map(({ name }) => name),
      resolved.runtime.name,
    ]).toEqual(["tiny", "forgetful", "default", "register", ["swarm", "targeted"], "simulation"]);
  });

  test.each([
    [{ variant: "defualt" }, 'Did you mean "default"?'],
    [{ bug: "forgetfull" }, 'Did you mean "forgetful"?'],
    [{ workload: "registr" }, 'Did you mean "register"?'],
    [{ nemeses: ["swam"] }, 'Did you mean "swarm"?'],
    [{ runtime: "process" as const, options: { realTime: { clok: "vdso" } } }, 'Did you mean "clock"?'],
    [{ system: "kv" }, "Correct `system` or `module`"],
    [{ module: "https://example.org/x.ts" }, "Only files on this machine"],
  ])("with %o are refused", async (change, wayOut) => {
    await expect(resolvePlan({ ...(await plan()), ...change })).rejects.toMatchObject({ name: "UsageError", wayOut: expect.stringContaining(wayOut) });
  });

  test("of a shipped system written in another clone run the one shipped here", async () => {
    const { module, ...rest } = searchPlan({ ...(await loadSystem("kv", { directory })), seedBase: "1", index: 0 });
    expect((await resolvePlan({ ...rest, module: "file:///elsewhere/systems/kv/index.ts" })).plan.module).toBe(module);
  });

  test("never take a nemesis for another", () => {
    expect(findNemesis("kill").name).toBe("kill");
    expect(() => findNemesis("toString")).toThrow('There is no nemesis named "toString".');
  });
});

test("URLs of files with blanks in their names work", async () => {
  const path = join(directory, "my system.ts");
  writeFileSync(path, `export { system } from ${JSON.stringify(tinyPath.href)};`);
  expect((await loadSystem(pathToFileURL(path).href, { directory })).system.name).toBe("tiny");
  expect((await loadSystem("./my system.ts", { directory })).system.name).toBe("tiny");
});
