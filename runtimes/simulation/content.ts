// Growing bytes, and copies of short ones: what files hold, in the page cache or on the platter. For inodes and volumes.

/** A file of a node soon holds this much: a smaller beginning would only be copied again. */
const smallestCapacityBytes = 4_096;
const blockBytes = 16_384;

export class Content {
  #bytes: Uint8Array = new Uint8Array(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Writes beyond the end leave a hole of zeros. */
  write(at: number, bytes: Uint8Array): void {
    const end = at + bytes.length;
    this.#reserve(end);
    this.#bytes.set(bytes, at);
    if (end > this.#length) this.#length = end;
  }

  /** Cuts, or grows with zeros. */
  truncate(length: number): void {
    this.#reserve(length);
    if (length < this.#length) this.#bytes.fill(0, length, this.#length);
    this.#length = length;
  }

  /** A copy of at most `length` bytes; fewer only at the end. */
  read(at: number, length: number): Uint8Array {
    return this.#bytes.slice(Math.min(at, this.#length), Math.min(at + length, this.#length));
  }

  become(other: Content): void {
    this.#bytes = other.#bytes.slice();
    this.#length = other.#length;
  }

  #reserve(capacity: number): void {
    if (capacity <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(smallestCapacityBytes, capacity, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

/** Copies of what is written, side by side in blocks: an allocation a block, not a copy. A block lives as long as any of its copies. */
export class Copies {
  #block: Uint8Array = new Uint8Array(0);
  #usedBytes = 0;

  of(bytes: Uint8Array): Uint8Array {
    const { length } = bytes;
    if (length * 4 > blockBytes) return new Uint8Array(bytes);
    if (this.#usedBytes + length > this.#block.length) {
      this.#block = new Uint8Array(blockBytes);
      this.#usedBytes = 0;
    }
    const copy = this.#block.subarray(this.#usedBytes, this.#usedBytes + length);
    copy.set(bytes);
    this.#usedBytes += length;
    return copy;
  }
}
