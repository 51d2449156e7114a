// Finds violations of simulated objects, and holds what is said of them against the record. For the tests of explanations.
import { expect } from "vitest";
import { stepLimits } from "../../../harness/checker.ts";
import type { Json } from "../../../harness/json.ts";
import type { Input, Operation } from "../../../harness/operation.ts";
import { seededRandom } from "../../../harness/random.ts";
import { Decider } from "../decision.ts";
import type { Model } from "../model.ts";
import { relevantOperations } from "../partition.ts";
import { perturbed } from "../simulated/perturbed-history.ts";
import { simulateOperations, type SimulatedObject } from "../simulated/simulated-history.ts";
import { minimalWitness, type Witness } from "../witness.ts";

/** What a sentence of this form claims. `words`: the parts of the pattern. */
export interface Claim<I extends Input, O extends Json> {
  readonly pattern: RegExp;
  holds(scene: Scene<I, O>, ...words: string[]): boolean;
}

export interface Scene<I extends Input, O extends Json> {
  readonly culprit: Operation<I, O>;
  /** Without the culprit. */
  readonly others: readonly Operation<I, O>[];
  /** All operations that may have taken effect, those of the witness too. */
  readonly all: readonly Operation<I, O>[];
}

/** How often each claim was made in violations of this object; fails at the first that does not hold. */
export function claimsMade<S, I extends Input, O extends Json>(object: SimulatedObject<S, I, O>, claims: readonly Claim<I, O>[]): number[] {
  const counts = claims.map(() => 0);
  const { model } = object;
  for (let seed = 0; seed < 700; seed++) {
    const random = seededRandom(`explanation ${seed}`);
    const options = { clientCount: 3, operationCount: 6 + (seed % 8), indeterminate: seed % 2 === 0 ? 0.1 : 0.35 };
    const operations = perturbed(object, simulateOperations(object, options, random), { changes: 1 + (seed % 3), random });
    const witness = witnessOf(model, operations);
    const text = witness === undefined ? undefined : model.explain?.(witness.operations, witness.culprit);
    if (witness === undefined || text === undefined) continue;
    const scene = { culprit: witness.culprit, others: witness.operations.filter((each) => each !== witness.culprit), all: operations };
    const which = claims.findIndex(({ pattern }) => pattern.test(text));
    expect({ seed, text, isKnown: which >= 0 }).toEqual({ seed, text, isKnown: true });
    const claim = claims[which];
    if (claim === undefined) throw new Error(`no claim for "${text}"`);
    const [, ...words] = claim.pattern.exec(text) ?? [];
    expect({ seed, text, holds: claim.holds(scene, ...words) }).toEqual({ seed, text, holds: true });
    expect(text).toContain(`process ${witness.culprit.process}`);
    counts[which] = (counts[which] ?? 0) + 1;
  }
  return counts;
}

/** Of each kind of violation there was at least one; the rare one needs a story of its own. */
export function expectAllMade(counts: readonly (readonly number[])[], rare = -1): void {
  const totals = counts[0]?.map((_, claim) => counts.reduce((sum, each) => sum + (each[claim] ?? 0), 0));
  expect({ counts, isEachMade: totals?.every((total, claim) => total > 0 || claim === rare) }).toEqual({ counts, isEachMade: true });
}

/** What the model says of the minimal witness, if the operations are a violation and it says anything. */
export function explanationOf<S, I extends Input, O extends Json>(model: Model<S, I, O>, operations: readonly Operation<I, O>[]): string | undefined {
  const witness = witnessOf(model, operations);
  return witness === undefined ? undefined : model.explain?.(witness.operations, witness.culprit);
}

function witnessOf<S, I extends Input, O extends Json>(model: Model<S, I, O>, operations: readonly Operation<I, O>[]): Witness<I, O> | undefined {
  const [decider, limits] = [new Decider(model), stepLimits(1e8)];
  const { answer } = decider.decideSome(operations, limits, 8);
  if (answer.verdict !== "invalid") return undefined;
  return minimalWitness({ model, decider, operations: relevantOperations(model, operations), suspects: answer.suspects, limits });
}

/** The first was over before the second began. */
export function isBefore(one: Operation, other: Operation): boolean {
  return one.type === "ok" && one.completedIndex < other.invokedIndex;
}

/** The first may have taken effect before the second was over. */
export function mayPrecede(one: Operation, other: Operation): boolean {
  return one !== other && one.type !== "fail" && one.invokedIndex < other.completedIndex;
}

/** One of them is of this process. */
export function by(process: string | undefined, operations: readonly Operation[]): boolean {
  return operations.some((each) => String(each.process) === process);
}

/** With any of the amounts added. */
export function sumsFrom(start: number, amounts: readonly number[]): ReadonlySet<number> {
  let sums = new Set([start]);
  for (const amount of amounts) sums = new Set([...sums, ...[...sums].map((sum) => sum + amount)]);
  return sums;
}
