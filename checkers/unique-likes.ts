// Likes: each user counts once, however often the request was repeated. For counters of distinct users.
import type { Checker, Limits, Property } from "../harness/checker.ts";
import type { History } from "../harness/history.ts";
import type { Operation } from "../harness/operation.ts";
import type { Evidence, Verdict } from "../harness/verdict.ts";
import { isDecimal } from "./decimal.ts";
import { broken, held, notExercised, stopped, undecided, verdictOf, type Finding } from "./finding.ts";
import { countOf, shown } from "./shown.ts";

export type LikesInput = { readonly f: "like"; readonly user: string } | { readonly f: "unlike"; readonly user: string } | { readonly f: "likes" };
/** like and unlike: null, also when nothing changed; likes: how many users like it, as a decimal. */
export type LikesOutput = string | null;
export type LikesOperation = Operation<LikesInput, LikesOutput>;

const properties: readonly Property[] = [
  { id: "unique-likes", text: "A fresh answer is the number of distinct users whose last like was not taken back, as far as the order of requests is known." },
  { id: "final-likes", text: "After all faults have healed, every answer is that number." },
];

/**
 * Sound: users are independent, and each is in a state that some order of his requests explains at some instant of the read;
 * indeterminate requests may take effect at any time or never. Complete for single reads. Time O(reads x users x log n).
 */
export function uniqueLikesChecker(): Checker<LikesInput, LikesOutput> {
  return { name: "unique-likes", properties, check };
}

/** A request of one user, or (with -Infinity) the initial state "does not like". */
interface Change {
  readonly likes: boolean;
  readonly begunIndex: number;
  /** From here on a later request has certainly replaced it. */
  readonly replacedIndex: number;
}

function check(history: History<LikesInput, LikesOutput>, limits: Limits): Verdict {
  const users = [...Map.groupBy(history.operations.filter(isChange), ({ input }) => (input.f === "likes" ? "" : input.user)).values()].map(changesOf);
  const reads = history.operations.filter(({ type, input, output }) => type === "ok" && input.f === "likes" && typeof output === "string" && isDecimal(output));
  const stop = limits.spend(history.operations.length + reads.length * users.length);
  if (stop !== undefined) return stopped(properties, stop);
  const finals = reads.filter(({ phase }) => phase === "final");
  const last =
    users.length > 0 && finals.length === 0
      ? undecided("final-likes", "No read succeeded after the faults had healed.")
      : findingOf("final-likes", finals, users);
  return verdictOf([findingOf("unique-likes", reads, users), last], { userCount: users.length, readCount: reads.length });
}

function isChange({ type, input }: LikesOperation): boolean {
  return type !== "fail" && input.f !== "likes";
}

/** Version intervals of one user: a request is replaced once one that began after its answer has been answered. */
function changesOf(operations: readonly LikesOperation[]): Change[] {
  // Per position, in order of invocation: the earliest completion among all requests from there on. An indeterminate one never completes.
  const earliest: number[] = Array.from({ length: operations.length + 1 }, () => Infinity);
  for (let index = operations.length - 1; index >= 0; index--)
    earliest[index] = Math.min(earliest[index + 1] ?? Infinity, operations[index]?.completedIndex ?? Infinity);
  const replacedAfter = (completedIndex: number): number => earliest[firstAfter(operations, completedIndex)] ?? Infinity;
  const changes = operations.map(({ input, invokedIndex, completedIndex }) => ({
    likes: input.f === "like",
    begunIndex: invokedIndex,
    replacedIndex: replacedAfter(completedIndex),
  }));
  return [{ likes: false, begunIndex: -Infinity, replacedIndex: replacedAfter(-Infinity) }, ...changes];
}

function firstAfter(operations: readonly LikesOperation[], index: number): number {
  let [from, to] = [0, operations.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((operations[middle]?.invokedIndex ?? Infinity) <= index) from = middle + 1;
    else to = middle;
  }
  return from;
}

function boundsOf(read: LikesOperation, users: readonly (readonly Change[])[]): { lower: number; upper: number } {
  let [lower, upper] = [0, 0];
  for (const changes of users) {
    const open = changes.filter((change) => change.begunIndex < read.completedIndex && change.replacedIndex >= read.invokedIndex);
    if (open.some(({ likes }) => likes)) upper++;
    if (open.every(({ likes }) => likes)) lower++;
  }
  return { lower, upper };
}

function findingOf(property: string, reads: readonly LikesOperation[], users: readonly (readonly Change[])[]): Finding {
  if (reads.length === 0 || users.length === 0) return notExercised(property, "Nobody liked anything, or no read succeeded.");
  const evidence = reads.flatMap((read): Evidence[] => {
    const { lower, upper } = boundsOf(read, users);
    const value = BigInt(read.output ?? "0");
    if (BigInt(lower) <= value && value <= BigInt(upper)) return [];
    const explanation = `process ${read.process} read ${value}, but at least ${lower} and at most ${upper} users can have liked it then`;
    return [{ kind: "sum-bounds", read: show(read), value: String(value), lower: String(lower), upper: String(upper), explanation }];
  });
  const [first] = evidence;
  if (first?.kind !== "sum-bounds") return held(property, `${countOf(reads.length, "read")}, none of them against it.`);
  return broken(property, `${first.explanation}${evidence.length > 1 ? ` (and ${evidence.length - 1} more)` : ""}.`, evidence);
}

function show(operation: LikesOperation): ReturnType<typeof shown> {
  const { input, output } = operation;
  return shown(operation, input.f === "likes" ? { text: "likes", result: `-> ${output ?? ""}` } : { text: `${input.f} by ${input.user}`, result: "" });
}
