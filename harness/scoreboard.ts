// How good the tester is at finding planted bugs, as numbers with their uncertainty. For `bugs`, nightly jobs and docs/scoreboard.md.
import { accuses, countsAsSeed, type RunDigest } from "./digest.ts";
import type { PlanSize } from "./shrink.ts";
import type { Bug } from "./system.ts";
import { median, medianLength, ruleOfThree, wilsonInterval, type Attempt, type Interval } from "./wilson.ts";

/** All runs of one search, in order of their seeds; of a planted bug, or (without `bug`) of the correct system. */
export interface SearchRecord {
  readonly system: string;
  readonly variant: string;
  readonly runtime: string;
  /** Names of the nemeses, e.g. `swarm, targeted`. */
  readonly nemeses: string;
  readonly bug?: Pick<Bug, "name" | "id" | "accusedBy" | "difficulty" | "imitates">;
  readonly runs: readonly SearchedRun[];
  /** Of those finds that were shrunk. */
  readonly shrunk: readonly ShrunkFind[];
}

/** What the scoreboard keeps of a run. */
export interface SearchedRun {
  /** The claim that must accuse the bug did; in the correct system: any claim was violated. */
  readonly isFound: boolean;
  /** The claim of the first violation, whichever it was; null without one. */
  readonly detector: string | null;
  readonly isCounted: boolean;
  readonly okCount: number;
  readonly effectiveCount: number;
  readonly skippedCount: number;
  readonly wallMs: number;
}

interface ShrunkFind {
  readonly before: PlanSize;
  readonly after: PlanSize;
  readonly runCount: number;
  readonly elapsedMs: number;
}

/** @param accusedBy of the bug; undefined in the correct system, where every violation is a false alarm */
export function searchedRun(digest: RunDigest, accusedBy: string | undefined): SearchedRun {
  const { okCount, effectiveCount, skippedCount, wallMs, failureClass, verdict } = digest;
  return {
    isFound: accusedBy === undefined ? verdict === "invalid" : accuses(digest, accusedBy),
    detector: verdict === "invalid" && failureClass !== null ? (failureClass.split("/")[0] ?? null) : null,
    isCounted: countsAsSeed(digest),
    okCount,
    effectiveCount,
    skippedCount,
    wallMs,
  };
}

export interface ScoreRow {
  readonly record: SearchRecord;
  readonly runCount: number;
  readonly countedCount: number;
  readonly foundCount: number;
  /** Share of all runs that found it, at 95 %. All runs, not only those that count: a share that flatters nobody. */
  readonly interval: Interval;
  /** Of one attempt after the other until the next find; undefined if the bug was found too seldom to tell. */
  readonly medianSeeds: number | undefined;
  /** The same in seconds of one core. */
  readonly medianSeconds: number | undefined;
  /** Claims that were violated first, most frequent first, with how often. */
  readonly detectors: readonly (readonly [claim: string, count: number])[];
  readonly medianOk: number | undefined;
  readonly medianEffective: number | undefined;
  readonly medianSkipped: number | undefined;
  readonly medianShrunk: { readonly operations: number; readonly faults: number; readonly seconds: number } | undefined;
  /** Upper bound at 95 % of the rate of false alarms, from the runs that count; undefined for bugs and after an alarm. */
  readonly falseAlarmBound: number | undefined;
}

export function scoreRow(record: SearchRecord): ScoreRow {
  const { runs, shrunk } = record;
  const foundCount = runs.filter((run) => run.isFound).length;
  const countedCount = runs.filter((run) => run.isCounted).length;
  const seconds = medianLength(attempts(runs, (run) => run.wallMs / 1_000));
  return {
    record,
    runCount: runs.length,
    countedCount,
    foundCount,
    interval: wilsonInterval(foundCount, runs.length),
    medianSeeds: medianLength(attempts(runs, () => 1)),
    medianSeconds: seconds,
    detectors: frequencies(runs.flatMap((run) => run.detector ?? [])),
    medianOk: median(runs.map((run) => run.okCount)),
    medianEffective: median(runs.map((run) => run.effectiveCount)),
    medianSkipped: median(runs.map((run) => run.skippedCount)),
    medianShrunk: medianShrunk(shrunk),
    falseAlarmBound: record.bug === undefined && foundCount === 0 ? ruleOfThree(countedCount) : undefined,
  };
}

/** Seeds are independent, so every find ends one repetition of "search until found" and begins the next; the last is cut off. */
function attempts(runs: readonly SearchedRun[], cost: (run: SearchedRun) => number): readonly Attempt[] {
  const ended: Attempt[] = [];
  let length = 0;
  for (const run of runs) {
    length += cost(run);
    if (!run.isFound) continue;
    ended.push({ length, isFound: true });
    length = 0;
  }
  return length > 0 ? [...ended, { length, isFound: false }] : ended;
}

function frequencies(words: readonly string[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

function medianShrunk(shrunk: readonly ShrunkFind[]): ScoreRow["medianShrunk"] {
  const operations = median(shrunk.map(({ after }) => after.operationCount));
  const faults = median(shrunk.map(({ after }) => after.faultCount));
  const ms = median(shrunk.map(({ elapsedMs }) => elapsedMs));
  return operations === undefined || faults === undefined || ms === undefined ? undefined : { operations, faults, seconds: ms / 1_000 };
}

/** Whether the row shows the tester at work: found, and the claim that must accuse it is the one that most often did first. */
export function isAsExpected(row: ScoreRow): boolean {
  const { bug } = row.record;
  return bug === undefined ? row.foundCount === 0 : row.foundCount > 0;
}
