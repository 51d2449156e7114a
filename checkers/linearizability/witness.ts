// The smallest proof of a violation: a few operations that no order explains, none of which can be spared.
//
// What may be left out? Simply deleting operations proves nothing: without the write of 7 any read of 7 is "impossible".
// So an operation is left out by turning it into a *maybe*: whether or not it took effect, at its time. That only adds
// possibilities: a refutation with a few operations kept and all others maybe refutes the whole history. Keeping more can
// only refute more, so minimal sets are well defined, and QuickXplain finds one.
//
// People also want to see where the values in it come from. So the witness adds, for each operation kept, the maybes
// that explain the rest once that one is a maybe too: removing an operation from a witness leaves either something that
// can be explained, or a value without its source.
//
// Containers (queues, stacks) remain explainable without everything about some value, so there whole values go first.
import type { Limits } from "../../harness/checker.ts";
import type { Json } from "../../harness/json.ts";
import type { Input, Operation } from "../../harness/operation.ts";
import type { Decider } from "./decision.ts";
import type { Model } from "./model.ts";
import { minimalContradiction } from "./quick-explain.ts";

export interface Witness<I extends Input, O extends Json> {
  /** In order of invocation: those kept and their sources. */
  readonly operations: readonly Operation<I, O>[];
  /** Those of the operations that are there only to show where values come from. */
  readonly sources: ReadonlySet<Operation<I, O>>;
  /** The last of them to complete, sources apart. */
  readonly culprit: Operation<I, O>;
  /** Everything up to the first moment at which the history was impossible; what completed later counts as indeterminate. */
  readonly prefix: readonly Operation<I, O>[];
}

export interface WitnessQuestion<S, I extends Input, O extends Json> {
  readonly model: Model<S, I, O>;
  readonly decider: Decider<S, I, O>;
  /** One partition that was refuted. */
  readonly operations: readonly Operation<I, O>[];
  /** Positions of operations that a monitor suspects to be impossible by themselves. */
  readonly suspects: readonly number[] | undefined;
  readonly limits: Limits;
}

const rounds = 4;

/** Undefined if some intermediate question could not be decided within a few rounds: then minimality would be a guess. */
export function minimalWitness<S, I extends Input, O extends Json>(question: WitnessQuestion<S, I, O>): Witness<I, O> | undefined {
  try {
    return new WitnessSearch(question).run();
  } catch (error) {
    if (error instanceof Undecided) return undefined;
    throw error;
  }
}

/** Ends the search for a witness from inside its recursion. */
class Undecided extends Error {}

class WitnessSearch<S, I extends Input, O extends Json> {
  readonly #question: WitnessQuestion<S, I, O>;
  /** What the witness is taken from: first everything, then less and less. */
  #scope: readonly Operation<I, O>[];

  constructor(question: WitnessQuestion<S, I, O>) {
    this.#question = question;
    this.#scope = question.operations;
  }

