// Counters that are added to and read, on one node or over many shards. For sharded and replicated counters, quotas, stock.
//
// Jepsen's counter checker knows increments only; this is the signed generalisation (see `counter-bounds.ts`).
import type { Checker, Limits, Property } from "../harness/checker.ts";
import type { History } from "../harness/history.ts";
import type { Operation } from "../harness/operation.ts";
import type { Evidence, Verdict } from "../harness/verdict.ts";
import { choices, sumBounds, type Certainty, type Choice } from "./counter-bounds.ts";
import { finalFinding } from "./counter-final.ts";
import { additionsOf, readsOf, showCounter, type Addition, type CounterInput, type CounterOutput, type CounterRead } from "./counter-history.ts";
import { broken, held, notExercised, stopped, undecided, verdictOf, type Finding } from "./finding.ts";
import { inversions, type Growth } from "./real-time-order.ts";
import { countOf } from "./shown.ts";
import { reaches } from "./subset-sums.ts";

const properties: readonly Property[] = [
  { id: "bounds", text: "A fresh read lies between the sum of what certainly counts and the sum of what may count." },
  { id: "achievable", text: "A fresh read is the sum of all additions acknowledged before it and some of those concurrent with it or of unknown outcome." },
  { id: "monotone", text: "While nothing is taken away, fresh reads that follow each other in real time never go down." },
  { id: "node-bounds", text: "A fresh read lies between those sums, where only additions acknowledged by the node that serves the read certainly count." },
  { id: "node-monotone", text: "While nothing is taken away, fresh reads of one node that follow each other in real time never go down." },
  { id: "cached-bounds", text: "A cached read lies between those sums, where only additions older than its staleness limit certainly count." },
  { id: "final", text: "After all faults have healed, fresh reads of all nodes agree on a sum of all acknowledged and some indeterminate additions." },
];

/**
 * Sound: an addition certainly counts only if it was acknowledged before the read began, and may count from its invocation
 * on; indeterminate ones may count at any time or never. Complete for single reads (`achievable`); that two reads agree on
 * which indeterminate additions counted is not looked at (that is linearizability). Time O(n log n), `achievable` apart.
 */
export function counterChecker(): Checker<CounterInput, CounterOutput> {
  return { name: "counter", properties, check };
}

function check(history: History<CounterInput, CounterOutput>, limits: Limits): Verdict {
  const stop = limits.spend(history.operations.length * 4);
  if (stop !== undefined) return stopped(properties, stop);
  const additions = additionsOf(history.operations);
  const reads = readsOf(history.operations);
  const fresh = reads.filter((read) => read.maxStaleMs === undefined);
  const cached = reads.filter((read) => read.maxStaleMs !== undefined);
  const onlyGrows = additions.every(({ amount }) => amount >= 0n);
  const finals = fresh.filter(({ operation }) => operation.phase === "final");
  const findings = [
    boundsFinding("bounds", fresh, additions, "cluster"),
    achievableFinding(fresh, additions, limits),
    onlyGrows ? monotoneFinding("monotone", [fresh]) : notExercised("monotone", "Something was taken away."),
    boundsFinding("node-bounds", fresh, additions, "node"),
    onlyGrows
      ? monotoneFinding("node-monotone", [...Map.groupBy(fresh, ({ operation }) => operation.node ?? "").values()])
      : notExercised("node-monotone", "Something was taken away."),
    boundsFinding("cached-bounds", cached, additions, "cached"),
    finalFinding(finals, additions),
  ];
  const indeterminateCount = additions.filter(({ operation }) => operation.type === "info").length;
  return verdictOf(findings, {
    additionCount: additions.length,
    indeterminateCount,
    freshReadCount: fresh.length,
    cachedReadCount: cached.length,
    finalReadCount: finals.length,
  });
}

