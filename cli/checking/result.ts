// What all threads of a check together have found. For the command that prints it.
import { assert } from "../../harness/errors.ts";
import type { VerdictWord } from "../../harness/verdict.ts";
import { countOf } from "../../checkers/shown.ts";
import { maximalPartitionsListed, maximalStepsListed } from "./linearization.ts";
import type { Decided, HistorySize, Part, PartitionLinearization, Stopped, Violation } from "./part.ts";
import { whyDecided } from "./why.ts";

export interface CheckResult {
  readonly verdict: VerdictWord;
  readonly isInterrupted: boolean;
  /** One sentence without its full stop. */
  readonly why: string;
  /** Which algorithms decided, and why those; for `unknown`, those that were at work. */
  readonly algorithms: readonly string[];
  /** `decided by ...`; empty if nothing was. */
  readonly whyThose: string;
  /** undefined: the file was not read to its end. */
  readonly size: HistorySize | undefined;
  /** Of deciding, without reading. */
  readonly milliseconds: number;
  /** The most that the process ever held, resident. */
  readonly peakMemoryBytes: number;
  readonly violation: Violation | undefined;
  /** When valid: of every partition, in their order. */
  readonly linearizations: readonly PartitionLinearization[];
  readonly steps: number;
  readonly configurations: number;
  readonly deepest: number;
  readonly partitionsDecided: number;
  /** How many were at work at once, at most. */
  readonly threadCount: number;
}

export interface Found {
  readonly size: HistorySize | undefined;
  readonly parts: readonly Part[];
  /** Besides those of the parts. */
  readonly stopped: readonly Stopped[];
  /** A violation whose witness may not have been found. */
  readonly refuted: Violation | undefined;
  readonly extraSteps: number;
  readonly threadCount: number;
  /** Ended from outside. */
  readonly isCutShort: boolean;
  readonly endedAtMs: number;
}

export function resultOf(found: Found): CheckResult {
  const { size, parts, isCutShort } = found;
  const violation = parts.find((part) => part.violation !== undefined)?.violation ?? cutOff(found);
  const stopped = [...found.stopped, ...parts.flatMap((part) => part.stopped)];
  const decided = merged(parts.flatMap((part) => part.decided));
  const partitionsDecided = decided.reduce((sum, { count }) => sum + count, 0);
  const verdict = violation !== undefined ? "invalid" : stopped.length > 0 || size === undefined || size.completed === 0 ? "unknown" : "valid";
  assert(verdict !== "valid" || partitionsDecided === size?.partitions, `${partitionsDecided} decided partitions are not all of ${size?.partitions ?? 0}`);
  const linearizations = verdict === "valid" ? listed(parts.flatMap((part) => part.linearizations)) : [];
  const deciders = violation === undefined ? decided : [{ by: violation.by, because: violation.because, count: 1 }];
  const names = verdict === "unknown" ? [...deciders.map(({ by }) => by), ...stopped.map(({ by }) => by)] : deciders.map(({ by }) => by);
  return {
    verdict,
    isInterrupted: verdict !== "invalid" && stopped.some(({ reason }) => reason === "interrupted"),
    why: violation?.why ?? (verdict === "unknown" ? whyUnknown(found, { stopped, partitionsDecided }) : whyValid(found)),
    algorithms: [...new Set(names.filter((name) => name !== ""))],
    whyThose: whyDecided(deciders),
    size,
    milliseconds: size === undefined ? 0 : Math.max(0, (isCutShort ? found.endedAtMs : lastEnd(parts, found.endedAtMs)) - size.readAtMs),
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    violation,
    linearizations,
    steps: found.extraSteps + parts.reduce((sum, { steps }) => sum + steps, 0),
    configurations: parts.reduce((sum, { configurations }) => sum + configurations, 0),
    deepest: parts.reduce((most, { deepest }) => Math.max(most, deepest), 0),
    partitionsDecided,
    threadCount: found.threadCount,
  };
}

function lastEnd(parts: readonly Part[], otherwiseMs: number): number {
  return parts.length === 0 ? otherwiseMs : Math.max(...parts.map(({ finishedAtMs }) => finishedAtMs));
}

/** A refutation holds without its witness. */
function cutOff({ refuted }: Found): Violation | undefined {
  return refuted === undefined ? undefined : { ...refuted, why: `${refuted.why}; the limits ended before a smallest witness was found` };
}

/** The same algorithm for the same reason in several threads is one entry. */
function merged(decided: readonly Decided[]): Decided[] {
  const groups = new Map<string, Decided>();
  for (const each of decided) {
    const key = `${each.by}: ${each.because}`;
    groups.set(key, { ...each, count: each.count + (groups.get(key)?.count ?? 0) });
  }
  return [...groups.values()];
}

function whyUnknown({ size }: Found, { stopped, partitionsDecided }: { readonly stopped: readonly Stopped[]; readonly partitionsDecided: number }): string {
  const [first] = stopped;
  if (first === undefined || size === undefined) return first?.why ?? "no operation was completed, so nothing was tested";
  const others = size.partitions - partitionsDecided - 1;
  return others > 0 ? `${first.why}; ${countOf(others, "more partition")} ${others === 1 ? "was" : "were"} not decided either` : first.why;
}

function whyValid({ size }: Found): string {
  return `${countOf(size?.completed ?? 0, "completed operation")} ${size?.completed === 1 ? "has" : "have"} a legal order that respects real time`;
}

/** In the order of the history, cut to what one answer may hold. */
function listed(linearizations: readonly PartitionLinearization[]): PartitionLinearization[] {
  let room = maximalStepsListed;
  return linearizations
    .toSorted((one, other) => one.index - other.index)
    .slice(0, maximalPartitionsListed)
    .map((linearization) => {
      const steps = linearization.steps.slice(0, room);
      room -= steps.length;
      return { ...linearization, steps, omitted: linearization.omitted + linearization.steps.length - steps.length };
    });
}
