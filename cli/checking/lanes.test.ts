// Pictures of witnesses.
import { expect, test } from "vitest";
import { lanes } from "./lanes.ts";

const write = { process: 0, text: "write x = 1", result: "", invoked: 3, completed: 8 };
const read = { process: 11, text: "read x", result: "-> 2", invoked: 5, completed: 90, node: "n1" };
const lost = { process: 2, text: "write x = 2", result: "", invoked: 91, completed: null };

test("a witness is drawn in order of invocation on a common axis, and an unknown outcome has no end", () => {
  expect(lanes([lost, read, write])).toEqual([
    "process 0         write x = 1                    ├───┤",
    "process 11 at n1  read x -> 2                      ├───┤",
    "process 2         write x = 2 (outcome unknown)          ├─…",
  ]);
});

test("with too many moments for a line, positions are said instead", () => {
  const many = Array.from({ length: 15 }, (_, index) => ({ ...write, process: index, invoked: 2 * index, completed: 2 * index + 1 }));
  expect(lanes(many)[14]).toBe("process 14  write x = 1  event 28 to 29");
  expect(lanes([...many, { ...lost, invoked: 99 }])[15]).toBe("process 2   write x = 2 (outcome unknown)  event 99 to ?");
});

test("hostile values are shown, not obeyed, and not longer than a line", () => {
  const [line = ""] = lanes([{ ...write, text: `write \u001b[31m${"x".repeat(1_000_000)}`, node: "\u202En" }]);
  expect(line).toMatch(/^process 0 at \\u202en {2}write \\u001b\[31mx+… \(1000011 characters\) {2}├─┤$/);
  expect(line.length).toBeLessThan(200);
});
