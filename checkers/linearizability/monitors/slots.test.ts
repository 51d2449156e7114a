import { expect, test } from "vitest";
import { woven } from "./slots.ts";

test("observers stand after the step of their slot, in order of position", () => {
  expect(woven([7, 6], Int32Array.of(2, 0, 1, 0, -1, 2, -1, -1))).toEqual([1, 3, 7, 2, 6, 0, 5]);
});

test("without steps there is one slot", () => {
  expect(woven([], Int32Array.of(0, -1, 0))).toEqual([0, 2]);
  expect(woven([], new Int32Array(0))).toEqual([]);
});
