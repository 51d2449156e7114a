// Slots of open operations: lowest first, used again, twins in order.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Slots, lowestBit } from "./frontier-slots.ts";

/** The operations of every group in its order. */
function groupsOf(slots: Slots): number[][] {
  return slots.groups.map((first) => {
    const group: number[] = [];
    for (let slot = first; slot >= 0; slot = slots.nextTwin[slot] ?? -1) group.push(slots.operations[slot] ?? -1);
    return group;
  });
}

describe("slots", () => {
  test("are found lowest first, and used again when they are closed", () => {
    const slots = new Slots();
    const open = (operation: number): number => slots.open({ operation, action: operation, kind: "mutator", end: operation });
    expect([open(10), open(11), open(12)]).toEqual([0, 1, 2]);
    slots.close(1);
    expect([open(13), open(14), slots.slotOf(13), slots.slotOf(11)]).toEqual([1, 3, 1, -1]);
    expect(slots.forced()).toEqual([10, 13, 12, 14]);
  });

  test("take a word for every 32 operations that are open at once, and give it back", () => {
    const slots = new Slots();
    for (let operation = 0; operation < 100; operation++) slots.open({ operation, action: 0, kind: "pending", end: operation });
    expect(slots.width).toBe(4);
    for (let operation = 40; operation < 100; operation++) slots.close(slots.slotOf(operation));
    slots.releaseRetired();
    expect(slots.width).toBe(2);
    expect(slots.isAnyOpen).toBe(true);
  });

  test("stay taken while they are retired", () => {
    const slots = new Slots();
    slots.open({ operation: 0, action: 0, kind: "pending", end: Infinity });
    slots.retire(0);
    expect([slots.isPending(0), slots.isRetired(0), slots.groups.length]).toEqual([false, true, 0]);
    expect(slots.open({ operation: 1, action: 1, kind: "mutator", end: 1 })).toBe(1);
    slots.releaseRetired();
    expect(slots.open({ operation: 2, action: 2, kind: "mutator", end: 2 })).toBe(0);
  });

  test("group equal operations by their end, then by when they opened, whatever closes in between; a copy has the same", () => {
    const change = fc.record({ action: fc.nat(2), end: fc.oneof(fc.constant(Infinity), fc.nat(9)), closes: fc.option(fc.nat(20), { nil: undefined }) });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const [slots, copy] = [new Slots(), new Slots()];
        const open: { operation: number; action: number; end: number }[] = [];
        for (const [operation, { action, end, closes }] of changes.entries()) {
          slots.open({ operation, action, kind: action === 0 ? "mutator" : "pending", end });
          open.push({ operation, action, end });
          const closed = closes === undefined ? undefined : open.splice(closes % open.length, 1)[0];
          if (closed !== undefined) slots.close(slots.slotOf(closed.operation));
        }
        const expected = [0, 1, 2].map((action) =>
          open
            .filter((each) => each.action === action)
            .toSorted((one, other) => (one.end === other.end ? one.operation - other.operation : one.end - other.end))
            .map(({ operation }) => operation),
        );
        const inOrder = (groups: number[][]): number[][] => groups.toSorted((one, other) => (one[0] ?? 0) - (other[0] ?? 0));
        expect(inOrder(groupsOf(slots))).toEqual(inOrder(expected.filter((group) => group.length > 0)));
        copy.copyFrom(slots);
        expect([groupsOf(copy), copy.forced(), copy.width]).toEqual([groupsOf(slots), slots.forced(), slots.width]);
      }),
    );
  });
});

test("the lowest bit is found in words of either sign", () => {
  for (let bit = 0; bit < 32; bit++) expect([lowestBit(1 << bit), lowestBit(-1 << bit)]).toEqual([bit, bit]);
});
