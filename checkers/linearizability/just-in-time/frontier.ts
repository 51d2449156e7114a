// A set of configurations of the just-in-time search: what the object may be at one moment, each with the operations that
// already took effect although they are still open. Only the best are kept.
//
// Two configurations of the same state and the same fired mutators compare:
//  - fewer pending operations used is better: what is unused may still be used, and nothing forces its use;
//  - more observers fired is better: an observer changes nothing, so a missing one is a demand and never a help.
// One that another is at least as good as, in both, has no future that the other has not; the set is an antichain.
import { resized, roomFor } from "./frontier-room.ts";
import type { Slots } from "./frontier-slots.ts";

const none = -1;
const firstCapacity = 16;

/** Configurations have numbers 0..count-1; those that a later, better one replaced are dead. */
export class Frontier {
  readonly #slots: Slots;
  count = 0;
  /** Words per configuration; the width of the slots when it was cleared. */
  width = 1;
  /** Per configuration: the state (-1: dead), its place in the lineage, and a bit per open operation that took effect. */
  states: Int32Array = new Int32Array(firstCapacity);
  nodes: Int32Array = new Int32Array(firstCapacity);
  words: Int32Array = new Int32Array(firstCapacity);
  #chain: Int32Array = new Int32Array(firstCapacity);
  #buckets: Int32Array = new Int32Array(firstCapacity).fill(none);

  /** The slots say what the bits mean; they must not change between `clear` and the last `add`. */
  constructor(slots: Slots) {
    this.#slots = slots;
  }

  get sizeBytes(): number {
    return 4 * (3 * this.states.length + this.words.length + this.#buckets.length);
  }

  clear(): void {
    this.width = this.#slots.width;
    if (this.words.length < this.states.length * this.width) this.words = new Int32Array(this.states.length * this.width);
    // After a crowd many buckets are too many to be emptied at every event.
    if (this.#buckets.length > Math.max(firstCapacity, 8 * this.count)) this.#buckets = this.#buckets.subarray(0, this.#buckets.length >> 1);
    this.#buckets.fill(none);
    this.count = 0;
  }

  /** Gives memory back. */
  release(): void {
    this.count = 0;
    this.states = new Int32Array(firstCapacity);
    this.nodes = new Int32Array(firstCapacity);
    this.words = new Int32Array(firstCapacity);
    this.#chain = new Int32Array(firstCapacity);
    this.#buckets = new Int32Array(firstCapacity).fill(none);
  }

  // Non-null assertions below: numbers of configurations are below `count`, for which there is room.

  isDead(configuration: number): boolean {
    return this.states[configuration] === none;
  }

  has(configuration: number, slot: number): boolean {
    return (this.words[configuration * this.width + (slot >> 5)]! & (1 << (slot & 31))) !== 0;
  }

  /** The number of the configuration, or -1 if one at least as good is there. Those that it is better than die. */
  add(state: number, words: Int32Array): number {
    const bucket = this.#hash(state, words) & (this.#buckets.length - 1);
    let before = none;
    for (let known = this.#buckets[bucket]!; known !== none; known = this.#chain[known]!) {
      const relation = this.states[known] === state ? this.#compare(known, words) : incomparable;
      if (relation === knownIsBetter) return none;
      if (relation === newIsBetter) {
        this.states[known] = none;
        if (before === none) this.#buckets[bucket] = this.#chain[known]!;
        else this.#chain[before] = this.#chain[known]!;
      } else before = known;
    }
    return this.#append(state, words, bucket);
  }

  copyFrom(other: Frontier): void {
    this.width = other.width;
    this.count = 0;
    this.#makeRoom(other.count);
    if (this.words.length < other.count * this.width) this.words = new Int32Array(this.states.length * this.width);
    this.count = other.count;
    this.states.set(other.states.subarray(0, other.count));
    this.nodes.set(other.nodes.subarray(0, other.count));
    this.words.set(other.words.subarray(0, other.count * this.width));
  }

  #append(state: number, words: Int32Array, bucket: number): number {
    if (this.count === this.states.length) this.#makeRoom(this.count + 1);
    const configuration = this.count++;
    this.states[configuration] = state;
    const from = configuration * this.width;
    for (let word = 0; word < this.width; word++) this.words[from + word] = words[word]!;
    this.#chain[configuration] = this.#buckets[bucket]!;
    this.#buckets[bucket] = configuration;
    if (this.count > this.#buckets.length) this.#rehash();
    return configuration;
  }

  #compare(known: number, words: Int32Array): number {
    const { mutators, observers, pending } = this.#slots;
    const from = known * this.width;
    let isKnownBetter = true;
    let isNewBetter = true;
    for (let word = 0; word < this.width; word++) {
      const ours = this.words[from + word]!;
      const theirs = words[word]!;
      if (ours === theirs) continue;
      const difference = ours ^ theirs;
      if ((difference & mutators[word]!) !== 0) return incomparable;
      // What only one of them has: a used pending operation is against it, a fired observer is for it.
      const againstKnown = (ours & difference & pending[word]!) | (theirs & difference & observers[word]!);
      const againstNew = (theirs & difference & pending[word]!) | (ours & difference & observers[word]!);
      if (againstKnown !== 0) isKnownBetter = false;
      if (againstNew !== 0) isNewBetter = false;
    }
    return isKnownBetter ? knownIsBetter : isNewBetter ? newIsBetter : incomparable;
  }

  /** Of what makes two configurations comparable: the state and the mutators. */
  #hash(state: number, words: Int32Array): number {
    const { mutators } = this.#slots;
    let hash = Math.imul(state + 1, 0x9e3779b1);
    for (let word = 0; word < this.width; word++) hash = Math.imul(hash ^ (hash >>> 15) ^ (words[word]! & mutators[word]!), 0x85ebca6b);
    return hash ^ (hash >>> 13);
  }

  #rehash(): void {
    const buckets = new Int32Array(2 * this.#buckets.length).fill(none);
    for (let configuration = 0; configuration < this.count; configuration++) {
      const state = this.states[configuration]!;
      if (state === none) continue;
      const words = this.words.subarray(configuration * this.width, (configuration + 1) * this.width);
      const bucket = this.#hash(state, words) & (buckets.length - 1);
      this.#chain[configuration] = buckets[bucket]!;
      buckets[bucket] = configuration;
    }
    this.#buckets = buckets;
  }

  #makeRoom(count: number): void {
    if (count <= this.states.length) return;
    const length = roomFor(count, this.states.length);
    this.states = resized(this.states, length);
    this.nodes = resized(this.nodes, length);
    this.#chain = resized(this.#chain, length);
    this.words = resized(this.words, Math.max(this.words.length, length * this.width));
  }
}

const incomparable = 0;
const knownIsBetter = 1;
const newIsBetter = 2;
