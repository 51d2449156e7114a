// The tree against plain counting.
import { expect, test } from "vitest";
import { seededRandom } from "../../../../harness/random.ts";
import { CoverTree } from "./cover-tree.ts";

test.each([1, 2, 3, 7, 8, 33])("with %d points it counts what covers them and finds the free ones", (pointCount) => {
  const random = seededRandom(`cover ${pointCount}`);
  const tree = new CoverTree(pointCount);
  const counts = Array.from({ length: pointCount }, () => 0);
  const intervals: [number, number][] = [];
  for (let step = 0; step < 300; step++) {
    const from = random.below(pointCount, "from");
    const to = random.below(pointCount, "to");
    if (intervals.length > 0 && random.chance(0.5, "out")) {
      const [gone] = intervals.splice(random.below(intervals.length, "which"), 1);
      if (gone === undefined) throw new Error("there is one");
      tree.add(...gone, -1);
      for (let point = gone[0]; point <= gone[1]; point++) counts[point] = (counts[point] ?? 0) - 1;
    } else {
      tree.add(from, to, 1);
      if (from <= to) intervals.push([from, to]);
      for (let point = from; point <= to; point++) counts[point] = (counts[point] ?? 0) + 1;
    }
    for (let point = 0; point <= pointCount; point++) expect(tree.firstFree(point)).toBe(counts.indexOf(0, point));
  }
});

test("a point is taken once, when nothing covers it any more", () => {
  const tree = new CoverTree(5);
  tree.add(0, 4, 1);
  tree.add(1, 2, 1);
  expect(tree.takeFree()).toBe(-1);
  tree.add(0, 4, -1);
  expect([tree.takeFree(), tree.takeFree(), tree.takeFree(), tree.takeFree()].toSorted((one, other) => one - other)).toEqual([-1, 0, 3, 4]);
  tree.add(1, 2, -1);
  expect(tree.firstFree(0)).toBe(1);
  expect([tree.takeFree(), tree.takeFree(), tree.takeFree()].toSorted((one, other) => one - other)).toEqual([-1, 1, 2]);
});

test("without points nothing is free", () => {
  const tree = new CoverTree(0);
  expect([tree.firstFree(0), tree.takeFree()]).toEqual([-1, -1]);
});
