// Seeded chance, forked by name, so that one more draw here shifts no draw there. Pure; for everything that draws.

export interface Random {
  /** An independent stream; the same name gives the same stream, whatever was drawn before. */
  fork(name: string): Random;
  /** Uniform in [0, 2^32). Labels name the draw: a replay that asks for another one has diverged. */
  u32(label: string): number;
  /** Uniform integer in [0, bound). @throws RangeError unless 1 <= bound <= 2^32 */
  below(bound: number, label: string): number;
  /** Uniform integer in [low, high], both ends included. */
  between(low: number, high: number, label: string): number;
  /** Uniform in [0, 1), 32 bits of resolution. */
  float(label: string): number;
  /** True with the given probability. */
  chance(probability: number, label: string): boolean;
  /** One element, uniformly. @throws RangeError if empty */
  pick<T>(items: readonly T[], label: string): T;
  /** A new array in random order (Fisher-Yates). */
  shuffle<T>(items: readonly T[], label: string): T[];
  bytes(count: number, label: string): Uint8Array;
  /** A version 4 UUID (RFC 9562, section 5.4). */
  uuid(label: string): string;
}

/** Sees every draw of a stream and of its forks; the simulation folds draws into the trace hash. */
export type DrawObserver = (label: string, value: number) => void;

/** A stream of its own for `seed`. 128 bits of state (sfc32 by Chris Doty-Humphrey, PractRand). */
export function seededRandom(seed: string, observer?: DrawObserver): Random {
  return new Sfc32Random(seed, observer);
}

/** 32-bit hash of a string (FNV-1a with a murmur finish), the same on every platform. For seeds and trace hashes, not for secrets. */
export function hashString(text: string, basis = 0x811c9dc5): number {
  let hash = basis >>> 0;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return mix(hash);
}

function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

const warmUpRounds = 12;

class Sfc32Random implements Random {
  readonly #seed: string;
  readonly #observer: DrawObserver | undefined;
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: string, observer: DrawObserver | undefined) {
    this.#seed = seed;
    this.#observer = observer;
    this.#a = hashString(seed) | 0;
    this.#b = hashString(seed, 0x9e3779b9) | 0;
    this.#c = hashString(seed, 0x2545f491) | 0;
    for (let round = 0; round < warmUpRounds; round++) this.#next();
  }

  fork(name: string): Random {
    return new Sfc32Random(`${this.#seed}/${name}`, this.#observer);
  }

  u32(label: string): number {
    const value = this.#next();
    this.#observer?.(label, value);
    return value;
  }

  below(bound: number, label: string): number {
    if (!Number.isInteger(bound) || bound < 1 || bound > 0x1_0000_0000) throw new RangeError(`below(${bound}): the bound must be an integer from 1 to 2^32`);
    // Multiply-shift (Lemire 2019) without the rejection step: the bias is below 2^-20 for every bound used here.
    return Math.floor((this.u32(label) / 0x1_0000_0000) * bound);
  }

  between(low: number, high: number, label: string): number {
    return low + this.below(high - low + 1, label);
  }

  float(label: string): number {
    return this.u32(label) / 0x1_0000_0000;
  }

  chance(probability: number, label: string): boolean {
    return this.float(label) < probability;
  }

  pick<T>(items: readonly T[], label: string): T {
    if (items.length === 0) throw new RangeError(`pick(${label}): nothing to pick from`);
    return items[this.below(items.length, label)] as T;
  }

  shuffle<T>(items: readonly T[], label: string): T[] {
    const shuffled = [...items];
    for (let index = shuffled.length - 1; index > 0; index--) {
      const other = this.below(index + 1, label);
      [shuffled[index], shuffled[other]] = [shuffled[other] as T, shuffled[index] as T];
    }
    return shuffled;
  }

  bytes(count: number, label: string): Uint8Array {
    const bytes = new Uint8Array(count);
    for (let index = 0, word = 0; index < count; index++) {
      word = index % 4 === 0 ? this.u32(label) : word >>> 8;
      bytes[index] = word & 0xff;
    }
    return bytes;
  }

  uuid(label: string): string {
    const bytes = this.bytes(16, label);
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  #next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
}
