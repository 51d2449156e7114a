// Words of a command line, an environment variable or a configuration file, turned into values or into one clear sentence.
import { UsageError } from "../harness/errors.ts";

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 };

/** `10s`, `1.5m`, `500ms`, `2h`: milliseconds, more than zero. A number without a unit is refused, since nobody knows what was meant. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/i.exec(text.trim());
  const value = Number(match?.[1]) * (unitsMs[match?.[2]?.toLowerCase() ?? ""] ?? Number.NaN);
  if (Number.isFinite(value) && value > 0) return value;
  const wayOut =
    /^\d+(\.\d+)?$/.test(text.trim()) && Number(text) > 0
      ? `Write the unit: ${text.trim()}s or ${text.trim()}ms.`
      : "Write a number and a unit: 500ms, 10s, 1.5m, 2h.";
  throw new UsageError("bad-duration", `"${shown(text)}" is not a duration.`, wayOut);
}

export interface Bounds {
  readonly minimum: number;
  readonly maximum: number;
}

/** A whole number within bounds, in decimal digits: `NaN`, `1e3`, `0x10` and `-1` are refused. */
export function parseCount(text: string, { minimum, maximum }: Bounds): number {
  const value = /^\d{1,15}$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (value >= minimum && value <= maximum) return value;
  throw new UsageError(
    "bad-count",
    `"${shown(text)}" is not a whole number from ${minimum} to ${maximum}.`,
    `Write it in digits, e.g. ${Math.max(minimum, Math.min(maximum, 3))}.`,
  );
}

/** Operations a second: a number above zero, decimals allowed, `hz` behind it allowed. */
export function parseRate(text: string, maximum: number): number {
  const match = /^(\d+(?:\.\d+)?)(?:\s*hz)?$/i.exec(text.trim());
  const value = Number(match?.[1] ?? Number.NaN);
  if (value > 0 && value <= maximum) return value;
  throw new UsageError("bad-rate", `"${shown(text)}" is not a rate above 0 and up to ${maximum} operations a second.`, "Write a number, e.g. 20 or 0.5.");
}

/** A seed is a word, not a number: letters, digits, `.`, `_`, `-`. */
export function parseSeed(text: string): string {
  if (/^[A-Za-z0-9._-]{1,100}$/.test(text) && text !== "NaN") return text;
  throw new UsageError("bad-seed", `"${shown(text)}" is not a seed.`, "Write letters, digits, dots or dashes, at most 100, e.g. 7 or nightly-2026.");
}

/** `a,b,c`: at least one name, no empty one, none twice. */
export function parseNames(text: string): readonly string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.some((name) => name === ""))
    throw new UsageError("bad-list", `"${shown(text)}" has an empty name in it.`, "Write names with commas between them: a,b,c.");
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new UsageError("bad-list", `"${shown(twice)}" is in the list twice.`, "Name it once.");
  return names;
}

/** One of a few words. */
export function parseSwitch(text: string): boolean {
  if (["true", "1", "yes", "on"].includes(text.toLowerCase())) return true;
  if (["false", "0", "no", "off", ""].includes(text.toLowerCase())) return false;
  throw new UsageError("bad-switch", `"${shown(text)}" is neither on nor off.`, "Write true or false.");
}

/** A word for people's shells: quoted only if it must be. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9@%+=:,./_-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** User text in a message: one line, bounded, nothing that a terminal would obey. */
function shown(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
