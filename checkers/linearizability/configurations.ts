// The memory of the reduced search: every situation that it has entered. It answers whether a new one is hopeless because
// one at least as good is known. One flat arena of integers, no objects.
//
// A situation is (mutators done, state) and, per such pair, the observers done and the indeterminate operations used.
// Two situations of one pair compare:
//  - fewer indeterminate operations used is better: what is unused may still be used, and nothing forces its use;
//  - more observers done is better: an observer changes nothing, so a missing one is a demand and never a help.
// A situation that a known one dominates in both needs no second visit: the known one either failed, or it is an ancestor
// whose remaining choices include everything that could be done from here.
import type { WindowSet } from "./window.ts";

/** Layout of a pair in the arena: next pair of the chain, hash, state, start and length of the mutator window, first situation, mutator words. */
const pairHeader = 6;
/** Layout of a situation: next of the pair, start and length of the observer window, length of the pending words, observer words, pending words. */
const situationHeader = 4;

export class Configurations {
  readonly #mutators: WindowSet;
  readonly #observers: WindowSet;
  readonly #pending: WindowSet;
  #buckets = new Int32Array(64);
  #arena = new Int32Array(1024);
  #used = 1; // offset 0 means none
  #pairCount = 0;
  #count = 0;

  /** The three sets are read at every `add`; the search changes them in place. */
  constructor(mutators: WindowSet, observers: WindowSet, pending: WindowSet) {
    this.#mutators = mutators;
    this.#observers = observers;
    this.#pending = pending;
  }

  /** Situations stored. */
  get count(): number {
    return this.#count;
  }

