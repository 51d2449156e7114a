// A hybrid logical clock (Kulkarni, Demirbas et al., OPODIS 2014): near physical time, and above everything it was told of.
// With the codec of its ids. Synchronous.

export interface HybridTime {
  /** Milliseconds since the Unix epoch, below 2^48. */
  readonly timeMs: number;
  /** Events within the millisecond, below 2^16. */
  readonly counter: number;
}

const counterLimit = 2 ** 16;
const nodeBits = 10n;
export const hybridNodeCount = 1024;
/** Ids of one node that follow each other in one millisecond are this far apart. */
export const hybridStride = 1024;

export class HybridClock {
  private last: HybridTime = { timeMs: 0, counter: 0 };

  /** The last time given or heard of. */
  get now(): HybridTime {
    return this.last;
  }

  /** Begins where an earlier incarnation cannot have been. */
  startAbove(timeMs: number): void {
    this.last = { timeMs, counter: counterLimit - 1 };
  }

  /** From now on every tick is above `heard`. */
  merge(heard: HybridTime): void {
    if (isBelow(this.last, heard)) this.last = heard;
  }

  /** A time above all before it, and at least the wall's. */
  tick(wallMs: number): HybridTime {
    const { timeMs, counter } = this.last;
    if (wallMs > timeMs) this.last = { timeMs: wallMs, counter: 0 };
    else this.last = counter + 1 < counterLimit ? { timeMs, counter: counter + 1 } : { timeMs: timeMs + 1, counter: 0 };
    return this.last;
  }
}

/** Decimal text of 48 bits of time, 16 of counter, 10 of node: numeric order is the order of time, then counter. */
export function encodeHybridId(time: HybridTime, node: number): string {
  return ((BigInt(time.timeMs) << 26n) | (BigInt(time.counter) << nodeBits) | BigInt(node)).toString();
}

/** Null: not the decimal text of 74 bits. */
export function decodeHybridId(id: string): HybridTime | null {
  if (!/^(0|[1-9]\d{0,22})$/.test(id)) return null;
  const value = BigInt(id);
  return value >> 74n === 0n ? { timeMs: Number(value >> 26n), counter: Number((value >> nodeBits) & 0xffffn) } : null;
}

function isBelow(a: HybridTime, b: HybridTime): boolean {
  return a.timeMs < b.timeMs || (a.timeMs === b.timeMs && a.counter < b.counter);
}
