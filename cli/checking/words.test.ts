// Wrong words of the options of `check FILE`: one sentence each, and the way out.
import { describe, expect, test } from "vitest";
import { UsageError } from "../../harness/errors.ts";
import { namedModels } from "../../checkers/linearizability/named-models.ts";
import { algorithms, modelList, oneOf, parseMemory, parseModel } from "./words.ts";

function refusal(parse: () => unknown): string {
  try {
    parse();
  } catch (error) {
    if (error instanceof UsageError) return `${error.message} ${error.wayOut}`;
    throw error;
  }
  return "accepted";
}

describe("a model", () => {
  test.each(["register", "cas-register", "queue", "semaphore", "semaphore:3"])("%s is kept as it was typed", (text) => expect(parseModel(text)).toBe(text));

  test.each([
    ["regster", 'There is no model "regster". Did you mean "register"?'],
    ["fifo-que", 'Did you mean "fifo-queue"?'],
    ["semafore:3", 'Did you mean "semaphore"?'],
    ["bank", 'There is no model "bank". There are: register or cas-register, '],
    ["semaphore:0", "does not say how many permits. Write a whole number from 1 on: semaphore:3."],
    ["semaphore:many", "does not say how many permits."],
    ["register:3", 'The model register takes no ":". Write --model register.'],
    ["x".repeat(1000), `"${"x".repeat(60)}…"`],
  ])("%s is refused", (text, message) => expect(refusal(() => parseModel(text))).toContain(message));

  test("is listed with every name there is", () => {
    for (const { name, aliases } of namedModels) for (const word of [name, ...aliases]) expect(modelList()).toContain(word);
  });
});

describe("a word of a few", () => {
  test("is accepted as it is", () => expect(oneOf("algorithm", algorithms)("jit")).toBe("jit"));
  test.each([
    ["moniter", '--algorithm cannot be "moniter". Did you mean "monitor"? There are: auto, search, jit, monitor.'],
    ["magic", '--algorithm cannot be "magic". There are: auto, search, jit, monitor.'],
    ["JIT", 'Did you mean "jit"?'],
  ])("%s is refused", (text, message) => expect(refusal(() => oneOf("algorithm", algorithms)(text))).toContain(message));
});

describe("a size", () => {
  test.each([
    ["256MB", 256 * 1024 ** 2],
    ["2GB", 2 * 1024 ** 3],
    ["1.5 GiB", 1.5 * 1024 ** 3],
    ["500000kb", 512_000_000],
  ])("%s is %i bytes", (text, bytes) => expect(parseMemory(text)).toBe(bytes));

  test.each(["", "2", "GB", "-2GB", "1e3MB", "2TB", "Infinity GB", "2GB2"])("%j is refused", (text) =>
    expect(refusal(() => parseMemory(text))).toContain("is not a size. Write a number and a unit: 500MB, 2GB."),
  );

  test.each(["255MB", "0GB"])("%s is too small for the program itself", (text) => expect(refusal(() => parseMemory(text))).toContain("Write at least 256MB."));
});
