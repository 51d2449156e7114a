// Watches: every change once, in order, none left out. For stores with a change feed.
//
// An answer to `watch from R` speaks for all revisions from R up to, not including, its `next`. So every answer is a complete
// statement about an interval, and answers and acknowledged writes can be held against each other without knowing which
// connection saw what.
import type { Checker, Limits, Property } from "../harness/checker.ts";
import type { History } from "../harness/history.ts";
import type { Verdict } from "../harness/verdict.ts";
import { compareDecimals } from "./decimal.ts";
import { broken, held, notExercised, stopped, undecided, verdictOf, type Finding } from "./finding.ts";
import { inversions } from "./real-time-order.ts";
import { countOf } from "./shown.ts";
import {
  acknowledgedOf,
  answersOf,
  eventKey,
  feedEnds,
  firstFrom,
  knownEvents,
  showWatch,
  type KnownEvent,
  type WatchAnswer,
  type WatchEvent,
  type WatchInput,
  type WatchOperation,
  type WatchOutput,
} from "./watch-history.ts";

const properties: readonly Property[] = [
  { id: "ordered", text: "The changes of an answer come by revision, none from outside the interval that the answer speaks for." },
  { id: "no-duplicate", text: "No answer shows one change (revision and key) twice." },
  { id: "gapless", text: "An answer shows every change of its interval that any other answer shows or a writer was told of, or says that it was compacted." },
  { id: "consistent", text: "Whoever speaks of a change says the same value, and it is one that somebody had begun to write to that key." },
  { id: "applied-once", text: "No write appears at two revisions." },
  { id: "revisions-increase", text: "If one write was acknowledged before another began, its revision is lower." },
  { id: "complete", text: "After all faults have healed, the feed of every node reaches the last acknowledged write." },
];

/**
 * Sound for stores whose answers are complete for [from, next): accusations rest on acknowledged writes and answers only, an
 * indeterminate write may appear at any revision or never. Values must be unique in a run. Complete for changes that at
 * least one answer shows or a writer was told of. Time O(n log n) in the number of changes shown.
 */
export function watchChecker(): Checker<WatchInput, WatchOutput> {
  return { name: "watch", properties, check };
}

/** Operations that contradict a property, and why. */
interface Conflict {
  readonly operations: readonly WatchOperation[];
  readonly explanation: string;
}

function check(history: History<WatchInput, WatchOutput>, limits: Limits): Verdict {
  const answers = answersOf(history.operations);
  const stop = limits.spend(answers.reduce((sum, answer) => sum + answer.events.length, history.operations.length) * 4);
  if (stop !== undefined) return stopped(properties, stop);
  const acknowledged = acknowledgedOf(history.operations);
  const known = knownEvents(acknowledged, answers);
  const findings = [
    findingOf("ordered", answers.length, answers.flatMap(disorder)),
    findingOf("no-duplicate", answers.length, answers.flatMap(duplicates)),
    findingOf(
      "gapless",
      answers.length,
      answers.flatMap((answer) => gaps(answer, known)),
    ),
    findingOf("consistent", answers.length, [...contradictions(answers, known), ...inventions(history.operations, known)]),
    findingOf("applied-once", known.length, repetitions(known)),
    findingOf("revisions-increase", acknowledged.length, revisionFalls(acknowledged)),
    completeFinding(answers, acknowledged),
  ];
  const compactedCount = answers.filter(({ isCompacted }) => isCompacted).length;
  return verdictOf(findings, { answerCount: answers.length, changeCount: known.length, acknowledgedCount: acknowledged.length, compactedCount });
}

function disorder({ operation, events, from, next }: WatchAnswer): Conflict[] {
  if (compareDecimals(next, from) < 0)
    return [{ operations: [operation], explanation: `process ${operation.process} watched from ${from} and was sent back to ${next}` }];
  const index = events.findIndex(({ revision }, position) => compareDecimals(revision, events[position - 1]?.revision ?? revision) < 0);
  if (index >= 0)
    return [
      {
        operations: [operation],
        explanation: `process ${operation.process} was shown revision ${events[index]?.revision} after ${events[index - 1]?.revision}`,
      },
    ];
  const stray = events.find(({ revision }) => compareDecimals(revision, from) < 0 || compareDecimals(revision, next) >= 0);
  return stray === undefined
    ? []
    : [{ operations: [operation], explanation: `process ${operation.process} was shown revision ${stray.revision} in an answer from ${from} up to ${next}` }];
}

function duplicates({ operation, events }: WatchAnswer): Conflict[] {
  const seen = new Set<string>();
  for (const event of events) {
    if (seen.has(eventKey(event)))
      return [
        { operations: [operation], explanation: `process ${operation.process} was shown revision ${event.revision} of ${event.key} twice in one answer` },
      ];
    seen.add(eventKey(event));
  }
  return [];
}

