// Reads that may be old but never wrong: each shows the store as it was at some revision, and sessions never go back.
// For follower reads, caches with revisions, read replicas.
import type { Checker, Limits, Property } from "../harness/checker.ts";
import type { History } from "../harness/history.ts";
import type { Operation } from "../harness/operation.ts";
import type { Verdict } from "../harness/verdict.ts";
import { compareDecimals } from "./decimal.ts";
import { broken, held, notExercised, stopped, verdictOf, type Finding } from "./finding.ts";
import { inversions } from "./real-time-order.ts";
import { countOf, shown } from "./shown.ts";

export type StaleInput =
  /** Values are unique in a run. */
  | { readonly f: "write"; readonly key: string; readonly value: string }
  /** `after`: the revision that this session has seen; the answer may not be older. */
  | { readonly f: "stale-read"; readonly key: string; readonly after?: string };
/** write: its revision; stale-read: the value of the key once all writes up to `revision`, and no later ones, had happened. */
export type StaleOutput = { readonly revision: string } | { readonly revision: string; readonly value: string | null };
export type StaleOperation = Operation<StaleInput, StaleOutput>;

const properties: readonly Property[] = [
  { id: "prefix", text: "A stale read shows its key as some prefix of the writes left it: the writes up to the revision that it names." },
  { id: "session-monotonic", text: "A read that names a revision seen before is answered at that revision or a later one." },
  { id: "revisions-increase", text: "If one write was acknowledged before another began, its revision is lower." },
];

/**
 * Sound: acknowledged writes have the revision that their writer was told; an indeterminate write may have any, or none.
 * Complete for reads against acknowledged writes and against each other, per key. Time O(n log n).
 */
export function staleReadsChecker(): Checker<StaleInput, StaleOutput> {
  return { name: "stale-reads", properties, check };
}

/** What somebody says the value of a key is at a revision. */
interface Statement {
  readonly operation: StaleOperation;
  readonly revision: string;
  readonly value: string | null;
}

interface Conflict {
  readonly operations: readonly StaleOperation[];
  readonly explanation: string;
}

function check(history: History<StaleInput, StaleOutput>, limits: Limits): Verdict {
  const stop = limits.spend(history.operations.length * 4);
  if (stop !== undefined) return stopped(properties, stop);
  const statements = history.operations.flatMap(statement);
  const writes = statements.filter(({ operation }) => operation.input.f === "write");
  const reads = statements.filter(({ operation }) => operation.input.f === "stale-read");
  const sessions = reads.filter(({ operation }) => operation.input.f === "stale-read" && operation.input.after !== undefined);
  const byKey = [...Map.groupBy(statements, ({ operation }) => operation.input.key).values()];
  const prefix = [...byKey.flatMap(comebacks), ...inventions(history.operations, reads)];
  const findings = [
    findingOf("prefix", reads.length, prefix),
    findingOf("session-monotonic", sessions.length, sessions.flatMap(stepBack)),
    findingOf("revisions-increase", writes.length, revisionFalls(writes)),
  ];
  return verdictOf(findings, { writeCount: writes.length, readCount: reads.length, sessionReadCount: sessions.length });
}

function statement(operation: StaleOperation): Statement[] {
  const { input, output, type } = operation;
  if (type !== "ok" || output === undefined) return [];
  if (input.f === "write") return [{ operation, revision: output.revision, value: input.value }];
  return "value" in output ? [{ operation, revision: output.revision, value: output.value }] : [];
}

/**
 * Along the revisions of one key each value has one stretch: two values at one revision, or a value that comes back after
 * another one, cannot be. A write begins its stretch: nothing at a lower revision may show its value.
 */
function comebacks(statements: readonly Statement[]): Conflict[] {
  const sorted = statements.toSorted(
    (a, b) => compareDecimals(a.revision, b.revision) || Number(b.operation.input.f === "write") - Number(a.operation.input.f === "write"),
  );
  const lastOf = new Map<string | null, Statement>();
  let current: Statement | undefined;
  for (const next of sorted) {
    if (current !== undefined && compareDecimals(current.revision, next.revision) === 0 && current.value !== next.value) return [difference(current, next)];
    const before = lastOf.get(next.value);
    if (before !== undefined && next.operation.input.f === "write") return [premature(before, next)];
    if (before !== undefined && current !== undefined && current.value !== next.value) return [comeback(before, current, next)];
    // The initial null is over once any value was there: the vocabulary has no deletion.
    if (before === undefined && current !== undefined && next.value === null) return [comeback(undefined, current, next)];
    lastOf.set(next.value, next);
    current = next;
  }
  return [];
}

