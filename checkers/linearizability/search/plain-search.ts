// A plain port of the search of Porcupine (Athalye; Wing and Gong 1993, Lowe 2017, Horn and Kroening 2015), without any of
// our reductions. The reference with which the fast search must agree, and the yardstick of the benchmarks.
//
// Plain, but not slow: the same order of work as the original on flat arrays, so that a ratio to it means something.
import type { Json } from "../../../harness/json.ts";
import type { Input, Operation } from "../../../harness/operation.ts";
import type { Model } from "../model.ts";
import { PlainCache } from "./plain-cache.ts";
import { PlainStates, illegal } from "./plain-states.ts";
import { StepMeter } from "./search.ts";
import type { SearchAnswer, SearchBudget } from "./search.ts";
import { randomWord } from "./zobrist.ts";

/**
 * Decides one partition. As there, indeterminate operations complete at the end with an unknown output, and must be placed;
 * one that its model would refuse then has no effect. Memory grows with configurations times operations.
 */
export function searchPlainly<S, I extends Input, O extends Json>(
  model: Model<S, I, O>,
  operations: readonly Operation<I, O>[],
  budget: SearchBudget,
): SearchAnswer {
  return new PlainSearch(model, operations, budget).run();
}

/** Entries 2i and 2i + 1 are call and return of operation i, linked in order of time behind a head. */
class PlainSearch<S, I extends Input, O extends Json> {
  readonly #budget: SearchBudget;
  readonly #meter: StepMeter;
  readonly #states: PlainStates<S, I, O>;
  readonly #cache: PlainCache;
  readonly #head: number;
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #words: Int32Array;
  readonly #linearized: Int32Array;
  /** Calls on the path, with the state before each. */
  readonly #calls: Int32Array;
  readonly #statesBefore: Int32Array;
  #hash = 0;

  constructor(model: Model<S, I, O>, operations: readonly Operation<I, O>[], budget: SearchBudget) {
    const count = operations.length;
    this.#budget = budget;
    this.#meter = new StepMeter(budget);
    this.#states = new PlainStates(model, operations, { meter: this.#meter, memoryBytes: budget.limits.memoryBytes });
    this.#cache = new PlainCache(count);
    this.#head = 2 * count;
    this.#next = new Int32Array(2 * count + 2);
    this.#previous = new Int32Array(2 * count + 2);
    this.#words = new Int32Array(count);
    for (let position = 0; position < count; position++) this.#words[position] = randomWord(position);
    this.#linearized = new Int32Array((count + 31) >> 5);
    this.#calls = new Int32Array(count);
    this.#statesBefore = new Int32Array(count);
    this.#link(operations);
  }

  run(): SearchAnswer {
    const answer = this.#search();
    this.#meter.report();
    this.#cache.release();
    return answer;
  }

  // Non-null assertions below: entries and depths are in bounds of the arrays that the constructor sized for them. The last
  // element of the list is the tail, 2 * count + 1; reaching it from a call is impossible, because a return comes first.

  #search(): SearchAnswer {
    const next = this.#next;
    const tail = this.#head + 1;
    let state = 0;
    let depth = 0;
    let entry = next[this.#head]!;
    while (next[this.#head] !== tail) {
      if (this.#meter.tick()) {
        const reason = this.#meter.pause(this.#sizeBytes);
        if (reason !== undefined) return { verdict: "unknown", reason };
      }
      if ((entry & 1) === 0) {
        const after = this.#states.next(state, entry >> 1);
        if (after === illegal) {
          entry = next[entry]!;
          continue;
        }
        if (!this.#cache.hasRoom && !this.#cache.grow(this.#budget.limits.memoryBytes - this.#states.sizeBytes))
          return { verdict: "unknown", reason: "memory" };
        this.#flip(entry >> 1);
        if (this.#cache.add(this.#hash, this.#linearized, after)) {
          this.#calls[depth] = entry;
          this.#statesBefore[depth++] = state;
          state = after;
          this.#lift(entry);
          entry = next[this.#head]!;
        } else {
          this.#flip(entry >> 1);
          entry = next[entry]!;
        }
        continue;
      }
      if (depth === 0) return { verdict: "invalid" };
      const call = this.#calls[--depth]!;
      state = this.#statesBefore[depth]!;
      this.#flip(call >> 1);
      this.#unlift(call);
      entry = next[call]!;
    }
    return { verdict: "valid", order: this.#operationsOnPath(depth) };
  }

  #operationsOnPath(depth: number): number[] {
    const operations: number[] = [];
    for (let place = 0; place < depth; place++) operations.push(this.#calls[place]! >> 1);
    return operations;
  }

  get #sizeBytes(): number {
    return this.#cache.sizeBytes + this.#states.sizeBytes;
  }

  #flip(position: number): void {
    this.#linearized[position >> 5]! ^= 1 << (position & 31);
    this.#hash ^= this.#words[position]!;
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
    const next = this.#next[entry]!;
    const previous = this.#previous[entry]!;
    this.#next[previous] = next;
    this.#previous[next] = previous;
  }

  #relink(entry: number): void {
    this.#next[this.#previous[entry]!] = entry;
    this.#previous[this.#next[entry]!] = entry;
  }

  #link(operations: readonly Operation<I, O>[]): void {
    const returns = inOrderOfReturn(operations);
    let [last, returned] = [this.#head, 0];
    const append = (entry: number): void => {
      this.#next[last] = entry;
      this.#previous[entry] = last;
      last = entry;
    };
    for (const [position, { invokedIndex }] of operations.entries()) {
      // At equal times calls come first: they overlap.
      while (returned < returns.length && returnOf(operations, returns[returned]!) < invokedIndex) append(2 * returns[returned++]! + 1);
      append(2 * position);
    }
    while (returned < returns.length) append(2 * returns[returned++]! + 1);
    append(this.#head + 1);
  }
}

/** Positions of all operations; insertion sort, because they are nearly in that order: off by no more than the number of clients. */
function inOrderOfReturn(operations: readonly Operation[]): Int32Array {
  const returns = new Int32Array(operations.length);
  let count = 0;
  const insert = (position: number): void => {
    const at = returnOf(operations, position);
    let place = count++;
    for (; place > 0 && returnOf(operations, returns[place - 1]!) > at; place--) returns[place] = returns[place - 1]!;
    returns[place] = position;
  };
  for (const [position, { type }] of operations.entries()) if (type === "ok") insert(position);
  for (const [position, { type }] of operations.entries()) if (type !== "ok") returns[count++] = position;
  return returns;
}

/** Nobody saw an indeterminate operation return: it does so at the end. */
function returnOf(operations: readonly Operation[], position: number): number {
  const operation = operations[position];
  return operation?.type === "ok" ? operation.completedIndex : Infinity;
}
