// A set of points that only grows and knows the neighbours of any point: a bitmap with bitmaps of its non-empty words above
// it, 32 to one. For monitors.

export class PointSet {
  /** `levels[0]` has a bit a point, `levels[i + 1]` a bit for each word of `levels[i]`; the last has one word. */
  readonly #levels: Int32Array[] = [];

  /** Empty; for points 0 ... pointCount - 1. */
  constructor(pointCount: number) {
    let size = Math.max(1, pointCount);
    do {
      size = (size + 31) >> 5;
      this.#levels.push(new Int32Array(size));
    } while (size > 1);
  }

  add(point: number): void {
    let place = point;
    for (const words of this.#levels) {
      words[place >> 5]! |= 1 << (place & 31); // in bounds by construction, here and below
      place >>= 5;
    }
  }

  /** The greatest element up to a point; -1 if there is none. */
  atOrBefore(point: number): number {
    let place = point;
    for (let level = 0; level < this.#levels.length; level++) {
      if (place < 0) return -1;
      const words = this.#levels[level]!;
      // Bits above the place are shifted out: `2 << 31` is 0 and keeps all.
      const word = words[place >> 5]! & ((2 << (place & 31)) - 1);
      if (word !== 0) return this.#down(level, ((place >> 5) << 5) + 31 - Math.clz32(word), last);
      place = (place >> 5) - 1;
    }
    return -1;
  }

  /** The least element from a point; -1 if there is none. */
  atOrAfter(point: number): number {
    let place = point;
    for (let level = 0; level < this.#levels.length; level++) {
      const words = this.#levels[level]!;
      if (place >> 5 >= words.length) return -1;
      const word = words[place >> 5]! & (-1 << (place & 31));
      if (word !== 0) return this.#down(level, ((place >> 5) << 5) + first(word), first);
      place = (place >> 5) + 1;
    }
    return -1;
  }

  /** From a non-empty word of a level to the element in it that `choose` names, word by word. */
  #down(from: number, start: number, choose: (word: number) => number): number {
    let place = start;
    for (let level = from - 1; level >= 0; level--) place = (place << 5) + choose(this.#levels[level]![place]!);
    return place;
  }
}

function last(word: number): number {
  return 31 - Math.clz32(word);
}

function first(word: number): number {
  return 31 - Math.clz32(word & -word);
}
