// Numbers, times and verdicts as people read them. Pure; shared by all reports, so that they never say it differently.
import type { ClaimWord } from "../harness/verdict.ts";

/** Status is never colour alone: every verdict has a shape and a word. */
export const verdictIcon: Readonly<Record<ClaimWord, string>> = { valid: "✓", invalid: "✗", unknown: "?", "not-exercised": "–" };

const words: Readonly<Record<ClaimWord, string>> = { valid: "valid", invalid: "invalid", unknown: "unknown", "not-exercised": "not exercised" };

/** E.g. `✗ invalid`. */
export function verdictLabel(word: ClaimWord): string {
  return `${verdictIcon[word]} ${words[word]}`;
}

/** E.g. `1 operation`, `12,000 operations`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${grouped(count)} ${count === 1 ? noun : plural}`;
}

/** Thousands by commas, whatever the locale of the machine. */
export function grouped(count: number): string {
  const [whole = "", fraction] = String(count).split(".");
  const text = whole.replaceAll(/\B(?=(\d{3})+(?!\d))/g, ",");
  return fraction === undefined ? text : `${text}.${fraction}`;
}

/** A length of time in its fitting unit, e.g. `0.4 ms`, `12 ms`, `3.42 s`, `2 min 5 s`. */
export function duration(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return "no end";
  if (milliseconds < 10) return `${trimmed(milliseconds, 2)} ms`;
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 59_995) return `${trimmed(milliseconds / 1000, 2)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return seconds % 60 === 0 ? `${grouped(seconds / 60)} min` : `${grouped(Math.floor(seconds / 60))} min ${seconds % 60} s`;
}

/** A point on the recorder's clock, always in seconds with milliseconds, so that columns line up: `3.102 s`. */
export function moment(nanoseconds: number): string {
  return Number.isFinite(nanoseconds) ? `${(nanoseconds / 1e9).toFixed(3)} s` : "never";
}

/** E.g. `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[]): string {
  if (items.length < 2) return items[0] ?? "";
  return `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

function trimmed(value: number, digits: number): string {
  return value.toFixed(digits).replace(/\.?0+$/, "");
}
