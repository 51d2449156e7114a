// Random histories of containers, and what a monitor must get right about them. For the tests of the monitors of stacks and
// priority queues.
import { isLinearizableByBruteForce } from "../../brute-force.ts";
import { faultOfLinearization } from "../../certificate.ts";
import type { Model, Monitor } from "../../model.ts";
import { simulateOperations } from "../../simulated/simulated-history.ts";
import type { SimulatedObject } from "../../simulated/simulated-history.ts";
import type { Json } from "../../../../harness/json.ts";
import type { Input, Operation } from "../../../../harness/operation.ts";
import type { Random } from "../../../../harness/random.ts";

/** How to ask a container. */
export interface ContainerWords<I, V> {
  readonly put: (value: V) => I;
  readonly remove: I;
  readonly value: (index: number) => V;
}

/**
 * Few values that come and go at any time, mostly in an impossible order: no clients, so that anything may overlap anything.
 * Values are distinct, each comes out at most once; some removals find nothing, some operations have unknown outcomes, some
 * of those are maybes.
 */
export function tangledHistory<I extends Input, V extends Json>(words: ContainerWords<I, V>, random: Random): Operation<I, V | null>[] {
  const span = random.pick([3, 6, 10, 16, 30], "span");
  const lostShare = random.pick([0, 0.1, 0.3], "lost share");
  const operations: Operation<I, V | null>[] = [];
  const add = (start: number, input: I, output: V | null): void => {
    const invokedIndex = start + random.float("start");
    const end = invokedIndex + random.below(span >> 1, "length") + random.float("end");
    const isLost = random.chance(lostShare, "lost");
    const completedIndex = isLost && random.chance(0.7, "for good") ? Infinity : end;
    const shared = { id: 0, process: operations.length, phase: "faults", input, invokedIndex, completedIndex, invokedNs: 0, completedNs: 0 } as const;
    operations.push(isLost ? { ...shared, type: "info", error: "lost" } : { ...shared, type: "ok", output });
  };
  const values = random.shuffle(
    Array.from({ length: random.between(2, 6, "values") }, (_, index) => words.value(index)),
    "values",
  );
  for (const value of values) {
    const start = random.below(span, "put");
    add(start, words.put(value), null);
    if (random.chance(0.75, "removed")) add(start + random.below(span, "stay"), words.remove, value);
  }
  for (let count = 0; count < 2; count++) if (random.chance(0.3, "empty")) add(random.below(span + (span >> 1), "empty"), words.remove, null);
  return operations.toSorted((one, other) => one.invokedIndex - other.invokedIndex).map((operation, id) => ({ ...operation, id }));
}

/** A history of simulated clients; four in ten have a wrong answer, three in ten two answers exchanged, three in ten maybes. */
export function clientHistory<S, I extends Input, O extends Json>(object: SimulatedObject<S, I, O>, random: Random): Operation<I, O>[] {
  const options = {
    clientCount: random.between(2, 5, "clients"),
    operationCount: random.between(3, 11, "operations"),
    indeterminate: random.pick([0, 0.1, 0.25, 0.4], "indeterminate"),
  };
  const operations = simulateOperations(object, { ...options, ...(random.chance(0.4, "bad") ? { bad: "anywhere" } : {}) }, random);
  const answered = operations.filter(({ type, output }) => type === "ok" && output !== null);
  if (answered.length > 0 && random.chance(0.3, "exchange")) {
    const [one, other] = [random.pick(answered, "one"), random.pick(answered, "other")];
    if (one.output !== undefined && other.output !== undefined) {
      operations[one.id] = { ...one, output: other.output };
      operations[other.id] = { ...other, output: one.output };
    }
  }
  if (!random.chance(0.3, "maybes")) return operations;
  return operations.map((operation) => {
    if (operation.type === "info" && random.chance(0.6, "ends"))
      return { ...operation, completedIndex: operation.invokedIndex + 0.5 + random.below(12, "end") };
    if (operation.type !== "ok" || !random.chance(0.1, "forgotten")) return operation;
    const { output: _forgotten, ...rest } = operation;
    return { ...rest, type: "info", error: "maybe" };
  });
}

/**
 * What a monitor's answer has wrong, if anything: the verdict of brute force, a linearization that holds (maybes in time),
 * suspects that cannot be explained by themselves. `inapplicable` is wrong: the histories are small and their values distinct.
 */
export function mistakeOf<S, I extends Input, O extends Json>(
  { model, monitor }: { readonly model: Model<S, I, O>; readonly monitor: Monitor<I, O> },
  operations: readonly Operation<I, O>[],
): string | undefined {
  const isValid = isLinearizableByBruteForce(model, operations);
  const answer = monitor.decide(operations);
  if (answer.verdict !== (isValid ? "valid" : "invalid")) return `it says ${answer.verdict}, and brute force says ${isValid ? "valid" : "invalid"}`;
  if (answer.verdict === "valid") return faultOfLinearization(model, operations, answer.order);
  const suspected = new Set(answer.verdict === "invalid" ? answer.suspects : []);
  const few = operations.filter((_, position) => suspected.has(position));
  return isLinearizableByBruteForce(model, few) ? "its suspects can be explained" : undefined;
}