function difference(a: Statement, b: Statement): Conflict {
  return {
    operations: [a.operation, b.operation],
    explanation: `at revision ${a.revision}, ${a.operation.input.key} is ${text(a.value)} for process ${a.operation.process} and ${text(b.value)} for process ${b.operation.process}`,
  };
}

function premature(read: Statement, write: Statement): Conflict {
  return {
    operations: [read.operation, write.operation],
    explanation: `process ${read.operation.process} read ${text(read.value)} at revision ${read.revision}, but it was written only at revision ${write.revision}`,
  };
}

function comeback(before: Statement | undefined, between: Statement, after: Statement): Conflict {
  const operations = [...(before === undefined ? [] : [before.operation]), between.operation, after.operation];
  return {
    operations,
    explanation: `process ${after.operation.process} read ${text(after.value)} at revision ${after.revision}, although ${text(between.value)} had replaced it at revision ${between.revision} or before`,
  };
}

function text(value: string | null): string {
  return value ?? "nothing";
}

/** Values that nobody had begun to write to that key when the read ended. */
function inventions(operations: readonly StaleOperation[], reads: readonly Statement[]): Conflict[] {
  const begun = new Map<string, number>();
  for (const { input, type, invokedIndex } of operations)
    if (input.f === "write" && type !== "fail") begun.set(JSON.stringify([input.key, input.value]), invokedIndex);
  return reads.flatMap(({ operation, value }) => {
    if (value === null || (begun.get(JSON.stringify([operation.input.key, value])) ?? Infinity) < operation.completedIndex) return [];
    return [
      { operations: [operation], explanation: `process ${operation.process} read ${value} from ${operation.input.key}, which nobody had begun to write` },
    ];
  });
}

function stepBack({ operation, revision }: Statement): Conflict[] {
  const after = operation.input.f === "stale-read" ? operation.input.after : undefined;
  if (after === undefined || compareDecimals(revision, after) >= 0) return [];
  return [
    { operations: [operation], explanation: `process ${operation.process} had seen revision ${after} and was answered at the older revision ${revision}` },
  ];
}

function revisionFalls(writes: readonly Statement[]): Conflict[] {
  const growths = writes.map(({ operation, revision }) => ({ operation, low: revision, high: revision }));
  return inversions(growths, { compare: compareDecimals, isStrict: true }).map(({ earlier, later }) => ({
    operations: [earlier.operation, later.operation],
    explanation: `the write of process ${earlier.operation.process} got revision ${earlier.high} before process ${later.operation.process} wrote at ${later.low}, which is not above it`,
  }));
}

function findingOf(property: string, judgedCount: number, conflicts: readonly Conflict[]): Finding {
  if (judgedCount === 0) return notExercised(property, "No answer puts this to the test.");
  const [first] = conflicts;
  if (first === undefined) return held(property, `${countOf(judgedCount, "answer")}, none of them against it.`);
  const evidence = conflicts.map(({ operations, explanation }) => ({ kind: "witness" as const, property, explanation, operations: operations.map(show) }));
  return broken(property, `${first.explanation}${conflicts.length > 1 ? ` (and ${conflicts.length - 1} more)` : ""}.`, evidence);
}

function show(operation: StaleOperation): ReturnType<typeof shown> {
  const { input, output } = operation;
  const revision = output === undefined ? "" : ` at revision ${output.revision}`;
  if (input.f === "write") return shown(operation, { text: `write ${input.key} = ${input.value}`, result: revision === "" ? "" : `->${revision}` });
  const value = output !== undefined && "value" in output ? text(output.value) : "";
  return shown(operation, {
    text: `stale read ${input.key}${input.after === undefined ? "" : ` after revision ${input.after}`}`,
    result: `-> ${value}${revision}`,
  });
}
