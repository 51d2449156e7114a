// The set of configurations against a list of all that were ever added.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Frontier } from "./frontier.ts";
import { Slots } from "./frontier-slots.ts";
import type { SlotKind } from "./frontier-slots.ts";

interface Configuration {
  readonly state: number;
  /** Slots whose operations took effect. */
  readonly fired: readonly number[];
}

const kinds: readonly SlotKind[] = ["mutator", "observer", "pending"];
/** More than one word, with every kind in both. */
const slotCount = 36;
const kindOf = (slot: number): SlotKind => kinds[slot % 3] ?? "mutator";

function openSlots(): Slots {
  const slots = new Slots();
  for (let slot = 0; slot < slotCount; slot++) slots.open({ operation: slot, action: slot, kind: kindOf(slot), end: slot });
  return slots;
}

function wordsOf({ fired }: Configuration): Int32Array {
  const words = new Int32Array(2);
  for (const slot of fired) words[slot >> 5] = (words[slot >> 5] ?? 0) | (1 << (slot & 31));
  return words;
}

/** The definition: same state and mutators, no pending operation more, no observer less. */
function isAtLeastAsGood(one: Configuration, other: Configuration): boolean {
  const hasOnly = (these: Configuration, those: Configuration, kind: SlotKind): boolean =>
    these.fired.every((slot) => kindOf(slot) !== kind || those.fired.includes(slot));
  return (
    one.state === other.state &&
    hasOnly(one, other, "mutator") &&
    hasOnly(other, one, "mutator") &&
    hasOnly(one, other, "pending") &&
    hasOnly(other, one, "observer")
  );
}

function membersOf(frontier: Frontier): string[] {
  const members: string[] = [];
  for (let configuration = 0; configuration < frontier.count; configuration++) {
    if (frontier.isDead(configuration)) continue;
    const fired = Array.from({ length: slotCount }, (_, slot) => slot).filter((slot) => frontier.has(configuration, slot));
    members.push(JSON.stringify([frontier.states[configuration], fired]));
  }
  return members.toSorted();
}

/** Few slots, so that many compare: two of each kind, in both words. */
const configuration = fc.record({ state: fc.nat(2), fired: fc.subarray([0, 1, 2, 33, 34, 35]) });

describe("a frontier", () => {
  test("keeps exactly the best of what was added", () => {
    fc.assert(
      fc.property(fc.array(configuration, { maxLength: 150 }), (added) => {
        const frontier = new Frontier(openSlots());
        frontier.clear();
        const kept: Configuration[] = [];
        for (const each of added) {
          const isNeeded = !kept.some((other) => isAtLeastAsGood(other, each));
          expect(frontier.add(each.state, wordsOf(each)) >= 0).toBe(isNeeded);
          if (isNeeded) kept.splice(0, kept.length, ...kept.filter((other) => !isAtLeastAsGood(each, other)), each);
        }
        expect(membersOf(frontier)).toEqual(kept.map(({ state, fired }) => JSON.stringify([state, fired])).toSorted());
      }),
    );
  });

  test("is empty again after it was cleared, also after a crowd", () => {
    const slots = openSlots();
    const frontier = new Frontier(slots);
    for (const crowd of [1000, 3, 0, 50, 7]) {
      frontier.clear();
      for (let state = 0; state < crowd; state++) expect(frontier.add(state, new Int32Array(2))).toBe(state);
      for (let state = 0; state < crowd; state++) expect(frontier.add(state, new Int32Array(2))).toBe(-1);
      expect(frontier.count).toBe(crowd);
    }
  });

  test("can be copied, whatever the copy held before", () => {
    const slots = openSlots();
    const [frontier, copy] = [new Frontier(slots), new Frontier(slots)];
    for (const [size, before] of [
      [100, 3],
      [3, 100],
    ] as const) {
      for (const [each, count] of [
        [frontier, size],
        [copy, before],
      ] as const) {
        each.clear();
        for (let state = 0; state < count; state++) each.add(state, wordsOf({ state, fired: [state % slotCount] }));
      }
      copy.copyFrom(frontier);
      expect(membersOf(copy)).toEqual(membersOf(frontier));
    }
  });
});