function boundsFinding(property: string, reads: readonly CounterRead[], additions: readonly Addition[], certainty: Certainty): Finding {
  if (reads.length === 0) return notExercised(property, "No such read succeeded.");
  const boundsOf = sumBounds(additions, certainty);
  const evidence = reads.flatMap((read): Evidence[] => {
    const { lower, upper } = boundsOf(read);
    if (lower <= read.value && read.value <= upper) return [];
    const side = read.value < lower ? `only ${read.value}, but at least ${lower} had to count` : `${read.value}, but at most ${upper} can count`;
    return [sumEvidence(read, { lower, upper }, `process ${read.operation.process} read ${side}`)];
  });
  return sumFinding(property, reads.length, evidence);
}

function achievableFinding(reads: readonly CounterRead[], additions: readonly Addition[], limits: Limits): Finding {
  if (reads.length === 0) return notExercised("achievable", "No fresh read succeeded.");
  const choiceOf = choices(additions);
  const evidence: Evidence[] = [];
  let openCount = 0;
  for (const read of reads) {
    const choice = choiceOf(read);
    const answer = limits.spend(1 + choice.optional.size) === undefined ? reaches(read.value - choice.definite, choice.optional, subsetStepLimit) : undefined;
    if (answer === undefined) openCount++;
    if (answer === false) evidence.push(sumEvidence(read, extremes(choice), unreachable(read, choice)));
  }
  if (evidence.length > 0 || openCount === 0) return sumFinding("achievable", reads.length, evidence);
  return undecided("achievable", `For ${countOf(openCount, "read")} there are too many combinations of indeterminate additions; their bounds were checked.`);
}

/** Steps for one read. With amounts from a few classes a few dozen are enough. */
const subsetStepLimit = 100_000;

function extremes({ definite, optional }: Choice): { lower: bigint; upper: bigint } {
  let [lower, upper] = [definite, definite];
  for (const [amount, count] of optional) {
    if (amount < 0n) lower += amount * BigInt(count);
    else upper += amount * BigInt(count);
  }
  return { lower, upper };
}

function unreachable(read: CounterRead, { definite, optional }: Choice): string {
  const amounts = [...optional].map(([amount, count]) => `${count} x ${amount}`).join(", ");
  const rest = amounts === "" ? "and nothing else can count" : `and no selection from ${amounts} makes up the difference`;
  return `process ${read.operation.process} read ${read.value}, but ${definite} had to count ${rest}`;
}

function sumEvidence(read: CounterRead, { lower, upper }: { readonly lower: bigint; readonly upper: bigint }, explanation: string): Evidence {
  return { kind: "sum-bounds", read: showCounter(read.operation), value: String(read.value), lower: String(lower), upper: String(upper), explanation };
}

function sumFinding(property: string, readCount: number, evidence: readonly Evidence[]): Finding {
  const [first] = evidence;
  if (first?.kind !== "sum-bounds") return held(property, `${countOf(readCount, "read")}, none of them against it.`);
  return broken(property, `${first.explanation}${evidence.length > 1 ? ` (and ${evidence.length - 1} more)` : ""}.`, evidence);
}

interface ValueGrowth extends Growth<bigint> {
  readonly operation: Operation<CounterInput, CounterOutput>;
}

function monotoneFinding(property: string, groups: readonly (readonly CounterRead[])[]): Finding {
  const readCount = groups.reduce((sum, group) => sum + group.length, 0);
  if (readCount < 2) return notExercised(property, "Fewer than two fresh reads succeeded.");
  const falls = groups.flatMap((group) => {
    const growths: ValueGrowth[] = group.map(({ operation, value }) => ({ operation, low: value, high: value }));
    return inversions(growths, { compare: (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0), isStrict: false });
  });
  const evidence = falls.map(({ earlier, later }) => ({
    kind: "witness" as const,
    property,
    explanation: `process ${later.operation.process} read ${later.low} although process ${earlier.operation.process} had read ${earlier.high} before, and nothing was taken away`,
    operations: [showCounter(earlier.operation), showCounter(later.operation)],
  }));
  const [first] = evidence;
  return first === undefined ? held(property, `${countOf(readCount, "read")} in order.`) : broken(property, `${first.explanation}.`, evidence);
}
