// Sorting by time is exact for every kind of time.
import fc from "fast-check";
import { expect, test } from "vitest";
import { placesInOrder } from "./moments.ts";

function sorted(keys: readonly number[]): number[] {
  return [...keys.keys()].toSorted((one, other) => {
    const [before, after] = [keys[one] ?? 0, keys[other] ?? 0];
    return before === after ? one - other : before < after ? -1 : 1;
  });
}

const positions = fc.oneof(fc.nat(20), fc.nat(), fc.constantFrom(Infinity, -Infinity));

test("positions of a history are sorted, equal ones by place, with the beginning first and what never was last", () => {
  fc.assert(
    fc.property(fc.array(positions), (keys) => {
      expect([...placesInOrder(Float64Array.from(keys))]).toEqual(sorted(keys));
    }),
  );
});

test("so are times that do not fit: fractions, times before zero, times too great to be packed", () => {
  const times = fc.oneof(positions, fc.double({ noNaN: true }), fc.constantFrom(Number.MAX_SAFE_INTEGER, -1, 0.5, 1e300));
  fc.assert(
    fc.property(fc.array(times), (keys) => {
      expect([...placesInOrder(Float64Array.from(keys))]).toEqual(sorted(keys));
    }),
  );
});
