// A plain port of the search of Porcupine (Athalye; Wing and Gong 1993, Lowe 2017, Horn and Kroening 2015), without any of
// our reductions. The reference with which the fast search must agree, and the yardstick of the benchmarks.
import type { Json } from "../../harness/json.ts";
import type { Input, Operation } from "../../harness/operation.ts";
import type { Model } from "./model.ts";
import { StepMeter } from "./search.ts";
import type { SearchAnswer, SearchBudget } from "./search.ts";

const none = -1;

/**
 * Decides one partition. As there, indeterminate operations complete at the end with an unknown output, and must be placed;
 * one that its model would refuse then has no effect. Memory grows with configurations times operations.
 */
export function searchPlainly<S, I extends Input, O extends Json>(
  model: Model<S, I, O>,
  operations: readonly Operation<I, O>[],
  budget: SearchBudget,
): SearchAnswer {
  return new PlainSearch(model, operations).run(new StepMeter(budget));
}

/** Entries 2i and 2i + 1 are call and return of operation i, linked in order of time behind a head. */
class PlainSearch<S, I extends Input, O extends Json> {
  readonly #model: Model<S, I, O>;
  readonly #operations: readonly Operation<I, O>[];
  readonly #head: number;
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #linearized: Int32Array;
  readonly #cache = new PlainCache();
  #hash = 0;

  constructor(model: Model<S, I, O>, operations: readonly Operation<I, O>[]) {
    const count = operations.length;
    this.#model = model;
    this.#operations = operations;
    this.#head = 2 * count;
    this.#next = new Int32Array(2 * count + 1).fill(none);
    this.#previous = new Int32Array(2 * count + 1).fill(none);
    this.#linearized = new Int32Array((count + 31) >> 5);
    this.#link();
  }

  run(meter: StepMeter): SearchAnswer {
    const stack: { entry: number; state: S }[] = [];
    let state = this.#model.initial;
    let entry = this.#first();
    while (this.#first() !== none) {
      if (meter.tick()) {
        const reason = meter.pause(this.#cache.sizeBytes);
        if (reason !== undefined) return { verdict: "unknown", reason };
      }
      if (isCall(entry)) {
        const next = this.#step(state, entry >> 1);
        if (next !== undefined && this.#enter(entry >> 1, next)) {
          stack.push({ entry, state });
          state = next;
          this.#lift(entry);
          entry = this.#first();
        } else entry = this.#next[entry] ?? none;
        continue;
      }
      const top = stack.pop();
      if (top === undefined) return { verdict: "invalid" };
      state = top.state;
      this.#flip(top.entry >> 1);
      this.#unlift(top.entry);
      entry = this.#next[top.entry] ?? none;
    }
    return { verdict: "valid", order: stack.map(({ entry }) => entry >> 1) };
  }

  #step(state: S, position: number): S | undefined {
    const operation = this.#operations[position];
    if (operation === undefined) throw new Error(`Assertion failed: no operation at ${position}`);
    if (operation.type === "ok") return this.#model.step(state, operation.input, operation.output);
    const next = this.#model.step(state, operation.input, undefined);
    return next === undefined ? state : next; // null may be a state
  }

  /** Marks the operation and answers whether the configuration is new; takes the mark back if it is not. */
  #enter(position: number, state: S): boolean {
    this.#flip(position);
    const key = this.#model.stateKey === undefined ? state : this.#model.stateKey(state);
    if (this.#cache.add(this.#hash, this.#linearized, key)) return true;
    this.#flip(position);
    return false;
  }

  #flip(position: number): void {
    this.#linearized[position >> 5] = (this.#linearized[position >> 5] ?? 0) ^ (1 << (position & 31));
    this.#hash ^= Math.imul(Math.imul(position + 1, 0x9e3779b1) ^ ((position + 1) << 7), 0x85ebca6b);
  }

  #first(): number {
    return this.#next[this.#head] ?? none;
  }

  #lift(call: number): void {
    this.#unlink(call);
    this.#unlink(call + 1);
  }

  #unlift(call: number): void {
    this.#relink(call + 1);
    this.#relink(call);
  }

  #unlink(entry: number): void {
    const [next, previous] = [this.#next[entry] ?? none, this.#previous[entry] ?? none];
    this.#next[previous] = next;
    if (next !== none) this.#previous[next] = previous;
  }

  #relink(entry: number): void {
    const [next, previous] = [this.#next[entry] ?? none, this.#previous[entry] ?? none];
    this.#next[previous] = entry;
    if (next !== none) this.#previous[next] = entry;
  }

  #link(): void {
    const times = this.#operations.flatMap((operation, position) => [
      { at: operation.invokedIndex, entry: 2 * position },
      { at: operation.type === "ok" ? operation.completedIndex : Infinity, entry: 2 * position + 1 },
    ]);
    // At equal times calls come first: they overlap. Infinity minus infinity is no number, hence the comparison.
    times.sort((one, other) => (one.at === other.at ? (one.entry & 1) - (other.entry & 1) : one.at < other.at ? -1 : 1));
    let last = this.#head;
    for (const { entry } of times) {
      this.#next[last] = entry;
      this.#previous[entry] = last;
      last = entry;
    }
  }
}

function isCall(entry: number): boolean {
  return (entry & 1) === 0;
}

/** Whole bit sets with states, by hash. */
class PlainCache {
  readonly #buckets = new Map<number, { linearized: Int32Array; state: unknown }[]>();
  sizeBytes = 0;

  add(hash: number, linearized: Int32Array, state: unknown): boolean {
    const bucket = this.#buckets.get(hash);
    if (bucket?.some((known) => known.state === state && isSame(known.linearized, linearized)) === true) return false;
    const entry = { linearized: linearized.slice(), state };
    this.sizeBytes += linearized.byteLength + 100;
    if (bucket === undefined) this.#buckets.set(hash, [entry]);
    else bucket.push(entry);
    return true;
  }
}

function isSame(one: Int32Array, other: Int32Array): boolean {
  for (let word = 0; word < one.length; word++) if (one[word] !== other[word]) return false;
  return true;
}
