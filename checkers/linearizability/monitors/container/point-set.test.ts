// The set against a plain one.
import { expect, test } from "vitest";
import { seededRandom } from "../../../../harness/random.ts";
import { PointSet } from "./point-set.ts";

test.each([1, 31, 32, 33, 1024, 1025, 40_000])("with %d points it knows the neighbours of every point", (pointCount) => {
  const random = seededRandom(`points ${pointCount}`);
  const set = new PointSet(pointCount);
  const sorted: number[] = [];
  expect([set.atOrBefore(pointCount - 1), set.atOrAfter(0)]).toEqual([-1, -1]);
  for (let step = 0; step < Math.min(pointCount, 60); step++) {
    const point = random.pick([0, pointCount - 1, random.below(pointCount, "point"), random.below(pointCount, "point")], "which");
    set.add(point);
    sorted.push(point);
    sorted.sort((one, other) => one - other);
    for (let count = 0; count < 30; count++) {
      const asked = random.chance(0.5, "near")
        ? Math.min(pointCount - 1, Math.max(0, point + random.between(-33, 33, "off")))
        : random.below(pointCount, "asked");
      expect(set.atOrBefore(asked)).toBe(sorted.findLast((each) => each <= asked) ?? -1);
      expect(set.atOrAfter(asked)).toBe(sorted.find((each) => each >= asked) ?? -1);
    }
    expect(set.atOrAfter(pointCount)).toBe(sorted.includes(pointCount) ? pointCount : -1);
  }
});
