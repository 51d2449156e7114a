// The operations that are open at one moment of a history, each in a slot that is used again when it closes. A configuration
// of the frontier is a state and one bit per slot, so its size follows the concurrency and not the length of the history.
import { resized } from "./frontier-room.ts";

/** What an operation can do to a configuration. */
export type SlotKind = "mutator" | "observer" | "pending";

export interface OpenOperation {
  /** The caller's number of it. */
  readonly operation: number;
  /** Operations of equal action have the same effect and the same legality. */
  readonly action: number;
  /** `pending`: its outcome is unknown, so nothing forces it and it may also never take effect. */
  readonly kind: SlotKind;
  /** When it closes, as far as is known; Infinity: never. Orders equal operations. */
  readonly end: number;
}

const none = -1;

/**
 * Slots are found lowest first. Mutators and pending operations of one action form a *group*: twins, earliest end first and
 * then in the order of opening. Whatever can be done with a twin can be done with one before it.
 */
export class Slots {
  /** Words of a configuration: bit i & 31 of word i >> 5 belongs to slot i. */
  width = 1;
  /** Bits of the slots of each kind. */
  mutators: Int32Array = new Int32Array(1);
  observers: Int32Array = new Int32Array(1);
  pending: Int32Array = new Int32Array(1);
  /** Slots of pending operations that every configuration has used: their bits mean nothing any more. */
  retired: Int32Array = new Int32Array(1);
  /** Per slot: the caller's number of the operation (-1: free), and its action. */
  operations: Int32Array = new Int32Array(32).fill(none);
  actions: Int32Array = new Int32Array(32);
  /** Per slot: the next twin of the group, or -1. */
  nextTwin: Int32Array = new Int32Array(32);
  /** The first slot of every group. */
  readonly groups: number[] = [];
  readonly openObservers: number[] = [];
  #ends = new Float64Array(32);

  reset(): void {
    this.width = 1;
    for (const words of [this.mutators, this.observers, this.pending, this.retired]) words.fill(0);
    this.operations.fill(none);
    this.groups.length = 0;
    this.openObservers.length = 0;
  }

  // Non-null assertions below: slots are in bounds, `#widen` makes room for every word.

  open({ operation, action, kind, end }: OpenOperation): number {
    let slot = this.operations.indexOf(none);
    if (slot === none) slot = this.#widen();
    if (slot >> 5 >= this.width) this.width = (slot >> 5) + 1;
    this.operations[slot] = operation;
    this.actions[slot] = action;
    this.#ends[slot] = end;
    const words = kind === "mutator" ? this.mutators : kind === "observer" ? this.observers : this.pending;
    words[slot >> 5]! |= 1 << (slot & 31);
    if (kind === "observer") this.openObservers.push(slot);
    else this.#joinGroup(slot);
    return slot;
  }

  /** The slot of an open operation, or -1. */
  slotOf(operation: number): number {
    return this.operations.indexOf(operation);
  }

  get isAnyOpen(): boolean {
    return this.operations.some((operation) => operation !== none);
  }

  isPending(slot: number): boolean {
    return (this.pending[slot >> 5]! & (1 << (slot & 31))) !== 0;
  }

  isRetired(slot: number): boolean {
    return (this.retired[slot >> 5]! & (1 << (slot & 31))) !== 0;
  }

  /** Frees the slot; no configuration may have its bit. */
  close(slot: number): void {
    this.#leave(slot);
    this.operations[slot] = none;
  }

  /** Takes a pending operation out of use; configurations may keep its bit until `releaseRetired`. */
  retire(slot: number): void {
    this.#leave(slot);
    this.retired[slot >> 5]! |= 1 << (slot & 31);
  }

  /** Frees the retired slots; no configuration may have their bits any more. */
  releaseRetired(): void {
    for (let word = 0; word < this.width; word++) {
      for (let left = this.retired[word]!; left !== 0; left &= left - 1) this.operations[(word << 5) + lowestBit(left)] = none;
      this.retired[word] = 0;
    }
    while (this.width > 1 && this.#isFree(this.width - 1)) this.width--;
  }

  /** The caller's numbers of the open operations that are not pending. */
  forced(): number[] {
    const open: number[] = [];
    for (const [slot, operation] of this.operations.entries()) {
      const bit = 1 << (slot & 31);
      if (((this.mutators[slot >> 5]! | this.observers[slot >> 5]!) & bit) !== 0) open.push(operation);
    }
    return open;
  }

  copyFrom(other: Slots): void {
    if (this.operations.length !== other.operations.length) this.#resize(other.operations.length);
    this.width = other.width;
    this.mutators.set(other.mutators);
    this.observers.set(other.observers);
    this.pending.set(other.pending);
    this.retired.set(other.retired);
    this.operations.set(other.operations);
    this.actions.set(other.actions);
    this.nextTwin.set(other.nextTwin);
    this.#ends.set(other.#ends);
    this.groups.length = 0;
    for (const slot of other.groups) this.groups.push(slot);
    this.openObservers.length = 0;
    for (const slot of other.openObservers) this.openObservers.push(slot);
  }

  get sizeBytes(): number {
    return this.operations.length * 26;
  }

  #joinGroup(slot: number): void {
    const group = this.groups.findIndex((first) => this.actions[first] === this.actions[slot]);
    if (group === none) {
      this.groups.push(slot);
      this.nextTwin[slot] = none;
      return;
    }
    let before = none;
    let after = this.groups[group]!;
    while (after !== none && this.#ends[after]! <= this.#ends[slot]!) {
      before = after;
      after = this.nextTwin[after]!;
    }
    this.nextTwin[slot] = after;
    if (before === none) this.groups[group] = slot;
    else this.nextTwin[before] = slot;
  }

  #leave(slot: number): void {
    const word = slot >> 5;
    const others = ~(1 << (slot & 31));
    const isObserver = (this.observers[word]! & ~others) !== 0;
    this.mutators[word]! &= others;
    this.observers[word]! &= others;
    this.pending[word]! &= others;
    if (isObserver) this.openObservers.splice(this.openObservers.indexOf(slot), 1);
    else this.#leaveGroup(slot);
  }

  #leaveGroup(slot: number): void {
    const group = this.groups.findIndex((first) => this.actions[first] === this.actions[slot]);
    const first = this.groups[group]!;
    const after = this.nextTwin[slot]!;
    if (first === slot) {
      if (after === none) this.groups.splice(group, 1);
      else this.groups[group] = after;
      return;
    }
    let before = first;
    while (this.nextTwin[before]! !== slot) before = this.nextTwin[before]!;
    this.nextTwin[before] = after;
  }

  #isFree(word: number): boolean {
    for (let slot = word << 5; slot < (word + 1) << 5; slot++) if (this.operations[slot]! !== none) return false;
    return true;
  }

  /** Doubles the slots and answers the first new one. */
  #widen(): number {
    const slot = this.operations.length;
    this.#resize(2 * slot);
    return slot;
  }

  #resize(length: number): void {
    const used = Math.min(length, this.operations.length);
    this.mutators = resized(this.mutators, length >> 5);
    this.observers = resized(this.observers, length >> 5);
    this.pending = resized(this.pending, length >> 5);
    this.retired = resized(this.retired, length >> 5);
    this.operations = resized(this.operations, length).fill(none, used);
    this.actions = resized(this.actions, length);
    this.nextTwin = resized(this.nextTwin, length);
    const ends = new Float64Array(length);
    ends.set(this.#ends.subarray(0, used));
    this.#ends = ends;
  }
}

/** Position of the lowest bit set; the word is not 0. */
export function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}