  run(): Witness<I, O> | undefined {
    const suspects = this.#confirmedSuspects();
    const last = this.#firstImpossible(suspects);
    if (last === undefined) return undefined;
    const prefix = until(this.#scope, last.completedIndex);
    this.#scope = prefix;
    if (this.#question.model.elementOf !== undefined) this.#dropValues(last);
    // Latest first: of equally good witnesses the one closest to the culprit is the easiest to understand.
    const candidates = this.#scope.filter((operation) => operation !== last && (suspects === undefined || suspects.has(operation.id))).toReversed();
    const contradicts = (kept: readonly Operation<I, O>[]): boolean => this.#order(this.#keeping(new Set(kept))) === undefined;
    const kept = new Set([last, ...minimalContradiction({ contradicts, background: [last], candidates })]);
    const sources = new Set([...kept].flatMap((operation) => this.#sourcesWithout(operation, kept)));
    const operations = this.#scope.filter((operation) => kept.has(operation) || sources.has(operation));
    return { operations, sources, culprit: lastOf([...kept]) ?? last, prefix };
  }

  /** Ids of the suspects if they are indeed impossible whether or not anything else took effect. */
  #confirmedSuspects(): ReadonlySet<number> | undefined {
    const { suspects, model } = this.#question;
    if (suspects === undefined) return undefined;
    const suspected = new Set(suspects.flatMap((position) => this.#scope[position] ?? []));
    if (model.elementOf !== undefined) {
      const few = this.#scope.filter((operation) => suspected.has(operation) || model.elementOf?.(operation) === undefined);
      if (this.#order(few) === undefined) this.#scope = few;
      return undefined;
    }
    return this.#order(this.#keeping(suspected)) === undefined ? new Set([...suspected].map(({ id }) => id)) : undefined;
  }

  /** Bisects the completions: a longer prefix of an impossible history is impossible. */
  #firstImpossible(suspects: ReadonlySet<number> | undefined): Operation<I, O> | undefined {
    const operations = this.#scope;
    const completed = operations
      .filter((operation) => operation.type === "ok" && (suspects === undefined || suspects.has(operation.id)))
      .toSorted((one, other) => one.completedIndex - other.completedIndex);
    let [possible, impossible] = [-1, completed.length - 1];
    while (impossible - possible > 1) {
      const middle = (possible + impossible) >> 1;
      if (this.#order(until(operations, completed[middle]?.completedIndex ?? 0)) === undefined) impossible = middle;
      else possible = middle;
    }
    return completed[impossible];
  }

  /** Leaves out everything about as many values as possible. */
  #dropValues(last: Operation<I, O>): void {
    const { model } = this.#question;
    const byValue = new Map<string, Operation<I, O>[]>();
    const always: Operation<I, O>[] = [];
    for (const operation of this.#scope) {
      const value = model.elementOf?.(operation);
      const group = value === undefined ? always : byValue.get(value);
      if (group === undefined) byValue.set(value ?? "", [operation]);
      else group.push(operation);
    }
    const groups = [...byValue.values()];
    const own = groups.filter((group) => group.includes(last));
    const contradicts = (kept: readonly Operation<I, O>[][]): boolean => this.#order(inOrder([...always, ...kept.flat()])) === undefined;
    const needed = minimalContradiction({ contradicts, background: own, candidates: groups.filter((group) => !own.includes(group)).toReversed() });
    this.#scope = inOrder([...always, ...own.flat(), ...needed.flat()]);
  }

  /** Maybes that explain the kept operations once this one is a maybe, as few as can be (by dropping one at a time). */
  #sourcesWithout(operation: Operation<I, O>, kept: Set<Operation<I, O>>): Operation<I, O>[] {
    const rest = new Set([...kept].filter((other) => other !== operation));
    const questioned = this.#keeping(rest);
    const order = this.#order(questioned);
    // The last to complete is not always needed: a compare-and-set may matter only by having been refused, which is not
    // forgotten with its time. (And two algorithms might disagree on how much a maybe can do.)
    if (order === undefined) {
      kept.delete(operation);
      return [];
    }
    const original = new Map(this.#scope.map((each) => [each.id, each]));
    let used = order.filter((each) => each.type === "info" && each.id !== operation.id);
    for (const source of used) {
      const fewer = used.filter((each) => each !== source);
      const without = this.#order(questioned.filter((each) => rest.has(each) || each.id === operation.id || fewer.includes(each)));
      if (without !== undefined) used = fewer;
    }
    return used.flatMap(({ id }) => original.get(id) ?? []);
  }

  /** The scope with all but these as maybes. */
  #keeping(kept: ReadonlySet<Operation<I, O>>): Operation<I, O>[] {
    return this.#scope.flatMap((operation) => (kept.has(operation) ? operation : (asMaybe(this.#question.model, operation) ?? [])));
  }

  /** A linearization, or undefined if there is none. */
  #order(operations: readonly Operation<I, O>[]): Operation<I, O>[] | undefined {
    const { decider, limits } = this.#question;
    const { answer, operations: asked } = decider.decideSome(operations, limits, rounds);
    if (answer.verdict === "unknown") throw new Undecided();
    return answer.verdict === "invalid" ? undefined : answer.order.flatMap((position) => asked[position] ?? []);
  }
}

function lastOf<I extends Input, O extends Json>(operations: readonly Operation<I, O>[]): Operation<I, O> | undefined {
  return operations
    .filter((operation) => operation.type === "ok")
    .reduce<Operation<I, O> | undefined>((latest, each) => (latest !== undefined && latest.completedIndex > each.completedIndex ? latest : each), undefined);
}

function inOrder<I extends Input, O extends Json>(operations: readonly Operation<I, O>[]): Operation<I, O>[] {
  return operations.toSorted((one, other) => one.invokedIndex - other.invokedIndex);
}

/** The operation with its outcome forgotten but not its time; undefined if it can then not matter. */
function asMaybe<S, I extends Input, O extends Json>(model: Model<S, I, O>, operation: Operation<I, O>): Operation<I, O> | undefined {
  if (operation.type === "info") return operation;
  if (model.isReadOnly?.(operation.input, operation.output) === true) return undefined;
  const { output: _forgotten, ...rest } = operation;
  return { ...rest, type: "info", error: "maybe" };
}

/** The history as it stood at a moment: nothing invoked later, nothing completed later. */
function until<I extends Input, O extends Json>(operations: readonly Operation<I, O>[], moment: number): Operation<I, O>[] {
  return operations
    .filter((operation) => operation.invokedIndex <= moment)
    .map((operation) => (operation.completedIndex <= moment ? operation : withoutOutcome(operation)));
}

function withoutOutcome<I extends Input, O extends Json>(operation: Operation<I, O>): Operation<I, O> {
  if (operation.type === "info") return operation;
  const { output: _unknownThen, ...rest } = operation;
  return { ...rest, type: "info", error: "not completed yet", completedIndex: Infinity };
}
