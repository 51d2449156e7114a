// Bounded response: whenever a condition holds long enough, something answers it in time. For alerts, failover, schedules,
// circuit breakers: checkers of those systems hand in what triggered and what answered, both on the recorder's clock.

/** A condition that held from `fromNs` until `untilNs` (Infinity: until the end of the record). */
export interface Trigger {
  /** What has to answer: a response answers triggers of its own subject only. */
  readonly subject: string;
  readonly fromNs: number;
  readonly untilNs: number;
}

export interface Response {
  readonly subject: string;
  readonly atNs: number;
}

export interface BoundedResponse {
  readonly triggers: readonly Trigger[];
  readonly responses: readonly Response[];
  /** A response must come in [fromNs, fromNs + boundMs]. */
  readonly boundMs: number;
  /** The end of the record: a trigger whose bound lies beyond it is undecided unless it was answered. */
  readonly endNs: number;
}

export interface ResponseJudgement {
  /** Held throughout its bound, and nobody answered within it. */
  readonly missed: readonly Trigger[];
  /** Answered within the bound: how long it took, in order of the triggers. */
  readonly answeredAfterMs: readonly number[];
  /** The condition ended, or the record did, before the bound: no answer was due. */
  readonly undecidedCount: number;
}

/**
 * Sound and complete over the given times: a trigger is missed iff its condition held for the whole bound, the record covers
 * the bound, and no response of its subject lies in it. O(n log n).
 */
export function boundedResponse({ triggers, responses, boundMs, endNs }: BoundedResponse): ResponseJudgement {
  const times = new Map(
    [...Map.groupBy(responses, ({ subject }) => subject)].map(([subject, group]) => [subject, group.map(({ atNs }) => atNs).toSorted((a, b) => a - b)]),
  );
  const missed: Trigger[] = [];
  const answeredAfterMs: number[] = [];
  let undecidedCount = 0;
  for (const trigger of triggers) {
    const dueNs = trigger.fromNs + boundMs * 1e6;
    const answerNs = firstFrom(times.get(trigger.subject) ?? [], trigger.fromNs);
    if (answerNs <= dueNs) answeredAfterMs.push((answerNs - trigger.fromNs) / 1e6);
    else if (trigger.untilNs < dueNs || endNs < dueNs) undecidedCount++;
    else missed.push(trigger);
  }
  return { missed, answeredAfterMs, undecidedCount };
}

function firstFrom(times: readonly number[], fromNs: number): number {
  let [from, to] = [0, times.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((times[middle] ?? Infinity) < fromNs) from = middle + 1;
    else to = middle;
  }
  return times[from] ?? Infinity;
}
