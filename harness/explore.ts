// Many plans, one after the other or side by side; results arrive in the order of the plans, whatever finished first, so
// that the first violation is the same one with one worker as with eight. For explore, bugs and campaign.
import { countsAsSeed, type RunDigest } from "./digest.ts";
import type { Plan } from "./plan.ts";

export interface Trial {
  readonly index: number;
  readonly plan: Plan;
}

/** Runs one plan, here or in a worker. Never rejects for what a run can do: a hang or a crash is a digest as well. */
export type Execute = (trial: Trial) => Promise<RunDigest>;

export interface ExploreOptions {
  readonly plans: Iterable<Plan>;
  readonly execute: Execute;
  /** Stop at the first digest for which this holds; it is the last that is given. Default: at none. */
  readonly stopAt?: (digest: RunDigest) => boolean;
  /** At most so many plans. Default: as many as `plans` has. */
  readonly seeds?: number;
  /** Start no further plan after this time. Default: no limit. */
  readonly timeMs?: number;
  /** Milliseconds, monotonic. */
  readonly clock: () => number;
  /** How many plans may be under way together. */
  readonly parallel: number;
  /** No further plan is started, and what is still under way is not waited for. */
  readonly signal?: AbortSignal;
  /** Index of the first plan, default 0. */
  readonly firstIndex?: number;
}

/** Streams the digests in order of their index. The caller counts them with `Tally`. */
export async function* explore(options: ExploreOptions): AsyncGenerator<RunDigest, void, undefined> {
  const { execute, signal, stopAt = () => false } = options;
  const aborted = abortion(signal);
  const trials = trialsOf(options);
  const underWay: Promise<RunDigest>[] = [];
  const fill = (): void => {
    while (underWay.length < options.parallel) {
      const next = signal?.aborted === true ? undefined : trials.next();
      if (next === undefined || next.done === true) return;
      underWay.push(started(execute(next.value)));
    }
  };
  try {
    for (;;) {
      fill();
      const oldest = underWay.shift();
      if (oldest === undefined) return;
      const digest = await Promise.race([oldest, aborted.promise]);
      if (digest === undefined) return;
      yield digest;
      if (stopAt(digest)) return;
    }
  } finally {
    aborted.forget();
  }
}

function* trialsOf({ plans, seeds = Infinity, timeMs = Infinity, clock, firstIndex = 0 }: ExploreOptions): Generator<Trial, undefined, undefined> {
  const startMs = clock();
  let count = 0;
  const iterator = plans[Symbol.iterator]();
  while (count < seeds && clock() - startMs < timeMs) {
    const next = iterator.next();
    if (next.done === true) return;
    yield { index: firstIndex + count++, plan: next.value };
  }
}

/** A rejection is reported when its turn comes, not as an unhandled one before. */
function started(run: Promise<RunDigest>): Promise<RunDigest> {
  run.catch(() => undefined);
  return run;
}

function abortion(signal: AbortSignal | undefined): { readonly promise: Promise<undefined>; forget(): void } {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const onAbort = (): void => resolve(undefined);
  if (signal?.aborted === true) onAbort();
  signal?.addEventListener("abort", onAbort, { once: true });
  return { promise, forget: () => signal?.removeEventListener("abort", onAbort) };
}

/** The counts of a search, kept up while it streams. Only seeds that show something count (contract 11). */
export class Tally {
  runCount = 0;
  /** Runs with at least 20 ok operations and an effective fault. */
  countedCount = 0;
  invalidCount = 0;
  unknownCount = 0;
  stuckCount = 0;
  crashedCount = 0;
  wallMs = 0;
  /** The first digest of each failure class, and how often the class was seen. */
  readonly classes: Map<string, { readonly first: RunDigest; count: number }> = new Map();

  add(digest: RunDigest): void {
    this.runCount++;
    this.wallMs += digest.wallMs;
    if (countsAsSeed(digest)) this.countedCount++;
    if (digest.verdict === "invalid") this.invalidCount++;
    if (digest.verdict === "unknown") this.unknownCount++;
    if (digest.ending === "stuck") this.stuckCount++;
    if (digest.ending === "crashed") this.crashedCount++;
    if (digest.failureClass === null) return;
    const seen = this.classes.get(digest.failureClass);
    if (seen === undefined) this.classes.set(digest.failureClass, { first: digest, count: 1 });
    else seen.count++;
  }
}
