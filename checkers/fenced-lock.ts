// Locks with fencing tokens, and a resource that checks them. For leases and lock services.
//
// Mutual exclusion without tokens is not claimed and not judged: a client that was paused in the middle of its work cannot
// know that its lock has expired. What a lock service can promise is that tokens grow, and what a resource can promise is
// to refuse old ones (Kleppmann 2016, "How to do distributed locking").
import type { Checker, Limits, Property } from "../harness/checker.ts";
import type { History } from "../harness/history.ts";
import type { Operation } from "../harness/operation.ts";
import type { Evidence, Verdict } from "../harness/verdict.ts";
import { compareDecimals } from "./decimal.ts";
import { broken, held, notExercised, stopped, verdictOf, type Finding } from "./finding.ts";
import { inversions, type Growth, type Inversion } from "./real-time-order.ts";
import { countOf, shown } from "./shown.ts";

export type LockInput =
  | { readonly f: "acquire"; readonly name: string }
  | { readonly f: "release"; readonly name: string; readonly fence: string }
  /** Writes to the resource that the lock protects, under this token. */
  | { readonly f: "store"; readonly name: string; readonly fence: string; readonly value: string };
/** acquire: the token, a decimal (a lock held by somebody else is a `fail`); release: null; store: whether the resource took it. */
export type LockOutput = { readonly fence: string } | { readonly accepted: boolean } | null;
export type LockOperation = Operation<LockInput, LockOutput>;

const properties: readonly Property[] = [
  { id: "fences-unique", text: "No two acquisitions of a lock get the same token." },
  { id: "fences-increase", text: "If one acquisition of a lock was answered before another began, the token of the first is below that of the second." },
  { id: "sink-monotone", text: "Once the resource has accepted a token, it never accepts a lower one." },
];

/**
 * Sound: only answered acquisitions and accepted stores count, and only those of which one ended before the other began.
 * Complete for these three properties over acknowledged operations. Time O(n log n).
 */
export function fencedLockChecker(): Checker<LockInput, LockOutput> {
  return { name: "fenced-lock", properties, check };
}

interface Tokened extends Growth<string> {
  readonly operation: LockOperation;
}

function check(history: History<LockInput, LockOutput>, limits: Limits): Verdict {
  const stop = limits.spend(history.operations.length * 2);
  if (stop !== undefined) return stopped(properties, stop);
  const acquired = history.operations.flatMap(acquisition);
  const stored = history.operations.flatMap(acceptance);
  const findings = [
    findingOf("fences-unique", acquired, repeated(acquired)),
    findingOf(
      "fences-increase",
      acquired,
      disorder(acquired, true),
      ({ earlier, later }) =>
        `process ${earlier.operation.process} had acquired the lock with token ${earlier.high} before process ${later.operation.process} tried and got ${later.low}, which is not above it`,
    ),
    findingOf(
      "sink-monotone",
      stored,
      disorder(stored, false),
      ({ earlier, later }) =>
        `the resource accepted token ${later.low} of process ${later.operation.process} after it had accepted the higher ${earlier.high} of process ${earlier.operation.process}`,
    ),
  ];
  const refusedCount = history.operations.filter(({ output }) => output !== undefined && output !== null && "accepted" in output && !output.accepted).length;
  return verdictOf(findings, { acquiredCount: acquired.length, acceptedCount: stored.length, refusedCount });
}

function acquisition(operation: LockOperation): Tokened[] {
  const { output } = operation;
  return operation.type === "ok" && output !== undefined && output !== null && "fence" in output ? [{ operation, low: output.fence, high: output.fence }] : [];
}

function acceptance(operation: LockOperation): Tokened[] {
  const { output, input } = operation;
  const isAccepted = operation.type === "ok" && output !== undefined && output !== null && "accepted" in output && output.accepted;
  return isAccepted && input.f === "store" ? [{ operation, low: input.fence, high: input.fence }] : [];
}

function disorder(tokened: readonly Tokened[], isStrict: boolean): Inversion<Tokened>[] {
  const locks = Map.groupBy(tokened, ({ operation }) => operation.input.name);
  return [...locks.values()].flatMap((group) => inversions(group, { compare: compareDecimals, isStrict }));
}

function repeated(acquired: readonly Tokened[]): Inversion<Tokened>[] {
  const owners = new Map<string, Tokened>();
  const found: Inversion<Tokened>[] = [];
  for (const later of acquired) {
    const key = JSON.stringify([later.operation.input.name, BigInt(later.low).toString()]);
    const earlier = owners.get(key);
    if (earlier === undefined) owners.set(key, later);
    else found.push({ earlier, later });
  }
  return found;
}

function findingOf(
  property: string,
  judged: readonly Tokened[],
  found: readonly Inversion<Tokened>[],
  explain: (inversion: Inversion<Tokened>) => string = twice,
): Finding {
  if (judged.length === 0) return notExercised(property, "No answer puts this to the test.");
  const [first] = found;
  if (first === undefined) return held(property, `${countOf(judged.length, "token")}, none of them against it.`);
  const evidence = found.map((inversion): Evidence => ({
    kind: "witness",
    property,
    explanation: explain(inversion),
    operations: [inversion.earlier.operation, inversion.later.operation].map(show),
  }));
  return broken(property, `${explain(first)}${found.length > 1 ? ` (and ${found.length - 1} more)` : ""}.`, evidence);
}

function twice({ earlier, later }: Inversion<Tokened>): string {
  return `token ${later.low} was given to process ${earlier.operation.process} and again to process ${later.operation.process}`;
}

function show(operation: LockOperation): ReturnType<typeof shown> {
  const { input, output } = operation;
  if (input.f === "acquire")
    return shown(operation, {
      text: `acquire ${input.name}`,
      result: output !== undefined && output !== null && "fence" in output ? `-> token ${output.fence}` : "",
    });
  if (input.f === "release") return shown(operation, { text: `release ${input.name} with token ${input.fence}`, result: "" });
  const isAccepted = output !== undefined && output !== null && "accepted" in output && output.accepted;
  return shown(operation, { text: `store ${input.name} = ${input.value} with token ${input.fence}`, result: isAccepted ? "-> accepted" : "-> refused" });
}
