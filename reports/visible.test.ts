import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hostileStrings } from "./fixtures/reports.fixture.ts";
import { visible, visibleLines } from "./visible.ts";

const hidden = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u;

describe("visible", () => {
  test("keeps plain text as it is", () => {
    expect(visible("write x = 3.1 → größer 漢字 🦊")).toBe("write x = 3.1 → größer 漢字 🦊");
  });

  test("shows escape sequences instead of obeying them", () => {
    expect(visible("\u001b[31mred\u0007")).toBe("\\u001b[31mred\\u0007");
  });

  test.each(hostileStrings.map((text) => [JSON.stringify(text).slice(0, 40), text]))("leaves nothing hidden in %s", (_name, text) => {
    expect(visible(text)).not.toMatch(hidden);
  });

  test("cuts long values and says how long they were", () => {
    expect(visible("x".repeat(1000), 10)).toBe("xxxxxxxxxx… (1000 characters)");
  });

  test("leaves no control character and no lone surrogate in any text", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }),
        (text) =>
          !hidden.test(
            visible(text).replaceAll(
              /[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}\u{13430}-\u{1343f}\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0001}\u{e0020}-\u{e007f}]/gu,
              "",
            ),
          ),
      ),
    );
  });

  test("keeps line feeds in text of several lines", () => {
    expect(visibleLines("a\nb\u001b")).toBe("a\nb\\u001b");
  });
});
