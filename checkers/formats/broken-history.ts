// The errors of history files: the line, what was expected there and what was found. For readers and writers.
import { UsageError } from "../../harness/errors.ts";

const shownLength = 80;

/** A broken file: where (lines count from 1), what was expected and what was there. `found` may be any text; it is cut and made visible. */
export function brokenHistory(line: number, expected: string, found: string): UsageError {
  return new UsageError(
    "broken-history",
    `line ${line}: expected ${expected}, found ${found === "" ? "nothing" : shownText(found)}`,
    "Check that the file is complete, that --format names its format, and --model and --partition what it records.",
  );
}

/** What a format has no words for: `strings in the hard format`. */
export function inexpressible(what: string, format: string, wayOut: string = "Write the faultline format, which holds everything."): UsageError {
  return new UsageError("inexpressible-history", `The ${format} format cannot express ${what}.`, wayOut);
}

/** In quotes, about 80 characters at most, nothing invisible: safe to print whatever a hostile file holds. */
export function shownText(text: string): string {
  let shown = "";
  for (const character of text.slice(0, shownLength)) {
    if (shown.length >= shownLength) return `"${shown}..."`;
    shown += visible(character);
  }
  return text.length > shownLength ? `"${shown}..."` : `"${shown}"`;
}

/** Controls, marks of direction, separators and half characters as `\u....`: `JSON.stringify` leaves most of them alone. */
function visible(character: string): string {
  const escaped = JSON.stringify(character).slice(1, -1);
  if (!/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\u2028\u2029]/u.test(escaped)) return escaped;
  return Array.from({ length: escaped.length }, (_, index) => `\\u${escaped.charCodeAt(index).toString(16).padStart(4, "0")}`).join("");
}
