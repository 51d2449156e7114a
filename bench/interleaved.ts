// Times contenders in turns, so that whatever else the machine does hits them alike. For benchmarks that state ratios.

export interface Timing {
  readonly minimumMs: number;
  readonly medianMs: number;
  readonly count: number;
}

export interface InterleavedOptions {
  /** Each contender is repeated until it has been run so often and took so long in total, whichever comes later. */
  readonly leastCount: number;
  readonly leastTotalMs: number;
  /** A contender that took longer than this in one run is not repeated. */
  readonly patienceMs: number;
}

/** One timing per contender, in order. The first run of each warms up and does not count, unless it was the only one. */
export function interleaved(contenders: readonly (() => unknown)[], options: InterleavedOptions): Timing[] {
  const samples: number[][] = contenders.map(() => []);
  for (let isOpen = true; isOpen;) {
    isOpen = false;
    for (const [index, contender] of contenders.entries()) {
      const times = samples[index] ?? [];
      if (isEnough(times, options)) continue;
      isOpen = true;
      const start = performance.now();
      contender();
      times.push(performance.now() - start);
    }
  }
  return samples.map(timingOf);
}

function isEnough(times: readonly number[], { leastCount, leastTotalMs, patienceMs }: InterleavedOptions): boolean {
  if (times.some((time) => time > patienceMs)) return true;
  return times.length > leastCount && times.reduce((sum, time) => sum + time, 0) >= leastTotalMs;
}

function timingOf(times: readonly number[]): Timing {
  const counted = (times.length > 1 ? times.slice(1) : times).toSorted((one, other) => one - other);
  return { minimumMs: counted[0] ?? Infinity, medianMs: counted[counted.length >> 1] ?? Infinity, count: counted.length };
}
