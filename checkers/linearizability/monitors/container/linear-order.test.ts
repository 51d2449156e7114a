// Points in order, and at one point the order of arrival.
import { expect, test } from "vitest";
import { LinearOrder } from "./linear-order.ts";

test("operations are read by point, and at one point as they came", () => {
  const order = new LinearOrder(3);
  for (const [point, position] of [
    [3, 10],
    [0, 11],
    [2, 12],
    [0, 13],
    [3, 14],
  ] as const)
    order.append(point, position);
  expect(order.positions()).toEqual([11, 13, 12, 10, 14]);
  expect(new LinearOrder(0).positions()).toEqual([]);
});
