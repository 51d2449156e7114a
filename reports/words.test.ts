import { describe, expect, test } from "vitest";
import { counted, duration, grouped, listed, moment, verdictLabel } from "./words.ts";

describe("words", () => {
  test.each([
    [0, "0 ms"],
    [0.4, "0.4 ms"],
    [9.999, "10 ms"],
    [12.4, "12 ms"],
    [999.4, "999 ms"],
    [3420, "3.42 s"],
    [10_000, "10 s"],
    [60_000, "1 min"],
    [125_000, "2 min 5 s"],
    [59_999, "1 min"],
    [Infinity, "no end"],
  ])("a duration of %s ms reads %s", (milliseconds, text) => {
    expect(duration(milliseconds)).toBe(text);
  });

  test("counts agree with their nouns and are grouped by thousands", () => {
    expect([counted(0, "run"), counted(1, "run"), counted(12_345, "run"), counted(2, "cell is", "cells are")]).toEqual([
      "0 runs",
      "1 run",
      "12,345 runs",
      "2 cells are",
    ]);
    expect(grouped(1234.5)).toBe("1,234.5");
  });

  test("lists end with and", () => {
    expect([listed([]), listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])]).toEqual(["", "a", "a and b", "a, b and c"]);
  });

  test("moments have three decimals, so that columns line up", () => {
    expect([moment(0), moment(1_300_400_000), moment(Infinity)]).toEqual(["0.000 s", "1.300 s", "never"]);
  });

  test("every verdict has an icon of its own and a word", () => {
    const labels = (["valid", "invalid", "unknown", "not-exercised"] as const).map(verdictLabel);
    expect(labels).toEqual(["✓ valid", "✗ invalid", "? unknown", "– not exercised"]);
  });
});
