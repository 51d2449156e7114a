// Random changes to histories, so that many of them are wrong in many ways. For tests of checkers.
import type { Json } from "../../../harness/json.ts";
import type { Input, Operation } from "../../../harness/operation.ts";
import type { Random } from "../../../harness/random.ts";
import type { SimulatedObject } from "./simulated-history.ts";

/**
 * The history with so many changes: an answer replaced by one near it or by any, two answers to the same kind of question
 * exchanged, a begin or an end moved. Ids and positions are renumbered. May leave it linearizable.
 */
export function perturbed<S, I extends Input, O extends Json>(
  object: SimulatedObject<S, I, O>,
  operations: readonly Operation<I, O>[],
  { changes, random }: { readonly changes: number; readonly random: Random },
): Operation<I, O>[] {
  let current = [...operations];
  for (let count = 0; count < changes; count++) {
    const kind = random.float("change");
    if (kind < 0.6) current = withOneAnswerReplaced(object, current, random);
    else if (kind < 0.8) current = withTwoAnswersExchanged(current, random);
    else current = withOneMomentMoved(current, random);
  }
  return current;
}

/** Some operations become maybes: of unknown outcome, but over by their completion. */
export function withMaybes<I extends Input, O extends Json>(operations: readonly Operation<I, O>[], random: Random, share = 0.4): Operation<I, O>[] {
  return operations.map((operation) => {
    if (operation.type !== "ok" || !random.chance(share, "forgotten")) return operation;
    const { output: _forgotten, ...rest } = operation;
    return { ...rest, type: "info", error: "maybe" };
  });
}

function withOneAnswerReplaced<S, I extends Input, O extends Json>(
  object: SimulatedObject<S, I, O>,
  operations: readonly Operation<I, O>[],
  random: Random,
): Operation<I, O>[] {
  const answered = operations.filter(({ type, input }) => type === "ok" && object.falsify(input, random) !== undefined);
  if (answered.length === 0) return [...operations];
  const chosen = random.pick(answered, "answer");
  const output = random.chance(0.5, "near") ? object.falsify(chosen.input, random, chosen.output) : object.falsify(chosen.input, random);
  return operations.map((operation) => (operation === chosen && output !== undefined ? { ...chosen, output } : operation));
}

function withTwoAnswersExchanged<I extends Input, O extends Json>(operations: readonly Operation<I, O>[], random: Random): Operation<I, O>[] {
  const answered = operations.filter(({ type }) => type === "ok");
  if (answered.length === 0) return [...operations];
  const one = random.pick(answered, "one");
  const other = random.pick(
    answered.filter(({ input }) => input.f === one.input.f),
    "other",
  );
  if (one.output === undefined || other.output === undefined) return [...operations];
  const exchanged = new Map([
    [one, { ...one, output: other.output }],
    [other, { ...other, output: one.output }],
  ]);
  return operations.map((operation) => exchanged.get(operation) ?? operation);
}

interface Moment {
  readonly operation: number;
  readonly isBegin: boolean;
}

/** An operation that now overlaps another of its process gets a process of its own. */
function withOneMomentMoved<I extends Input, O extends Json>(operations: readonly Operation<I, O>[], random: Random): Operation<I, O>[] {
  const moments = momentsOf(operations);
  if (moments.length === 0) return [...operations];
  const from = random.below(moments.length, "moment");
  const [moved] = moments.splice(from, 1);
  if (moved === undefined) return [...operations];
  const partner = moments.findIndex(({ operation }) => operation === moved.operation);
  const low = moved.isBegin ? 0 : partner + 1;
  const high = moved.isBegin && partner !== -1 ? partner : moments.length;
  moments.splice(random.between(low, high, "place"), 0, moved);
  const process = 1 + Math.max(...operations.map((operation) => operation.process));
  return renumbered(
    operations.map((operation, position) => (position === moved.operation ? { ...operation, process } : operation)),
    moments,
  );
}

function momentsOf(operations: readonly Operation[]): Moment[] {
  const timed = operations.flatMap(({ invokedIndex, completedIndex }, operation) => [
    { at: invokedIndex, operation, isBegin: true },
    ...(completedIndex === Infinity ? [] : [{ at: completedIndex, operation, isBegin: false }]),
  ]);
  return timed.toSorted((one, other) => one.at - other.at);
}

function renumbered<I extends Input, O extends Json>(operations: readonly Operation<I, O>[], moments: readonly Moment[]): Operation<I, O>[] {
  const begins = operations.map(() => 0);
  const ends = operations.map(() => Infinity);
  for (const [at, { operation, isBegin }] of moments.entries()) (isBegin ? begins : ends)[operation] = at;
  return operations
    .map((operation, position) => timed(operation, begins[position] ?? 0, ends[position] ?? Infinity))
    .toSorted((one, other) => one.invokedIndex - other.invokedIndex)
    .map((operation, id) => ({ ...operation, id }));
}

function timed<I extends Input, O extends Json>(operation: Operation<I, O>, invokedIndex: number, completedIndex: number): Operation<I, O> {
  return { ...operation, invokedIndex, completedIndex, invokedNs: invokedIndex * 1000, completedNs: completedIndex * 1000 };
}
