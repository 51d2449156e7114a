// The memory of the plain search: whole bit sets with states, by hash. Open addressing, one growing arena. For that search.

import { mixedHash } from "./zobrist.ts";

/** A table is at most half full. */
const slotsPerConfiguration = 2;
const bytesPerInteger = Int32Array.BYTES_PER_ELEMENT;

/** A set of configurations (operations linearized, state). `hasRoom` must hold at every `add`; if it does not, `grow`. */
export class PlainCache {
  /** Words of one configuration: hash, state, bit set. */
  readonly #stride: number;
  /** Number of a configuration plus one, or 0. The length is a power of two. */
  #slots: Int32Array<ArrayBuffer>;
  #arena: Int32Array<ArrayBuffer>;
  #count = 0;
  #capacity: number;

  /** For sets over 0..operationCount-1; the table is sized for a search that hardly backtracks. */
  constructor(operationCount: number) {
    this.#stride = 2 + ((operationCount + 31) >> 5);
    this.#capacity = 1 << (32 - Math.clz32(operationCount + 7));
    this.#slots = new Int32Array(slotsPerConfiguration * this.#capacity);
    this.#arena = new Int32Array(this.#stride * this.#capacity);
  }

  get sizeBytes(): number {
    return this.#slots.byteLength + this.#arena.byteLength;
  }

  get hasRoom(): boolean {
    return this.#count < this.#capacity;
  }

  /** Twice as much room, unless old and new together would exceed the bytes allowed. */
  grow(allowedBytes: number): boolean {
    const capacity = 2 * this.#capacity;
    const newBytes = (slotsPerConfiguration + this.#stride) * capacity * bytesPerInteger;
    if (this.sizeBytes + newBytes > allowedBytes) return false;
    this.#capacity = capacity;
    const arena = new Int32Array(this.#stride * capacity);
    arena.set(this.#arena);
    this.release();
    this.#arena = arena;
    this.#slots = new Int32Array(slotsPerConfiguration * capacity);
    // In bounds: every configuration has a hash, and the table is half empty.
    for (let known = 0; known < this.#count; known++) this.#slots[this.#freeSlot(arena[known * this.#stride]!)] = known + 1;
    return true;
  }

  /** Gives the memory back at once, not when the collector comes by. Nothing can be added afterwards. */
  release(): void {
    this.#arena.buffer.transfer(0);
    this.#slots.buffer.transfer(0);
  }

  /** Stores the configuration; false if it is known. `setHash` is a function of the set alone. */
  add(setHash: number, linearized: Int32Array, state: number): boolean {
    const hash = mixedHash(setHash, state);
    const arena = this.#arena;
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    // In bounds: masked, and every number in the table is that of a stored configuration.
    for (let known = this.#slots[slot]!; known !== 0; known = this.#slots[slot]!) {
      const at = (known - 1) * this.#stride;
      if (arena[at] === hash && arena[at + 1] === state && this.#isSame(at + 2, linearized)) return false;
      slot = (slot + 1) & mask;
    }
    const at = this.#count * this.#stride;
    this.#slots[slot] = ++this.#count;
    arena[at] = hash;
    arena[at + 1] = state;
    arena.set(linearized, at + 2);
    return true;
  }

  #isSame(at: number, linearized: Int32Array): boolean {
    for (let word = 0; word < linearized.length; word++) if (this.#arena[at + word] !== linearized[word]) return false;
    return true;
  }

  #freeSlot(hash: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    return slot;
  }
}
