// What the missing operations of an object that is one value still need, and who could give it. For the search, which leaves
// a value only if everybody who needs it can still get it, and tries an indeterminate operation only if somebody wants it.
import type { Effects } from "./effects.ts";
import { noValue } from "./effects.ts";

const none = -1;

/** The times of the operations: those of the schedule, by position. */
export interface Times {
  readonly starts: Float64Array;
  readonly ends: Float64Array;
  /** Positions in order of completion; those that never complete are left out. */
  readonly returns: Int32Array;
}

/**
 * Two linked lists per value hold what is missing: completed operations that need it, by completion, and operations that
 * leave it, by invocation. Taking and taking back is in last-in-first-out order, so links are restored exactly.
 */
export class Prospects {
  readonly #effects: Effects;
  readonly #starts: Float64Array;
  readonly #ends: Float64Array;
  readonly #needs: Lists;
  readonly #sources: Lists;
  /** Both again for all values together, where states grow: then a value may come from any other. */
  readonly #everyNeed: Lists | undefined;
  readonly #everySource: Lists | undefined;
  /** Indeterminate operations that could make use of a value. */
  readonly #pendingNeeds: Int32Array;
  /** Values that operations which may come next need: those stamped with the present round. */
  readonly #stamps: Int32Array;
  #round = 0;
  #isAnyWanted = false;

  constructor(effects: Effects, { starts, ends, returns }: Times) {
    const { from, to, isPending, valueCount } = effects;
    this.#effects = effects;
    this.#starts = starts;
    this.#ends = ends;
    this.#needs = new Lists(from.length, valueCount);
    this.#sources = new Lists(from.length, valueCount);
    if (effects.grows !== undefined) [this.#everyNeed, this.#everySource] = [new Lists(from.length, 1), new Lists(from.length, 1)];
    this.#pendingNeeds = new Int32Array(valueCount);
    this.#stamps = new Int32Array(valueCount);
    // Non-null here and below: positions and values are in bounds of the arrays made for them.
    for (const position of returns) {
      if (isPending[position] === 1 || from[position] === noValue) continue;
      this.#needs.append(position, from[position]!);
      this.#everyNeed?.append(position, 0);
    }
    for (let position = 0; position < from.length; position++) {
      if (to[position] !== noValue) {
        this.#sources.append(position, to[position]!);
        this.#everySource?.append(position, 0);
      }
      if (isPending[position] === 1 && from[position] !== noValue) this.#pendingNeeds[from[position]!]!++;
    }
  }

  get sizeBytes(): number {
    return this.#needs.sizeBytes + this.#sources.sizeBytes + this.#pendingNeeds.byteLength + this.#stamps.byteLength;
  }

  take(operation: number): void {
    const { from, to, isPending } = this.#effects;
    if (from[operation] !== noValue) {
      if (isPending[operation] === 0) {
        this.#needs.unlink(operation);
        this.#everyNeed?.unlink(operation);
      } else this.#pendingNeeds[from[operation]!]!--;
    }
    if (to[operation] !== noValue) {
      this.#sources.unlink(operation);
      this.#everySource?.unlink(operation);
    }
  }

  undo(operation: number): void {
    const { from, to, isPending } = this.#effects;
    if (to[operation] !== noValue) {
      this.#sources.relink(operation);
      this.#everySource?.relink(operation);
    }
    if (from[operation] !== noValue) {
      if (isPending[operation] === 0) {
        this.#needs.relink(operation);
        this.#everyNeed?.relink(operation);
      } else this.#pendingNeeds[from[operation]!]!++;
    }
  }

  /** Now that this value is gone, a missing operation has become impossible. */
  isLost(gone: number, present: number): boolean {
    return this.#everyNeed === undefined ? this.#isUnavailable(gone) : this.#isOutOfReach(present);
  }

  /** A missing operation is impossible from the start. */
  isAnyLost(present: number): boolean {
    if (this.#everyNeed !== undefined) return this.#isOutOfReach(present);
    for (let value = 0; value < this.#effects.valueCount; value++) if (value !== present && this.#isUnavailable(value)) return true;
    return false;
  }

  /** A missing operation needs this value, which is not the present one, and nobody can leave it before that one completes. */
  #isUnavailable(value: number): boolean {
    const need = this.#needs.first(value);
    if (need === none) return false;
    const source = this.#sources.first(value);
    return source === none || this.#starts[source]! > this.#ends[need]!;
  }

  /** The next need to be due can be met neither by growth nor by growth after a replacement. Others may be beyond reach too: that shows later. */
  #isOutOfReach(present: number): boolean {
    const { from, to } = this.#effects;
    const need = this.#everyNeed?.first(0) ?? none;
    if (need === none || this.#leadsTo(present, from[need]!)) return false;
    const sources = this.#everySource;
    for (let source = sources?.first(0) ?? none; source !== none && this.#starts[source]! <= this.#ends[need]!; source = sources?.after(source) ?? none) {
      if (this.#leadsTo(to[source]!, from[need]!)) return false;
    }
    return true;
  }

  #leadsTo(state: number, value: number): boolean {
    return state === value || this.#effects.mayGrow(state, value);
  }

  /** A new round of `want`: no operation is known that may come next. */
  forget(): void {
    this.#round++;
    this.#isAnyWanted = false;
  }

  /** This operation may come next, in this value. */
  want(operation: number, present: number): void {
    const { from, not } = this.#effects;
    if (from[operation] !== noValue) this.#stamps[from[operation]!] = this.#round;
    if (not[operation] === present) this.#isAnyWanted = true;
  }

  /**
   * An operation that may come next would not do without this indeterminate one. If none would, then it is unnecessary, or
   * can as well come later: what follows it either replaces the value unseen, or does not care which it is.
   */
  isWanted(pending: number): boolean {
    if (this.#isAnyWanted || this.#effects.grows !== undefined) return true;
    const value = this.#effects.to[pending]!;
    return value !== noValue && (this.#stamps[value] === this.#round || this.#pendingNeeds[value]! > 0);
  }
}

/** Doubly linked lists of operations, one per value; each operation is in at most one. */
class Lists {
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #operationCount: number;

  constructor(operationCount: number, valueCount: number) {
    this.#operationCount = operationCount;
    // The head of a list is an element of its own, linked to itself while the list is empty.
    this.#next = new Int32Array(operationCount + valueCount);
    for (let element = 0; element < this.#next.length; element++) this.#next[element] = element;
    this.#previous = this.#next.slice();
  }

  get sizeBytes(): number {
    return this.#next.byteLength + this.#previous.byteLength;
  }

  /** The first operation of a value's list, or -1. */
  first(value: number): number {
    return this.after(this.#operationCount + value);
  }

  /** The next operation of the same list, or -1. */
  after(element: number): number {
    const next = this.#next[element]!; // in bounds, as everywhere here
    return next < this.#operationCount ? next : none;
  }

  append(operation: number, value: number): void {
    const head = this.#operationCount + value;
    const last = this.#previous[head]!;
    this.#next[last] = operation;
    this.#previous[operation] = last;
    this.#next[operation] = head;
    this.#previous[head] = operation;
  }

  unlink(operation: number): void {
    const next = this.#next[operation]!;
    const previous = this.#previous[operation]!;
    this.#next[previous] = next;
    this.#previous[next] = previous;
  }

  relink(operation: number): void {
    this.#next[this.#previous[operation]!] = operation;
    this.#previous[this.#next[operation]!] = operation;
  }
}
