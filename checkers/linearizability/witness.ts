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
import { asMaybe, until } from "./maybe.ts";
import { minimalSubset } from "./quick-explain.ts";

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
  /** See `SearchAnswer`: it saves the search for the first impossible moment. */
  readonly impossibleAt?: number | undefined;
  readonly limits: Limits;
}

const rounds = 4;
/** A witness that needs more questions is so large that nobody would read it: a thousand lost dequeues can hide a thousand values. */
const maximalQuestions = 2_000;
/** From so many on, reading once from left to right beats bisecting, which decides the history again and again. */
const manyOperations = 2_000;

/** Undefined if a question could not be decided within a few rounds, or there would be too many: then minimality would be a guess. */
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
  #questionCount = 0;

  constructor(question: WitnessQuestion<S, I, O>) {
    this.#question = question;
    this.#scope = question.operations;
  }

  run(): Witness<I, O> | undefined {
    const { operations, model } = this.#question;
    if (model.elementOf !== undefined) {
      this.#keepSuspectedValues();
      return this.#smallest(undefined);
    }
    const confirmed = this.#confirmedSuspects();
    if (confirmed === undefined) return this.#smallest(undefined);
    // Of a long history only what can matter to the suspects is taken apart. That nothing else can, is then asked again.
    this.#scope = confirmed.relevant;
    const found = this.#smallest(confirmed.suspects);
    if (found !== undefined) {
      const kept = new Set(found.operations.filter((operation) => !found.sources.has(operation)));
      const prefix = until(operations, found.culprit.completedIndex);
      this.#scope = prefix;
      if (this.#order(this.#keeping(kept)) === undefined) return { ...found, prefix };
    }
    this.#scope = operations;
    return this.#smallest(confirmed.suspects);
  }

  #smallest(suspects: ReadonlySet<Operation<I, O>> | undefined): Witness<I, O> | undefined {
    const last = this.#firstImpossible(suspects);
    if (last === undefined) return undefined;
    const prefix = until(this.#scope, last.completedIndex);
    this.#scope = prefix;
    if (this.#question.model.elementOf !== undefined) this.#dropValues(last);
    // Latest first: of equally good witnesses the one closest to the culprit is the easiest to understand.
    const isCandidate = (operation: Operation<I, O>): boolean =>
      operation !== last && operation.type === "ok" && (suspects === undefined || suspects.has(operation));
    const suffices = (kept: readonly Operation<I, O>[]): boolean => this.#order(this.#keeping(new Set(kept))) === undefined;
    const kept = new Set([last, ...minimalSubset({ suffices, background: [last], candidates: this.#scope.filter(isCandidate).toReversed() })]);
    const sources = new Set([...kept].flatMap((operation) => this.#sourcesWithout(operation, kept)));
    const operations = this.#scope.filter((operation) => kept.has(operation) || sources.has(operation));
    return { operations, sources, culprit: lastOf([...kept]) ?? last, prefix };
  }

  /** The suspects, if they are indeed impossible whether or not anything else took effect, and what could matter to them. */
  #confirmedSuspects(): { readonly suspects: ReadonlySet<Operation<I, O>>; readonly relevant: readonly Operation<I, O>[] } | undefined {
    if (this.#question.suspects === undefined) return undefined;
    const suspects = new Set(this.#question.suspects.flatMap((position) => this.#scope[position] ?? []));
    const { order, asked } = this.#ask(this.#keeping(suspects));
    if (order !== undefined) return undefined;
    const relevant = new Set(asked.map(({ id }) => id));
    return { suspects, relevant: this.#scope.filter((operation) => suspects.has(operation) || relevant.has(operation.id)) };
  }

  /** Leaves out all values but those of the suspects, if these are impossible alone. */
  #keepSuspectedValues(): void {
    const { suspects: positions, model } = this.#question;
    if (positions === undefined) return;
    const suspects = new Set(positions.flatMap((position) => this.#scope[position] ?? []));
    const few = this.#scope.filter((operation) => suspects.has(operation) || model.elementOf?.(operation) === undefined);
    if (this.#order(few) === undefined) this.#scope = few;
  }

  /** Bisects the completions: a longer prefix of an impossible history is impossible. */
  #firstImpossible(suspects: ReadonlySet<Operation<I, O>> | undefined): Operation<I, O> | undefined {
    const operations = this.#scope;
    const { impossibleAt, decider, limits } = this.#question;
    if (impossibleAt !== undefined && operations === this.#question.operations) return operations[impossibleAt];
    const found = suspects === undefined && operations.length > manyOperations ? decider.firstImpossible(operations, limits) : undefined;
    if (found !== undefined) return operations[found];
    const completed = operations
      .filter((operation) => operation.type === "ok" && (suspects === undefined || suspects.has(operation)))
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
    const suffices = (kept: readonly Operation<I, O>[][]): boolean => this.#order(inOrder([...always, ...kept.flat()])) === undefined;
    const needed = minimalSubset({ suffices, background: own, candidates: groups.filter((group) => !own.includes(group)).toReversed() });
    this.#scope = inOrder([...always, ...own.flat(), ...needed.flat()]);
  }

  /** Maybes that explain the kept operations once this one is a maybe, none of which can be spared. */
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
    const suffices = (sources: readonly Operation<I, O>[]): boolean => {
      const chosen = new Set(sources);
      return this.#order(questioned.filter((each) => rest.has(each) || each.id === operation.id || chosen.has(each))) !== undefined;
    };
    const used = order.filter((each) => each.type === "info" && each.id !== operation.id);
    const needed = new Set(minimalSubset({ suffices, background: [], candidates: used }).map(({ id }) => id));
    return this.#scope.filter(({ id }) => needed.has(id));
  }

  /** The scope with all but these as maybes. */
  #keeping(kept: ReadonlySet<Operation<I, O>>): Operation<I, O>[] {
    const { model } = this.#question;
    const operations: Operation<I, O>[] = [];
    for (const operation of this.#scope) {
      const each = kept.has(operation) ? operation : asMaybe(model, operation);
      if (each !== undefined) operations.push(each);
    }
    return operations;
  }

  /** A linearization, or undefined if there is none. */
  #order(operations: readonly Operation<I, O>[]): Operation<I, O>[] | undefined {
    return this.#ask(operations).order;
  }

  /** Also says what was asked in the end, when all that cannot matter was left out. */
  #ask(operations: readonly Operation<I, O>[]): { readonly order: Operation<I, O>[] | undefined; readonly asked: readonly Operation<I, O>[] } {
    const { decider, limits } = this.#question;
    if (++this.#questionCount > maximalQuestions) throw new Undecided();
    const { answer, operations: asked } = decider.decideSome(operations, limits, rounds);
    if (answer.verdict === "unknown") throw new Undecided();
    return { order: answer.verdict === "invalid" ? undefined : answer.order.flatMap((position) => asked[position] ?? []), asked };
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
