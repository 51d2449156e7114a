import { expect, test } from "vitest";
import { table } from "./table.ts";

test("columns line up, numbers to the right, no spaces at the end", () => {
  const lines = table(
    [
      ["id", "name", "n"],
      ["1", "a", "7"],
      ["22", "größer", "123"],
    ],
    { indent: "  ", rightAligned: [2] },
  );
  expect(lines).toEqual(["  id  name      n", "  1   a         7", "  22  größer  123"]);
});

test("rows may be short and there may be none", () => {
  expect(table([["a"], ["b", "c"]])).toEqual(["a", "b  c"]);
  expect(table([])).toEqual([]);
});