  get sizeBytes(): number {
    return 4 * (this.#arena.length + this.#buckets.length);
  }

  clear(): void {
    if (this.sizeBytes > 1 << 20) {
      this.#buckets = new Int32Array(64);
      this.#arena = new Int32Array(1024);
    } else if (this.#pairCount > 0) this.#buckets.fill(0);
    this.#used = 1;
    this.#pairCount = 0;
    this.#count = 0;
  }

  /** Stores the present situation in this state; false if a known one dominates it. `hash` is that of the mutators. */
  add(hash: number, state: number): boolean {
    const mixed = Math.imul(hash ^ Math.imul(state + 1, 0x9e3779b1), 0x85ebca6b);
    const full = mixed ^ (mixed >>> 15);
    const pair = this.#findPair(full, state);
    if (pair === 0) {
      this.#addSituation(this.#addPair(full, state));
      return true;
    }
    if (this.#isDominated(pair)) return false;
    this.#dropDominated(pair);
    this.#addSituation(pair);
    return true;
  }

  // Non-null assertions below: every offset was written by this class, within the arena.

  #findPair(hash: number, state: number): number {
    const arena = this.#arena;
    let pair = this.#buckets[hash & (this.#buckets.length - 1)]!;
    while (pair !== 0) {
      if (arena[pair + 1] === hash && arena[pair + 2] === state && this.#hasMutators(pair)) return pair;
      pair = arena[pair]!;
    }
    return 0;
  }

  #hasMutators(pair: number): boolean {
    const { words, start, length } = this.#mutators;
    if (this.#arena[pair + 3] !== start || this.#arena[pair + 4] !== length) return false;
    for (let word = 0; word < length; word++) {
      if (this.#arena[pair + pairHeader + word] !== words[start + word]) return false;
    }
    return true;
  }

  #addPair(hash: number, state: number): number {
    const { words, start, length } = this.#mutators;
    const pair = this.#allocate(pairHeader + length);
    if (++this.#pairCount > this.#buckets.length) this.#rehash();
    const arena = this.#arena;
    const bucket = hash & (this.#buckets.length - 1);
    arena[pair] = this.#buckets[bucket]!;
    arena[pair + 1] = hash;
    arena[pair + 2] = state;
    arena[pair + 3] = start;
    arena[pair + 4] = length;
    arena[pair + 5] = 0;
    for (let word = 0; word < length; word++) arena[pair + pairHeader + word] = words[start + word]!;
    this.#buckets[bucket] = pair;
    return pair;
  }

  #addSituation(pair: number): void {
    const observers = this.#observers;
    const pending = this.#pending;
    const observerLength = observers.length;
    const pendingLength = pending.end;
    const situation = this.#allocate(situationHeader + observerLength + pendingLength);
    const arena = this.#arena;
    arena[situation] = arena[pair + 5]!;
    arena[situation + 1] = observers.start;
    arena[situation + 2] = observerLength;
    arena[situation + 3] = pendingLength;
    let to = situation + situationHeader;
    for (let word = 0; word < observerLength; word++) arena[to++] = observers.words[observers.start + word]!;
    for (let word = 0; word < pendingLength; word++) arena[to++] = pending.words[word]!;
    arena[pair + 5] = situation;
    this.#count++;
  }

  #isDominated(pair: number): boolean {
    for (let known = this.#arena[pair + 5]!; known !== 0; known = this.#arena[known]!) {
      if (this.#usedNoMore(known) && this.#observedNoLess(known)) return true;
    }
    return false;
  }

  /** Unlinks known situations that the present one dominates. */
  #dropDominated(pair: number): void {
    const arena = this.#arena;
    let before = pair + 5;
    for (let known = arena[before]!; known !== 0; known = arena[known]!) {
      if (this.#usedNoLess(known) && this.#observedNoMore(known)) arena[before] = arena[known]!;
      else before = known;
    }
  }

  /** Known pending words are a subset of the present ones. */
  #usedNoMore(known: number): boolean {
    const arena = this.#arena;
    const { words, end } = this.#pending;
    const length = arena[known + 3]!;
    if (length > end) return false;
    const from = known + situationHeader + arena[known + 2]!;
    for (let word = 0; word < length; word++) if ((arena[from + word]! & ~words[word]!) !== 0) return false;
    return true;
  }

  #usedNoLess(known: number): boolean {
    const arena = this.#arena;
    const { words, end } = this.#pending;
    const length = arena[known + 3]!;
    if (length < end) return false;
    const from = known + situationHeader + arena[known + 2]!;
    for (let word = 0; word < end; word++) if ((words[word]! & ~arena[from + word]!) !== 0) return false;
    return true;
  }

  /** Known observers are a superset of the present ones. The first word of a window always lacks a member. */
  #observedNoLess(known: number): boolean {
    const arena = this.#arena;
    const { words, start, end } = this.#observers;
    const knownStart = arena[known + 1]!;
    if (knownStart < start) return false;
    const from = known + situationHeader - knownStart;
    const knownEnd = knownStart + arena[known + 2]!;
    for (let word = knownStart; word < end; word++) {
      if ((words[word]! & ~(word < knownEnd ? arena[from + word]! : 0)) !== 0) return false;
    }
    return true;
  }

  #observedNoMore(known: number): boolean {
    const arena = this.#arena;
    const { words, start, end } = this.#observers;
    const knownStart = arena[known + 1]!;
    if (knownStart > start) return false;
    const from = known + situationHeader - knownStart;
    const knownEnd = knownStart + arena[known + 2]!;
    for (let word = start; word < knownEnd; word++) {
      if ((arena[from + word]! & ~(word < end ? words[word]! : 0)) !== 0) return false;
    }
    return true;
  }

  #allocate(size: number): number {
    const offset = this.#used;
    this.#used += size;
    if (this.#used > this.#arena.length) {
      const larger = new Int32Array(Math.max(this.#used, this.#arena.length * 2));
      larger.set(this.#arena);
      this.#arena = larger;
    }
    return offset;
  }

  #rehash(): void {
    const old = this.#buckets;
    const arena = this.#arena;
    this.#buckets = new Int32Array(old.length * 4);
    const mask = this.#buckets.length - 1;
    for (let pair of old) {
      while (pair !== 0) {
        const next = arena[pair]!;
        const bucket = arena[pair + 1]! & mask;
        arena[pair] = this.#buckets[bucket]!;
        this.#buckets[bucket] = pair;
        pair = next;
      }
    }
  }
}
