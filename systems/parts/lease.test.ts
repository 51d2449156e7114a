import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FencedSink, HeldLease, LeaseTable, LeaseWatch, type Lease } from "./lease.ts";

describe("the table of leases", () => {
  test("grants a free name once, with a token above all before", () => {
    const table = new LeaseTable();
    expect(table.grant("a", "x")).toMatchObject({ holder: "x", token: 1 });
    expect(table.grant("a", "y")).toBeNull();
    expect(table.grant("b", "y")).toMatchObject({ token: 2 });
    expect(table.release("a", 1)).toBe(true);
    expect(table.grant("a", "y")).toMatchObject({ holder: "y", token: 3 });
  });

  test("renews and releases only under the current token", () => {
    const table = new LeaseTable();
    table.grant("a", "x");
    expect(table.renew("a", 1)).toMatchObject({ token: 1, renewal: 1 });
    table.release("a", 1);
    table.grant("a", "y");
    expect(table.renew("a", 1)).toBeNull();
    expect(table.release("a", 1)).toBe(false);
    expect(table.find("a")).toMatchObject({ holder: "y" });
  });

  test("does not expire a lease that was renewed after the grantor looked", () => {
    const table = new LeaseTable();
    const seen = table.grant("a", "x");
    table.renew("a", 1);
    expect(seen !== null && table.expire(seen)).toBe(false);
    expect(table.expire({ name: "a", token: 1, renewal: 1 })).toBe(true);
    expect(table.find("a")).toBeNull();
  });

  test("goes through a snapshot unchanged, its tokens included", () => {
    const table = new LeaseTable();
    table.grant("a", "x");
    table.grant("b", "y");
    table.release("b", 2);
    const copy = new LeaseTable();
    copy.grant("old", "z");
    copy.restore(table.snapshot());
    expect(copy.all()).toEqual(table.all());
    expect(copy.grant("b", "z")).toMatchObject({ token: 3 });
  });
});

describe("grantor and holder", () => {
  test("a silent lease is due after a whole term, a renewed one is not", () => {
    const watch = new LeaseWatch(100);
    const lease: Lease = { name: "a", holder: "x", token: 1, renewal: 0 };
    expect(watch.due([lease], 0)).toEqual([]);
    expect(watch.due([lease], 99)).toEqual([]);
    expect(watch.due([lease], 100)).toEqual([lease]);
    const renewed = { ...lease, renewal: 1 };
    expect(watch.due([renewed], 101)).toEqual([]);
    expect(watch.due([renewed], 200)).toEqual([]);
    expect(watch.due([renewed], 201)).toEqual([renewed]);
  });

  test("a new grantor gives every holder a whole term more, and a name that came back starts afresh", () => {
    const watch = new LeaseWatch(100);
    const lease: Lease = { name: "a", holder: "x", token: 1, renewal: 0 };
    watch.due([lease], 0);
    watch.forget();
    expect(watch.due([lease], 100)).toEqual([]);
    watch.due([], 150);
    expect(watch.due([lease], 250)).toEqual([]);
  });

  test("the holder stops before the grantor gives the name away, however long the messages take", () => {
    const delay = fc.integer({ min: 0, max: 500 });
    fc.assert(
      fc.property(delay, delay, fc.array(delay, { maxLength: 20 }), (askedAtMs, wayMs, looks) => {
        const held = new HeldLease({ token: 1, askedAtMs, termMs: 100 });
        const watch = new LeaseWatch(100);
        const lease: Lease = { name: "a", holder: "x", token: 1, renewal: 0 };
        for (const atMs of [0, ...looks.toSorted((a, b) => a - b)]) {
          const nowMs = askedAtMs + wayMs + atMs;
          if (watch.due([lease], nowMs).length > 0) expect(held.isHeld(nowMs)).toBe(false);
        }
        expect(held.isHeld(askedAtMs + 99)).toBe(true);
        expect(held.isHeld(askedAtMs + 100)).toBe(false);
      }),
    );
  });
});

describe("a fenced sink", () => {
  test("refuses every token below one that it has seen, and takes the same one again", () => {
    const sink = new FencedSink();
    expect([3, 3, 5, 4, 3, 5, 6].map((token) => sink.accept(token))).toEqual([true, true, true, false, false, true, true]);
  });
});
