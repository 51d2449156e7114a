import * as fc from "fast-check";
import { expect, test } from "vitest";
import { fateOf, type FateKey } from "./fate.ts";

const key: FateKey = { seed: "s", proxy: "p", connection: 1, direction: "upstream", toxic: "t" };

test("the same key has the same fate", () => {
  expect(fateOf(key).draw).toBe(fateOf({ ...key }).draw);
  expect(fateOf(key).random.u32("x")).toBe(fateOf(key).random.u32("x"));
});

test("every part of the key matters", () => {
  const others: readonly FateKey[] = [
    { ...key, seed: "z" },
    { ...key, proxy: "z" },
    { ...key, connection: 2 },
    { ...key, direction: "downstream" },
    { ...key, toxic: "z" },
  ];
  for (const other of others) expect(fateOf(other).draw).not.toBe(fateOf(key).draw);
});

test("names cannot be chosen so that two keys are one", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (proxy, toxic) => {
      fc.pre(proxy !== toxic);
      expect(fateOf({ ...key, proxy, toxic }).draw).not.toBe(fateOf({ ...key, proxy: toxic, toxic: proxy }).draw);
    }),
  );
});

test("draws are spread evenly over connections", () => {
  const draws = Array.from({ length: 2000 }, (_, connection) => fateOf({ ...key, connection }).draw);
  for (const share of [0.1, 0.5, 0.9]) expect(Math.abs(draws.filter((draw) => draw < share).length / 2000 - share)).toBeLessThan(0.05);
});
