// Whether all nodes end up with one and the same possible sum. For the counter checker.
import type { Evidence } from "../harness/verdict.ts";
import { showCounter, type Addition, type CounterRead } from "./counter-history.ts";
import { broken, held, notExercised, undecided, type Finding } from "./finding.ts";
import { countOf } from "./shown.ts";
import { reaches, type Amounts } from "./subset-sums.ts";

const property = "final";
const stepLimit = 100_000;

/**
 * `reads`: fresh reads after healing. They must agree, and on a sum of all acknowledged additions and some indeterminate
 * ones. Two reads that differ by just such additions prove nothing: a request that was under way may take effect late.
 */
export function finalFinding(reads: readonly CounterRead[], additions: readonly Addition[]): Finding {
  if (additions.length === 0) return notExercised(property, "Nothing was added.");
  const [first] = reads;
  if (first === undefined) return undecided(property, "No fresh read succeeded after the faults had healed.");
  const acknowledged = additions.filter(({ operation }) => operation.type === "ok").reduce((sum, { amount }) => sum + amount, 0n);
  const pending = pendingAmounts(additions);
  const distinct = [...Map.groupBy(reads, ({ value }) => value).values()].flatMap(([read]) => read ?? []);
  const judged = distinct.map((read) => ({ read, isPossible: reaches(read.value - acknowledged, pending, stepLimit) }));
  const impossible = judged.filter(({ isPossible }) => isPossible === false).map(({ read }) => impossibleSum(read, acknowledged, pending));
  if (impossible.length > 0) return broken(property, sentence(impossible), impossible);
  const conflicts = pairs(reads).flatMap(([a, b]) => (a.value !== b.value && differByPending(a, b, pending) === false ? [disagreement(a, b)] : []));
  if (conflicts.length > 0) return broken(property, sentence(conflicts), conflicts);
  if (distinct.length > 1)
    return undecided(property, "Reads after healing differ by amounts of indeterminate additions, which may have taken effect between them.");
  if (judged.some(({ isPossible }) => isPossible === undefined))
    return undecided(property, "Too many combinations of indeterminate additions to tell whether the final value is one of them.");
  return held(property, `${countOf(reads.length, "read")} after healing agree on ${first.value}.`);
}

/** All pairs; final reads are as few as nodes. */
function pairs<T>(items: readonly T[]): (readonly [T, T])[] {
  return items.flatMap((a, index) => items.slice(index + 1).map((b) => [a, b] as const));
}

function pendingAmounts(additions: readonly Addition[]): Amounts {
  const amounts = new Map<bigint, number>();
  for (const { operation, amount } of additions) if (operation.type === "info") amounts.set(amount, (amounts.get(amount) ?? 0) + 1);
  return amounts;
}

/** `a` was invoked first. */
function differByPending(a: CounterRead, b: CounterRead, pending: Amounts): boolean | undefined {
  const forth = reaches(b.value - a.value, pending, stepLimit);
  // Only reads that overlap can have seen the counter in the other order.
  const back = a.operation.completedIndex < b.operation.invokedIndex ? false : reaches(a.value - b.value, pending, stepLimit);
  if (forth === false && back === false) return false;
  return forth === true || back === true ? true : undefined;
}

function impossibleSum(read: CounterRead, acknowledged: bigint, pending: Amounts): Evidence {
  let [lower, upper] = [acknowledged, acknowledged];
  for (const [amount, count] of pending) {
    if (amount < 0n) lower += amount * BigInt(count);
    else upper += amount * BigInt(count);
  }
  const explanation = `after healing, process ${read.operation.process} read ${read.value} from ${read.operation.node ?? "the cluster"}, but acknowledged additions make ${acknowledged}, and no selection of the indeterminate ones the rest`;
  return { kind: "sum-bounds", read: showCounter(read.operation), value: String(read.value), lower: String(lower), upper: String(upper), explanation };
}

function disagreement(a: CounterRead, b: CounterRead): Evidence {
  const explanation = `after healing, ${placeOf(a)} answers ${a.value} and ${placeOf(b)} answers ${b.value}`;
  return { kind: "witness", property, explanation, operations: [showCounter(a.operation), showCounter(b.operation)] };
}

function placeOf({ operation }: CounterRead): string {
  return operation.node ?? `process ${operation.process}`;
}

function sentence(evidence: readonly Evidence[]): string {
  const [first] = evidence;
  const text = first !== undefined && "explanation" in first ? first.explanation : "";
  return `${text}${evidence.length > 1 ? ` (and ${evidence.length - 1} more)` : ""}.`;
}
