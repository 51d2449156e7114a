// Numbers as the texts of a history file, exact at any size. For readers and writers.

const form = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?(?:[eE]([+-]?\d{1,6}))?$/;
/** Numbers that would need more zeros than this are kept with an exponent. */
const plainPlaces = 40;
const powerLimit = 999_999;

/**
 * The one text of a number: equal for equal values, whatever their notation (`1.50`, `15e-1`), and nothing is rounded.
 * Undefined if the text is none that JSON and EDN agree on: no leading zeros, no plus, no other bases.
 */
export function canonicalNumber(text: string): string | undefined {
  if (isPlainInteger(text)) return text;
  const [, sign, whole, fraction = "", power = "0"] = form.exec(text) ?? [];
  if (sign === undefined || whole === undefined) return undefined;
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  const kept = withoutZerosAtEnd(digits);
  if (kept === "") return "0";
  const shifted = Number(power) - fraction.length + digits.length - kept.length;
  return Math.abs(shifted) > powerLimit ? undefined : sign + placed(kept, shifted);
}

/** The number, if a double holds it exactly or its decimals return from it unchanged; undefined if it would become another one. */
export function exactNumber(text: string): number | undefined {
  const value = Number(text) + 0; // -0 becomes 0
  if (Number.isInteger(value)) return Number.isSafeInteger(value) && canonicalNumber(text) === String(value) ? value : undefined;
  return Number.isFinite(value) && canonicalNumber(text) === canonicalNumber(String(value)) ? value : undefined;
}

/** True for the common case, in which nothing has to be done. Too short to need an exponent. */
function isPlainInteger(text: string): boolean {
  const first = text.charCodeAt(0) === 0x2d ? 1 : 0;
  if (text.length === first || text.length > plainPlaces) return false;
  if (text.charCodeAt(first) === 0x30) return text === "0";
  for (let index = first; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x30 || code > 0x39) return false;
  }
  return true;
}

/** Not by a regular expression: `0+$` tries every zero of a long number as the beginning. */
function withoutZerosAtEnd(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits.charCodeAt(end - 1) === 0x30) end--;
  return digits.slice(0, end);
}

/** `digits` times ten to the power, without superfluous zeros. */
function placed(digits: string, power: number): string {
  if (Math.abs(power) > plainPlaces) return `${digits}e${power}`;
  if (power >= 0) return digits + "0".repeat(power);
  const point = digits.length + power;
  return point > 0 ? `${digits.slice(0, point)}.${digits.slice(point)}` : `0.${"0".repeat(-point)}${digits}`;
}
