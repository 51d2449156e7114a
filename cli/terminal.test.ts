import { expect, test } from "vitest";
import { colorWanted, paintFor } from "./terminal.ts";

test.each([
  [{}, true, true],
  [{}, false, false],
  [{ NO_COLOR: "1" }, true, false],
  [{ NO_COLOR: "" }, true, true],
  [{ FORCE_COLOR: "1" }, false, true],
  [{ FORCE_COLOR: "" }, false, true],
  [{ FORCE_COLOR: "0" }, true, false],
  [{ NO_COLOR: "1", FORCE_COLOR: "1" }, true, false],
  [{ TERM: "dumb" }, true, false],
])("with %o and a terminal: %s, colour is wanted: %s", (environment, isTerminal, isWanted) => {
  expect(colorWanted(environment, isTerminal)).toBe(isWanted);
});

test("paint colours only where colour is wanted", () => {
  expect(paintFor({ hasColor: false })("bad", "x")).toBe("x");
  expect(paintFor({ hasColor: true })("bad", "x")).toBe("\u001b[31mx\u001b[39m");
});
