// The memory of the reduced search: every situation that it has entered. It answers whether a new one is hopeless because
// one at least as good is known. Flat integers, no objects.
//
// A situation is (mutators done, state) and, per such pair, the observers done and the indeterminate operations used.
// Two situations of one pair compare:
//  - fewer indeterminate operations used is better: what is unused may still be used, and nothing forces its use;
//  - more observers done is better: an observer changes nothing, so a missing one is a demand and never a help.
// A situation that a known one dominates in both needs no second visit: the known one either failed, or it is an ancestor
// whose remaining choices include everything that could be done from here.
import { Arena } from "./arena.ts";
import type { WindowSet } from "./window.ts";
import { mixedHash } from "./zobrist.ts";

/** Layout of a pair in the arena: next pair of the chain, hash, state, start and length of the mutator window, first situation, mutator words. */
const pairHeader = 6;
/** Layout of a situation: next of the pair, start and length of the observer window, length of the pending words, observer words, pending words. */
const situationHeader = 4;

const initialBuckets = 256;

export class Configurations {
  readonly #mutators: WindowSet;
  readonly #observers: WindowSet;
  readonly #pending: WindowSet;
  readonly #arena = new Arena();
  /** First pair of each chain; one pair a bucket on average, at most. */
  #buckets = new Int32Array(initialBuckets);
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
    return this.#arena.sizeBytes + this.#buckets.byteLength;
  }

  /** Forgets everything. Call it when the sets have their sizes. */
  clear(): void {
    this.release();
    this.#arena.start(pairHeader + situationHeader + this.#mutators.wordCount + this.#observers.wordCount + this.#pending.wordCount);
    if (this.#pairCount > 0) this.#buckets.fill(0);
    this.#pairCount = 0;
    this.#count = 0;
  }

  /** Gives back what a large search needed; the counts stay. */
  release(): void {
    this.#arena.release();
    if (this.#buckets.length === initialBuckets) return;
    this.#replaceBuckets(initialBuckets);
  }

  /** The present situation can be added without growth. */
  get hasRoom(): boolean {
    const size = pairHeader + this.#mutators.length + situationHeader + this.#observers.length + this.#pending.end;
    return this.#pairCount < this.#buckets.length && this.#arena.hasRoom(size);
  }

  /** Makes room for the present situation; false, and nothing changed, if that would exceed the bytes allowed. */
  grow(allowedBytes: number): boolean {
    const isCrowded = this.#pairCount >= this.#buckets.length;
    if (this.sizeBytes + (isCrowded ? this.#buckets.byteLength : this.#arena.chunkBytes) > allowedBytes) return false;
    if (isCrowded) this.#rehash();
    else if (this.#arena.canExtend) this.#arena.extend();
    else return false;
    return this.hasRoom || this.grow(allowedBytes);
  }

  /** Stores the present situation in this state; false if a known one dominates it. `hash` is that of the mutators. There must be room. */
  add(hash: number, state: number): boolean {
    const full = mixedHash(hash, state);
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
    const { chunks, bits, mask } = this.#arena;
    let pair = this.#buckets[hash & (this.#buckets.length - 1)]!;
    while (pair !== 0) {
      const chunk = chunks[pair >>> bits]!;
      const at = pair & mask;
      if (chunk[at + 1] === hash && chunk[at + 2] === state && this.#hasMutators(chunk, at)) return pair;
      pair = chunk[at]!;
    }
    return 0;
  }

  #hasMutators(chunk: Int32Array, at: number): boolean {
    const { words, start, length } = this.#mutators;
    if (chunk[at + 3] !== start || chunk[at + 4] !== length) return false;
    for (let word = 0; word < length; word++) {
      if (chunk[at + pairHeader + word] !== words[start + word]) return false;
    }
    return true;
  }

  #addPair(hash: number, state: number): number {
    const { words, start, length } = this.#mutators;
    const pair = this.#arena.allocate(pairHeader + length);
    const chunk = this.#chunkOf(pair);
    const at = pair & this.#arena.mask;
    const bucket = hash & (this.#buckets.length - 1);
    chunk[at] = this.#buckets[bucket]!;
    chunk[at + 1] = hash;
    chunk[at + 2] = state;
    chunk[at + 3] = start;
    chunk[at + 4] = length;
    chunk[at + 5] = 0;
    for (let word = 0; word < length; word++) chunk[at + pairHeader + word] = words[start + word]!;
    this.#buckets[bucket] = pair;
    this.#pairCount++;
    return pair;
  }

  #addSituation(pair: number): void {
    const observers = this.#observers;
    const pending = this.#pending;
    const observerLength = observers.length;
    const pendingLength = pending.end;
    const situation = this.#arena.allocate(situationHeader + observerLength + pendingLength);
    const chunk = this.#chunkOf(situation);
    const at = situation & this.#arena.mask;
    const pairChunk = this.#chunkOf(pair);
    const first = (pair & this.#arena.mask) + 5;
    chunk[at] = pairChunk[first]!;
    chunk[at + 1] = observers.start;
    chunk[at + 2] = observerLength;
    chunk[at + 3] = pendingLength;
    let to = at + situationHeader;
    for (let word = 0; word < observerLength; word++) chunk[to++] = observers.words[observers.start + word]!;
    for (let word = 0; word < pendingLength; word++) chunk[to++] = pending.words[word]!;
    pairChunk[first] = situation;
    this.#count++;
  }

  #isDominated(pair: number): boolean {
    const { chunks, bits, mask } = this.#arena;
    let known = this.#chunkOf(pair)[(pair & mask) + 5]!;
    while (known !== 0) {
      const chunk = chunks[known >>> bits]!;
      const at = known & mask;
      if (this.#usedNoMore(chunk, at) && this.#observedNoLess(chunk, at)) return true;
      known = chunk[at]!;
    }
    return false;
  }

  /** Unlinks known situations that the present one dominates. */
  #dropDominated(pair: number): void {
    const { mask } = this.#arena;
    let [beforeChunk, before] = [this.#chunkOf(pair), (pair & mask) + 5];
    for (let known = beforeChunk[before]!; known !== 0; known = beforeChunk[before]!) {
      const chunk = this.#chunkOf(known);
      const at = known & mask;
      if (this.#usedNoLess(chunk, at) && this.#observedNoMore(chunk, at)) beforeChunk[before] = chunk[at]!;
      else [beforeChunk, before] = [chunk, at];
    }
  }

  /** Known pending words are a subset of the present ones. */
  #usedNoMore(chunk: Int32Array, known: number): boolean {
    const { words, end } = this.#pending;
    const length = chunk[known + 3]!;
    if (length > end) return false;
    const from = known + situationHeader + chunk[known + 2]!;
    for (let word = 0; word < length; word++) if ((chunk[from + word]! & ~words[word]!) !== 0) return false;
    return true;
  }

  #usedNoLess(chunk: Int32Array, known: number): boolean {
    const { words, end } = this.#pending;
    const length = chunk[known + 3]!;
    if (length < end) return false;
    const from = known + situationHeader + chunk[known + 2]!;
    for (let word = 0; word < end; word++) if ((words[word]! & ~chunk[from + word]!) !== 0) return false;
    return true;
  }

  /** Known observers are a superset of the present ones. The first word of a window always lacks a member. */
  #observedNoLess(chunk: Int32Array, known: number): boolean {
    const { words, start, end } = this.#observers;
    const knownStart = chunk[known + 1]!;
    if (knownStart < start) return false;
    const from = known + situationHeader - knownStart;
    const knownEnd = knownStart + chunk[known + 2]!;
    for (let word = knownStart; word < end; word++) {
      if ((words[word]! & ~(word < knownEnd ? chunk[from + word]! : 0)) !== 0) return false;
    }
    return true;
  }

  #observedNoMore(chunk: Int32Array, known: number): boolean {
    const { words, start, end } = this.#observers;
    const knownStart = chunk[known + 1]!;
    if (knownStart > start) return false;
    const from = known + situationHeader - knownStart;
    const knownEnd = knownStart + chunk[known + 2]!;
    for (let word = start; word < knownEnd; word++) {
      if ((chunk[from + word]! & ~(word < end ? words[word]! : 0)) !== 0) return false;
    }
    return true;
  }

  #chunkOf(offset: number): Int32Array {
    return this.#arena.chunks[offset >>> this.#arena.bits]!;
  }

  /** Twice as many buckets. All chains are joined into one first, so that old and new buckets need not exist together. */
  #rehash(): void {
    let all = 0;
    for (let pair of this.#buckets) {
      while (pair !== 0) {
        const chunk = this.#chunkOf(pair);
        const next = chunk[pair & this.#arena.mask]!;
        chunk[pair & this.#arena.mask] = all;
        all = pair;
        pair = next;
      }
    }
    this.#replaceBuckets(2 * this.#buckets.length);
    const mask = this.#buckets.length - 1;
    while (all !== 0) {
      const chunk = this.#chunkOf(all);
      const at = all & this.#arena.mask;
      const next = chunk[at]!;
      const bucket = chunk[at + 1]! & mask;
      chunk[at] = this.#buckets[bucket]!;
      this.#buckets[bucket] = all;
      all = next;
    }
  }

  #replaceBuckets(length: number): void {
    this.#buckets.buffer.transfer(0); // frees it at once
    this.#buckets = new Int32Array(length);
  }
}
