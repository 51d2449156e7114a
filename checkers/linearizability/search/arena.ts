// Memory for records of integers that grows without ever copying: chunk by chunk. For the memory of the searches, whose
// size must be known before it grows, and which goes back as soon as a search ends.

const smallestChunkBits = 14; // 64 KB
const growthChunkBits = 16; // 256 KB

/**
 * A record is named by its offset; it lies in `chunks[offset >>> bits]` from `offset & mask` on, never across two chunks.
 * Offset 0 is no record. The first chunk stays for the next search, so that small ones pay no set-up.
 */
export class Arena {
  readonly chunks: Int32Array<ArrayBuffer>[] = [new Int32Array(1 << smallestChunkBits)];
  bits: number = growthChunkBits;
  mask: number = (1 << growthChunkBits) - 1;
  #used = 1;
  #end: number = 1 << smallestChunkBits;

  get sizeBytes(): number {
    return bytesOf(smallestChunkBits) + (this.chunks.length - 1) * this.chunkBytes;
  }

  /** What `extend` would add. */
  get chunkBytes(): number {
    return bytesOf(this.bits);
  }

  /** Forgets all records; those to come have at most so many integers. */
  start(largestRecord: number): void {
    this.release();
    this.bits = Math.max(growthChunkBits, 32 - Math.clz32(largestRecord));
    this.mask = (1 << this.bits) - 1;
  }

  /** Gives everything back but the first chunk. Detaching frees the memory at once, not when the collector comes by. */
  release(): void {
    for (; this.chunks.length > 1; this.chunks.pop()) this.chunks.at(-1)?.buffer.transfer(0);
    this.#used = 1;
    this.#end = 1 << smallestChunkBits;
  }

  /** Offsets fit into 32 bits: 8 GB. */
  get canExtend(): boolean {
    return (this.chunks.length + 1) * 2 ** this.bits <= 2 ** 31;
  }

  /** So many integers can be allocated without another chunk. */
  hasRoom(size: number): boolean {
    return this.#used + size <= this.#end;
  }

  extend(): void {
    this.#used = this.chunks.length << this.bits;
    this.#end = this.#used + (1 << this.bits);
    this.chunks.push(new Int32Array(1 << this.bits));
  }

  /** Offset of a new record, not cleared. There must be room. */
  allocate(size: number): number {
    const offset = this.#used;
    this.#used += size;
    return offset;
  }
}

function bytesOf(chunkBits: number): number {
  return Int32Array.BYTES_PER_ELEMENT * 2 ** chunkBits;
}
