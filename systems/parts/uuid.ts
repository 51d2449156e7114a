// UUIDs of RFC 9562: version 4 (random) and version 7 (time, then a monotone random tail). For the sequencer and for
// whoever needs an id without asking anybody. Chance and time are handed in, so that a simulated run repeats its ids.
import type { Random } from "../../harness/random.ts";

/** The two ordered fields of a version 7 UUID; `tail` is rand_a and rand_b as one number of 74 bits. */
export interface Uuid7Fields {
  /** Milliseconds since the Unix epoch, below 2^48. */
  readonly timeMs: number;
  readonly tail: bigint;
}

const tailBits = 74n;
const tailLimit = 1n << tailBits;
const lowBits = 62n;
const timeLimitMs = 2 ** 48;

/** RFC 9562, section 5.4: 122 random bits. */
export function uuid4(random: Random): string {
  // Four draws rather than sixteen: in a simulation every draw is folded into the trace.
  const hex = [0, 1, 2, 3].map(() => random.u32("uuid4").toString(16).padStart(8, "0")).join("");
  const variant = (8 + (Number.parseInt(hex.charAt(16), 16) & 3)).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** RFC 9562, section 5.7. Text order of the results is the order of (timeMs, tail). @throws RangeError if a field does not fit */
export function encodeUuid7(fields: Uuid7Fields): string {
  const { timeMs, tail } = fields;
  if (!Number.isInteger(timeMs) || timeMs < 0 || timeMs >= timeLimitMs) throw new RangeError(`a time of ${timeMs} ms does not fit 48 bits`);
  if (tail < 0n || tail >= tailLimit) throw new RangeError(`a tail of ${tail} does not fit 74 bits`);
  const high = (BigInt(timeMs) << 16n) | 0x7000n | (tail >> lowBits);
  const low = (0b10n << lowBits) | (tail & ((1n << lowBits) - 1n));
  const hex = high.toString(16).padStart(16, "0") + low.toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const version7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/** Null: not a version 7 UUID of the RFC's variant. */
export function decodeUuid7(text: string): Uuid7Fields | null {
  if (!version7.test(text)) return null;
  const hex = text.replaceAll("-", "");
  const high = BigInt(`0x${hex.slice(0, 16)}`);
  const low = BigInt(`0x${hex.slice(16)}`);
  return { timeMs: Number(high >> 16n), tail: ((high & 0xfffn) << lowBits) | (low & ((1n << lowBits) - 1n)) };
}

/**
 * Version 7 UUIDs that only grow, whatever the clock does (RFC 9562, section 6.2: method 2, monotonic random, and its advice
 * to go on from the last time when the clock went back). Two generators never share a run of tails but by a collision of
 * 73 random bits. Each step adds up to 2^32, so the next id cannot be guessed from the last.
 */
export class Uuid7Generator {
  private readonly random: Random;
  private last: Uuid7Fields = { timeMs: -1, tail: 0n };

  constructor(random: Random) {
    this.random = random;
  }

  /** An id above all that this generator made and above `above`. @throws RangeError past the year 10889 */
  next(wallMs: number, above: Uuid7Fields | null = null): string {
    this.last = this.following(Math.max(wallMs, this.last.timeMs, above === null ? 0 : above.timeMs + 1));
    return encodeUuid7(this.last);
  }

  private following(timeMs: number): Uuid7Fields {
    if (timeMs > this.last.timeMs) return { timeMs, tail: this.freshTail() };
    const tail = this.stepFrom(this.last.tail);
    return tail < tailLimit ? { timeMs, tail } : { timeMs: timeMs + 1, tail: this.freshTail() };
  }

  /** The tail of the next id within the same millisecond. */
  protected stepFrom(tail: bigint): bigint {
    return tail + 1n + BigInt(this.random.u32("uuid7-step"));
  }

  /** 73 random bits; the top bit stays free, as room to count (RFC 9562, section 6.2, counter rollover guarding). */
  protected freshTail(): bigint {
    let tail = 0n;
    for (let word = 0; word < 3; word++) tail = (tail << 32n) | BigInt(this.random.u32("uuid7-tail"));
    return tail & ((tailLimit >> 1n) - 1n);
  }
}
