// When faults begin and how long they last. For nemeses.
import type { Random } from "../harness/random.ts";

/** A stretch of the fault phase: `0 <= atMs`, `1 <= durationMs`, and the end is within the phase. Whole milliseconds. */
export interface Window {
  readonly atMs: number;
  readonly durationMs: number;
}

export interface Rhythm {
  /** Length of the fault phase. */
  readonly durationMs: number;
  /** Bounds of one fault. */
  readonly shortestMs: number;
  readonly longestMs: number;
  /** Bounds of the calm before each. */
  readonly calmMs: readonly [number, number];
}

/** One fault after the other with calm between them, until the phase is over. At least one if the phase has room for it. */
export function alternating(random: Random, rhythm: Rhythm): Window[] {
  const windows: Window[] = [];
  let atMs = calm(random, rhythm);
  // A first gap that swallows the whole phase would make the nemesis empty.
  if (atMs + rhythm.shortestMs > rhythm.durationMs) atMs = 0;
  while (atMs + 1 < rhythm.durationMs) {
    const durationMs = lasting(random, rhythm, rhythm.durationMs - atMs);
    windows.push({ atMs, durationMs });
    atMs += durationMs + calm(random, rhythm);
  }
  return windows;
}

/** So many faults at independent times; they may overlap. Sorted by their beginning. */
export function scattered(random: Random, count: number, rhythm: Omit<Rhythm, "calmMs">): Window[] {
  const windows = Array.from({ length: count }, () => {
    const atMs = random.below(Math.max(1, rhythm.durationMs - 1), "fault-at");
    return { atMs, durationMs: lasting(random, rhythm, rhythm.durationMs - atMs) };
  });
  return windows.toSorted((a, b) => a.atMs - b.atMs);
}

/** Log-uniform between the bounds: short faults find other bugs than long ones, and both must be common. */
function lasting(random: Random, { shortestMs, longestMs }: Pick<Rhythm, "shortestMs" | "longestMs">, roomMs: number): number {
  const drawn = Math.round(shortestMs * (longestMs / shortestMs) ** random.float("fault-length"));
  return Math.max(1, Math.min(drawn, roomMs));
}

function calm(random: Random, { calmMs: [least, most] }: Rhythm): number {
  return random.between(least, most, "calm");
}

/** A number of so many per 10 s, for a phase of this length; at least 1. */
export function perTenSeconds(count: number, durationMs: number): number {
  return Math.max(1, Math.round((count * durationMs) / 10_000));
}
