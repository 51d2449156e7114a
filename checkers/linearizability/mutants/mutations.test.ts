// Every rule of every algorithm, broken on purpose, must be noticed by comparing with brute force on random histories. A rule
// whose loss nobody notices is either not needed or not tested.
import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { mutantTrials } from "./mutant-trials.fixture.ts";

describe.each(mutantTrials)("in $file", ({ mutations, catchMutant }) => {
  test("nothing is noticed when no rule is broken", async () => {
    expect(await catchMutant(undefined)).toBeUndefined();
  });

  test.each(mutations.filter(({ equivalent }) => equivalent === undefined))("it is noticed when this rule is broken: $rule", async (mutation) => {
    expect(await catchMutant(mutation)).toMatch(/ history \d+/);
  });

  const equivalent = mutations.filter((mutation) => mutation.equivalent !== undefined);
  if (equivalent.length > 0)
    test.each(equivalent)("no verdict depends on this rule: $rule ($equivalent)", async (mutation) => {
      expect(await catchMutant(mutation)).toBeUndefined();
    });
});

test("every table of mutations beside an algorithm is tried", () => {
  const files = readdirSync(new URL("../", import.meta.url), { recursive: true, encoding: "utf8" });
  const tables = files.flatMap((file) => (file.endsWith(".mutations.ts") ? file.replaceAll("\\", "/").replace(".mutations", "") : []));
  expect(mutantTrials.map(({ file }) => file).toSorted()).toEqual(tables.toSorted());
});
