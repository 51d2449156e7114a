import { expect, test } from "vitest";
import { oldOnes } from "./old-images.ts";

test("the newest five stay, and whatever is younger than an hour", () => {
  const now = 1_000_000;
  const images = [10, 7_200, 20, 9_000, 8_000, 30, 40, 3_700, 50, 3_500].map((age) => ({ Created: now - age }));
  expect(oldOnes(images, now).map(({ Created: created }) => now - created)).toEqual([3_700, 7_200, 8_000, 9_000]);
  expect(oldOnes(images.slice(0, 5), now)).toEqual([]);
});
