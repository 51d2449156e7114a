import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkedConfig, loadConfig } from "./config.ts";

let directory = "";
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), "faultline-config-"))));
afterEach(() => rmSync(directory, { recursive: true }));

describe("the configuration", () => {
  test("is nothing where there is no file", async () => {
    expect(await loadConfig(undefined, directory)).toEqual({ path: undefined, options: {}, systems: {} });
  });

  test("is found beside the user, and its paths are relative to it", async () => {
    writeFileSync(join(directory, "faultline.config.ts"), 'export default { store: "elsewhere", workers: 2, systems: { mine: "./mine.ts" } };');
    const config = await loadConfig(undefined, directory);
    expect(config.options).toEqual({ store: "elsewhere", workers: "2" });
    expect(config.systems["mine"]).toBe(`file://${join(directory, "mine.ts")}`);
  });

  test("that was named must be there", async () => {
    await expect(loadConfig("gone.ts", directory)).rejects.toMatchObject({ name: "UsageError", code: "no-config" });
  });

  test("that throws is told in a sentence", async () => {
    writeFileSync(join(directory, "broken.ts"), 'throw new TypeError("boom");');
    await expect(loadConfig("broken.ts", directory)).rejects.toMatchObject({
      name: "UsageError",
      message: expect.stringContaining("could not be loaded: TypeError: boom"),
    });
  });

  test.each([
    [7, "has no configuration as its default export", "defineConfig"],
    [{ stroe: "x" }, 'sets "stroe", which is no setting', 'Did you mean "store"?'],
    [{ nodes: "three" }, '"nodes" is not a number', "nodes: 3"],
    [{ store: {} }, '"store" is not a string', "store:"],
    [{ systems: [] }, '"systems" is not an object', "./my-system.ts"],
    [{ systems: { mine: 7 } }, 'the system "mine" is not a path', "./my-system.ts"],
    [{ toString: 1 }, "which is no setting", "There are:"],
  ])("%o is refused with the way out", (value, message, wayOut) => {
    expect(() => checkedConfig(value, "faultline.config.ts")).toThrow(
      expect.objectContaining({ name: "UsageError", message: expect.stringContaining(message), wayOut: expect.stringContaining(wayOut) }),
    );
  });
});