function gaps({ operation, events, from, next, isCompacted }: WatchAnswer, known: readonly KnownEvent[]): Conflict[] {
  if (isCompacted) return [];
  const expected = known.slice(firstFrom(known, from), firstFrom(known, next));
  if (expected.length <= events.length && events.every((event, index) => isSame(event, expected[index]))) return [];
  const seen = new Set(events.map(eventKey));
  const gap = expected.find((event) => !seen.has(eventKey(event)));
  if (gap === undefined) return [];
  const basis = gap.source.input.f === "watch" ? `process ${gap.source.process} was shown it` : `process ${gap.source.process} wrote it`;
  return [
    {
      operations: [gap.source, operation],
      explanation: `process ${operation.process} watched from ${from} up to ${next} without revision ${gap.revision} of ${gap.key}; ${basis}`,
    },
  ];
}

function isSame(a: WatchEvent, b: WatchEvent | undefined): boolean {
  return b !== undefined && a.revision === b.revision && a.key === b.key;
}

function contradictions(answers: readonly WatchAnswer[], known: readonly KnownEvent[]): Conflict[] {
  const truth = new Map(known.map((event) => [eventKey(event), event]));
  return answers.flatMap(({ operation, events }) =>
    events.flatMap((event) => {
      const first = truth.get(eventKey(event));
      if (first === undefined || first.value === event.value) return [];
      return [
        {
          operations: [first.source, operation],
          explanation: `revision ${event.revision} of ${event.key} is ${first.value ?? "a deletion"} for process ${first.source.process} and ${event.value ?? "a deletion"} for process ${operation.process}`,
        },
      ];
    }),
  );
}

/** Changes that nobody can have caused: no attempt that began before the answer ended and did not certainly fail. */
function inventions(operations: readonly WatchOperation[], known: readonly KnownEvent[]): Conflict[] {
  const begun = new Map<string, number>();
  for (const { input, type, invokedIndex } of operations) {
    if (input.f === "watch" || type === "fail") continue;
    const change = changeKey(input.key, input.f === "put" ? input.value : null);
    if (!begun.has(change)) begun.set(change, invokedIndex);
  }
  return known.flatMap(({ source, key, value, revision }) => {
    if ((begun.get(changeKey(key, value)) ?? Infinity) < source.completedIndex) return [];
    const what = value === null ? `a deletion of ${key}` : `${key} = ${value}`;
    return [{ operations: [source], explanation: `process ${source.process} was shown ${what} at revision ${revision}, which nobody had begun to write` }];
  });
}

function changeKey(key: string, value: string | null): string {
  return JSON.stringify([key, value]);
}

function repetitions(known: readonly KnownEvent[]): Conflict[] {
  const first = new Map<string, KnownEvent>();
  return known.flatMap((event) => {
    if (event.value === null) return [];
    const earlier = first.get(changeKey(event.key, event.value));
    if (earlier === undefined) first.set(changeKey(event.key, event.value), event);
    if (earlier === undefined || compareDecimals(earlier.revision, event.revision) === 0) return [];
    const operations = earlier.source === event.source ? [event.source] : [earlier.source, event.source];
    return [{ operations, explanation: `${event.key} = ${event.value} appears at revision ${earlier.revision} and again at ${event.revision}` }];
  });
}

function revisionFalls(acknowledged: readonly KnownEvent[]): Conflict[] {
  const growths = acknowledged.map((event) => ({ operation: event.source, low: event.revision, high: event.revision }));
  return inversions(growths, { compare: compareDecimals, isStrict: true }).map(({ earlier, later }) => ({
    operations: [earlier.operation, later.operation],
    explanation: `the write of process ${earlier.operation.process} got revision ${earlier.high} before process ${later.operation.process} wrote at ${later.low}, which is not above it`,
  }));
}

function completeFinding(answers: readonly WatchAnswer[], acknowledged: readonly KnownEvent[]): Finding {
  if (acknowledged.length === 0) return notExercised("complete", "No write was acknowledged.");
  const ends = feedEnds(answers);
  if (ends.length === 0) return undecided("complete", "No watch was answered after the faults had healed.");
  const behind = ends.flatMap((end) => {
    const missed = acknowledged.filter(
      ({ revision, source }) => compareDecimals(revision, end.reached) >= 0 && source.completedIndex < (end.last?.invokedIndex ?? Infinity),
    );
    const [first] = missed.toSorted((a, b) => compareDecimals(a.revision, b.revision));
    return first === undefined ? [] : [{ end, first }];
  });
  const conflicts = behind.flatMap(({ end, first }): Conflict[] =>
    end.last === undefined
      ? []
      : [
          {
            operations: [first.source, end.last],
            explanation: `after healing, the feed of ${end.node} ends before revision ${end.reached}, but ${first.key} was written at ${first.revision}`,
          },
        ],
  );
  if (conflicts.length === 0 && behind.length > 0) return undecided("complete", `The feed of ${behind[0]?.end.node} was not read to its end.`);
  return findingOf("complete", ends.length, conflicts);
}

function findingOf(property: string, judgedCount: number, conflicts: readonly Conflict[]): Finding {
  if (judgedCount === 0) return notExercised(property, "No answer puts this to the test.");
  const [first] = conflicts;
  if (first === undefined) return held(property, `${countOf(judgedCount, "answer")}, none of them against it.`);
  const evidence = conflicts.map(({ operations, explanation }) => ({ kind: "witness" as const, property, explanation, operations: operations.map(showWatch) }));
  return broken(property, `${first.explanation}${conflicts.length > 1 ? ` (and ${conflicts.length - 1} more)` : ""}.`, evidence);
}
