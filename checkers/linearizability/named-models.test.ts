// Names lead to the models that they promise, and wrong ones lead nowhere.
import { describe, expect, test } from "vitest";
import type { HistoryModel } from "../formats/index.ts";
import { chosenModel, namedModels } from "./named-models.ts";

/** Everything that the formats can read a history of; the compiler keeps it complete. */
const readable: Readonly<Record<HistoryModel, true>> = {
  register: true,
  "cas-register": true,
  "versioned-register": true,
  "multi-key-store": true,
  "string-store": true,
  "fifo-queue": true,
  stack: true,
  "priority-queue": true,
  set: true,
  "growing-set": true,
  counter: true,
  mutex: true,
  "fenced-lock": true,
  semaphore: true,
};

describe("a name", () => {
  test("exists for everything that histories can be read of", () => {
    expect(Object.keys(readable).filter((name) => chosenModel(name) === undefined)).toEqual([]);
  });

  test("belongs to one model only, aliases included", () => {
    const names = namedModels.flatMap(({ name, aliases }) => [name, ...aliases]);
    expect(new Set(names).size).toBe(names.length);
  });

  test.each(namedModels)("$name is about the object that it names", ({ name, use }) => {
    const said = use((model) => model.name);
    for (const word of name.split("-")) expect(said.toLowerCase().replace("-", " ")).toContain(word);
  });

  test.each([
    ["cas-register", "register"],
    ["queue", "fifo-queue"],
    ["lock", "mutex"],
    ["grow-only-set", "growing-set"],
  ])("%s is another word for %s", (alias, name) => expect(chosenModel(alias)?.model.name).toBe(name));

  test.each(["", "regster", "constructor", "Register", "register:3", "semaphore:", "semaphore:0", "semaphore:-1", "semaphore:2147483648", "semaphore:3:3"])(
    "%j is none",
    (text) => expect(chosenModel(text)).toBeUndefined(),
  );
});

describe("a semaphore", () => {
  test.each([
    ["semaphore", 1],
    ["semaphore:3", 3],
  ])("%s has %i permits", (text, permits) => {
    const chosen = chosenModel(text);
    expect(chosen?.model.use((model) => model.name, chosen.parameter)).toBe(`semaphore of ${permits}`);
  });
});
