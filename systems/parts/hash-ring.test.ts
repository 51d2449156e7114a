import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HashRing, rendezvous, type RingMember } from "./hash-ring.ts";

const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,6}$/), { minLength: 1, maxLength: 8 });
const keys = Array.from({ length: 2000 }, (_, index) => `key-${index}`);
const members = (list: readonly string[]): RingMember[] => list.map((name) => ({ name }));

describe("a hash ring", () => {
  test("moves keys only to a member that joins, and only from a member that leaves", () => {
    fc.assert(
      fc.property(names, (list) => {
        const ring = new HashRing(members(list), { pointCount: 32 });
        const larger = ring.with({ name: "JOINED" });
        for (const key of keys.slice(0, 200)) if (larger.owner(key) !== "JOINED") expect(larger.owner(key)).toBe(ring.owner(key));
        for (const key of keys.slice(0, 200)) expect(larger.without("JOINED").owner(key)).toBe(ring.owner(key));
      }),
      { numRuns: 30 },
    );
  });

  test("does not depend on the order in which members joined", () => {
    const [a, b] = [new HashRing(members(["x", "y", "z"])), new HashRing(members(["z", "x", "y"]))];
    for (const key of keys) expect(a.owners(key, 2)).toEqual(b.owners(key, 2));
  });

  test("gives each member about its share", () => {
    const ring = new HashRing([{ name: "a" }, { name: "b" }, { name: "c", weight: 2 }], { pointCount: 256 });
    const share = (name: string): number => keys.filter((key) => ring.owner(key) === name).length / keys.length;
    expect(share("a")).toBeGreaterThan(0.18);
    expect(share("b")).toBeGreaterThan(0.18);
    expect(share("c")).toBeGreaterThan(0.4);
  });

  test("lists different owners, all of them if asked for more, none on an empty ring", () => {
    const ring = new HashRing(members(["a", "b", "c"]));
    expect([...ring.owners("k", 9)].toSorted()).toEqual(["a", "b", "c"]);
    expect(ring.owners("k", 2)).toEqual(ring.owners("k", 9).slice(0, 2));
    expect(new HashRing([]).owner("k")).toBeNull();
    expect(() => new HashRing(members(["a", "a"]))).toThrow(RangeError);
  });
});

describe("rendezvous hashing", () => {
  test("keeps the order of those that stay when one leaves", () => {
    fc.assert(
      fc.property(names, fc.string(), (list, key) => {
        const before = rendezvous(key, members(list));
        expect(rendezvous(key, members(list.slice(1)))).toEqual(before.filter((name) => name !== list[0]));
      }),
    );
  });

  test("weighs members", () => {
    const first = keys.map((key) => rendezvous(key, [{ name: "a" }, { name: "b", weight: 3 }])[0]);
    const share = first.filter((name) => name === "b").length / keys.length;
    expect(share).toBeGreaterThan(0.7);
    expect(share).toBeLessThan(0.8);
  });
});
