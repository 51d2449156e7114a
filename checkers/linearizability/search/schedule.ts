// Which operations of a partition are done, which may come next, and how to take that back. The search's bookkeeping.
//
// An operation may come next iff no operation that is still missing completed before it was invoked. Three linked lists in
// order of invocation hold what is missing: mutators, observers and indeterminate operations; taking an operation unlinks
// it, undoing links it again at its old place (Knuth's dancing links; Horn and Kroening 2015 use one such list).
//
// An indeterminate operation with a completion is a *maybe*: it took effect before then, or never. Witnesses consist of
// such "whether or not" (witness.ts). When one is the first that is missing, it may be dropped.
import type { Json } from "../../../harness/json.ts";
import type { Input, Operation } from "../../../harness/operation.ts";
import type { Effects } from "./effects.ts";
import type { Model } from "../model.ts";
import { Prospects } from "./prospects.ts";
import { WindowSet } from "./window.ts";
import { randomWord } from "./zobrist.ts";

const mutator = 0;
const observer = 1;
const pendingKind = 2;
const none = -1;
/** Of the arrays below, all together. */
const bytesPerOperation = 2 * 8 + 7 * 4 + 2;

export class Schedule {
  readonly mutators: WindowSet = new WindowSet();
  readonly observers: WindowSet = new WindowSet();
  readonly pending: WindowSet = new WindowSet();
  /** The operations done, in the order in which they were taken; valid up to `doneCount`. */
  order: Int32Array = new Int32Array(64);
  doneCount = 0;
  /** Hash of the set of mutators that are done (Zobrist): independent of their order. */
  mutatorHash = 0;

  #count = 0;
  #starts = new Float64Array(64);
  #ends = new Float64Array(64);
  #kinds = new Uint8Array(64);
  /** Number of the operation among those of its kind: its bit in the window set. */
  #slots = new Int32Array(64);
  #isDone = new Uint8Array(64);
  /** Linked lists; the heads are at count, count + 1 and count + 2. */
  #next = new Int32Array(67);
  #previous = new Int32Array(67);
  /** Completed operations and maybes in order of completion, and the first of them that is missing. */
  #returns = new Int32Array(64);
  #returnCount = 0;
  #firstReturn = 0;
  /** `#firstReturn` as it was before the operation at this place of `order` was taken. */
  #returnsBefore = new Int32Array(64);
  /** Completed operations that are missing; maybes do not count. */
  #missingCount = 0;
  /** The end of the first missing one: nothing invoked later may come next. */
  #bound = Infinity;
  /** Twin with the next earlier completion, or invocation if neither completed; or `none`. */
  #twins = new Int32Array(64);
  #hasTwins = false;
  #prospects: Prospects | undefined;
  readonly #kindCounts = [0, 0, 0];

