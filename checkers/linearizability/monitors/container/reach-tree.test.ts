// The tree against plain lists.
import { expect, test } from "vitest";
import { seededRandom } from "../../../../harness/random.ts";
import { ReachTree } from "./reach-tree.ts";

test.each([1, 2, 5, 16, 21])("with %d places it finds the last that reaches far enough, and the one that reaches furthest", (placeCount) => {
  const random = seededRandom(`reach ${placeCount}`);
  const tree = new ReachTree(placeCount);
  const reaches = Array.from({ length: placeCount }, () => -1);
  for (let step = 0; step < 300; step++) {
    const place = random.below(placeCount, "place");
    const reach = random.chance(0.3, "out") ? -1 : random.below(placeCount, "reach");
    tree.set(place, reach);
    reaches[place] = reach;
    for (let last = 0; last < placeCount; last++) {
      const early = reaches.slice(0, last + 1);
      const wanted = random.below(placeCount, "wanted");
      expect(tree.reaching(last, wanted)).toBe(early.findLastIndex((each) => each >= wanted));
      const greatest = Math.max(...early);
      expect(tree.furthest(last)).toBe(greatest < 0 ? -1 : early.lastIndexOf(greatest));
    }
  }
  expect(tree.furthest(-1)).toBe(-1);
});