  start<S, I extends Input, O extends Json>(operations: readonly Operation<I, O>[], model: Model<S, I, O>): void {
    this.#makeRoom(operations.length);
    this.#count = operations.length;
    this.#kindCounts.fill(0);
    this.#returnCount = 0;
    this.#hasTwins = false;
    this.#prospects = undefined;
    for (let position = 0; position < operations.length; position++) {
      const operation = operations[position]!; // in bounds
      const isCompleted = operation.type === "ok";
      this.#starts[position] = operation.invokedIndex;
      this.#ends[position] = operation.completedIndex;
      const kind = !isCompleted ? pendingKind : model.isReadOnly?.(operation.input, operation.output) === true ? observer : mutator;
      this.#kinds[position] = kind;
      this.#slots[position] = this.#kindCounts[kind]!++;
      this.#isDone[position] = 0;
      if (operation.completedIndex !== Infinity) this.#insertReturn(position);
    }
    this.#link();
    this.mutators.reset(this.#kindCounts[mutator]!);
    this.observers.reset(this.#kindCounts[observer]!);
    this.pending.reset(this.#kindCounts[pendingKind]!);
    this.mutatorHash = 0;
    this.doneCount = 0;
    this.#missingCount = this.#kindCounts[mutator]! + this.#kindCounts[observer]!;
    this.#firstReturn = 0;
    this.#moveBound();
  }

  // Non-null assertions below: positions come from this class's own lists, which `start` filled.

  /** All completed operations are done. */
  get isFinished(): boolean {
    return this.#missingCount === 0;
  }

  isPending(operation: number): boolean {
    return this.#kinds[operation] === pendingKind;
  }

  /** What its buffers occupy. */
  get sizeBytes(): number {
    const bitBytes = this.mutators.words.byteLength + this.observers.words.byteLength + this.pending.words.byteLength;
    return this.order.length * bytesPerOperation + bitBytes + (this.#prospects?.sizeBytes ?? 0);
  }

  /** The first mutator or indeterminate operation that may come next in this state; below -1: a maybe to be dropped; -1: none. */
  firstCandidate(state: number): number {
    return this.#candidateFrom(this.#next[this.#count + mutator]!, state);
  }

  candidateAfter(candidate: number, state: number): number {
    return candidate < none ? none : this.#candidateFrom(this.#next[candidate]!, state);
  }

  /** The maybe that a candidate below -1 stands for: it is to be dropped. */
  dropped(candidate: number): number {
    return -2 - candidate;
  }

  /** The first observer that may come next, or -1. */
  firstObserver(): number {
    return this.#observerFrom(this.#next[this.#count + observer]!);
  }

  observerAfter(operation: number): number {
    return this.#observerFrom(this.#next[operation]!);
  }

  take(operation: number): void {
    const place = this.doneCount++;
    this.order[place] = operation;
    this.#returnsBefore[place] = this.#firstReturn;
    const next = this.#next[operation]!;
    const previous = this.#previous[operation]!;
    this.#next[previous] = next;
    this.#previous[next] = previous;
    this.#isDone[operation] = 1;
    const slot = this.#slots[operation]!;
    const kind = this.#kinds[operation];
    if (kind !== pendingKind) this.#missingCount--;
    if (kind === mutator) {
      this.mutators.add(slot);
      this.mutatorHash ^= randomWord(slot);
    } else if (kind === observer) this.observers.add(slot);
    else this.pending.add(slot);
    if (this.#returns[this.#firstReturn] === operation) this.#moveBound();
    this.#prospects?.take(operation);
  }

  /** Takes back everything that was taken since `doneCount` was `mark`. */
  undoTo(mark: number): void {
    while (this.doneCount > mark) {
      const operation = this.order[--this.doneCount]!;
      this.#prospects?.undo(operation);
      this.#firstReturn = this.#returnsBefore[this.doneCount]!;
      this.#next[this.#previous[operation]!] = operation;
      this.#previous[this.#next[operation]!] = operation;
      this.#isDone[operation] = 0;
      const slot = this.#slots[operation]!;
      const kind = this.#kinds[operation];
      if (kind !== pendingKind) this.#missingCount++;
      if (kind === mutator) {
        this.mutators.remove(slot);
        this.mutatorHash ^= randomWord(slot);
      } else if (kind === observer) this.observers.remove(slot);
      else this.pending.remove(slot);
    }
    this.#bound = this.#firstReturn < this.#returnCount ? this.#ends[this.#returns[this.#firstReturn]!]! : Infinity;
  }

  /** Call before the window sets are read: tells them how far they are full. */
  alignWindows(): void {
    const firstMutator = this.#next[this.#count + mutator]!;
    const firstObserver = this.#next[this.#count + observer]!;
    this.mutators.startAt(firstMutator < this.#count ? this.#slots[firstMutator]! : Infinity, this.#kindCounts[mutator]!);
    this.observers.startAt(firstObserver < this.#count ? this.#slots[firstObserver]! : Infinity, this.#kindCounts[observer]!);
  }

  /** From now on skips an operation while a better twin could come next. Classes of equal operations: 0..classCount-1. */
  linkTwins(classOf: (operation: number) => number, classCount: number): void {
    this.#hasTwins = true;
    const last = new Int32Array(classCount).fill(none);
    for (let position = 0; position < this.#returnCount; position++) this.#linkTwin(this.#returns[position]!, classOf, last);
    for (let position = 0; position < this.#count; position++) {
      if (this.#ends[position] === Infinity) this.#linkTwin(position, classOf, last);
    }
  }

  /** From now on knows what the missing operations need, and skips indeterminate ones that nobody who may come next wants. */
  watch(effects: Effects): void {
    this.#prospects = new Prospects(effects, { starts: this.#starts, ends: this.#ends, returns: this.#returns.subarray(0, this.#returnCount) });
  }

  /** Whether, with one value gone and another present, a missing operation has become impossible. Only after `watch`. */
  isLost(gone: number, present: number): boolean {
    return this.#prospects?.isLost(gone, present) === true;
  }

  /** Whether in this state a missing operation needs a value that nobody can leave in time. Only after `watch`. */
  isAnyLost(state: number): boolean {
    return this.#prospects?.isAnyLost(state) === true;
  }

  #linkTwin(operation: number, classOf: (operation: number) => number, last: Int32Array): void {
    const id = classOf(operation);
    this.#twins[operation] = last[id]!;
    last[id] = operation;
  }

  #candidateFrom(from: number, state: number): number {
    let candidate = from;
    if (from < this.#count ? this.#kinds[from] !== pendingKind : from === this.#count + mutator) {
      for (; candidate !== this.#count + mutator && this.#starts[candidate]! <= this.#bound; candidate = this.#next[candidate]!) {
        if (!this.#hasTwins || !this.#hasEarlierTwin(candidate)) return candidate;
      }
      candidate = this.#next[this.#count + pendingKind]!;
    }
    const prospects = candidate === this.#count + pendingKind ? undefined : this.#prospects;
    if (prospects !== undefined) this.#wantNext(prospects, state);
    for (; candidate !== this.#count + pendingKind && this.#starts[candidate]! <= this.#bound; candidate = this.#next[candidate]!) {
      if (this.#hasTwins && this.#hasUnusedTwin(candidate)) continue;
      // A maybe may be what keeps others from coming next.
      if (prospects === undefined || prospects.isWanted(candidate) || this.#ends[candidate] !== Infinity) return candidate;
    }
    const first = this.#firstReturn < this.#returnCount ? this.#returns[this.#firstReturn]! : none;
    return first !== none && this.#kinds[first] === pendingKind ? -2 - first : none;
  }

  /** Tells the prospects which completed operations may come next. */
  #wantNext(prospects: Prospects, state: number): void {
    prospects.forget();
    for (let list = this.#count + mutator; list <= this.#count + observer; list++) {
      for (let missing = this.#next[list]!; missing !== list && this.#starts[missing]! <= this.#bound; missing = this.#next[missing]!)
        prospects.want(missing, state);
    }
  }

  #observerFrom(from: number): number {
    return from !== this.#count + observer && this.#starts[from]! <= this.#bound ? from : none;
  }

  /** All that completes before the bound is done, so the walk ends after at most as many twins as there are clients. */
  #hasEarlierTwin(operation: number): boolean {
    for (let twin = this.#twins[operation]!; twin !== none && this.#ends[twin]! >= this.#bound; twin = this.#twins[twin]!) {
      if (this.#isDone[twin] === 0 && this.#starts[twin]! <= this.#bound) return true;
    }
    return false;
  }

  /** The chain is in order of completion, then of invocation: whatever can be used in place of this one should be. */
  #hasUnusedTwin(operation: number): boolean {
    for (let twin = this.#twins[operation]!; twin !== none; twin = this.#twins[twin]!) {
      if (this.#isDone[twin] === 0 && this.#starts[twin]! <= this.#bound) return true;
    }
    return false;
  }

  #moveBound(): void {
    let first = this.#firstReturn;
    while (first < this.#returnCount && this.#isDone[this.#returns[first]!] === 1) first++;
    this.#firstReturn = first;
    this.#bound = first < this.#returnCount ? this.#ends[this.#returns[first]!]! : Infinity;
  }

  /** Insertion sort: completions are nearly in order of invocation, off by no more than the number of clients. */
  #insertReturn(operation: number): void {
    const end = this.#ends[operation]!;
    let place = this.#returnCount++;
    while (place > 0 && this.#ends[this.#returns[place - 1]!]! > end) {
      this.#returns[place] = this.#returns[place - 1]!;
      place--;
    }
    this.#returns[place] = operation;
  }

  #link(): void {
    const last = [this.#count, this.#count + 1, this.#count + 2];
    for (let position = 0; position < this.#count; position++) {
      const kind = this.#kinds[position]!;
      const before = last[kind]!;
      this.#next[before] = position;
      this.#previous[position] = before;
      last[kind] = position;
    }
    for (let kind = 0; kind < 3; kind++) {
      this.#next[last[kind]!] = this.#count + kind;
      this.#previous[this.#count + kind] = last[kind]!;
    }
  }

  #makeRoom(count: number): void {
    if (this.order.length >= count) return;
    const length = Math.max(count, 2 * this.order.length);
    this.order = new Int32Array(length);
    this.#starts = new Float64Array(length);
    this.#ends = new Float64Array(length);
    this.#kinds = new Uint8Array(length);
    this.#slots = new Int32Array(length);
    this.#isDone = new Uint8Array(length);
    this.#next = new Int32Array(length + 3);
    this.#previous = new Int32Array(length + 3);
    this.#returns = new Int32Array(length);
    this.#returnsBefore = new Int32Array(length);
    this.#twins = new Int32Array(length);
  }
}
