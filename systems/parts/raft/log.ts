// The replicated log of one node, in memory: what follows the last snapshot, with a hash chained over the whole prefix.
import { assert } from "../../../harness/errors.ts";
import { combineHashes, hashJson } from "../checksum.ts";
import type { Entry, Position } from "./messages.ts";

/** Indices begin at 1; index 0, term 0 is the beginning of every log. */
const beginning: Position = { index: 0, term: 0, hash: 0 };

/** Where the log ended at some moment. */
export interface LogEnd {
  readonly lastIndex: number;
  readonly truncationCount: number;
}

/** Terms and chained hashes of the entries from `from` to the end, for facts. */
export type DescribedEntries = {
  readonly from: number;
  readonly terms: readonly number[];
  readonly hashes: readonly number[];
};

export class RaftLog {
  #base: Position = beginning;
  #entries: Entry[] = [];
  #hashes: number[] = [];
  /** Grows when entries are taken away. */
  #truncationCount = 0;
  #durableIndex = 0;
  /** What `end` answered last. */
  #end: LogEnd = { lastIndex: 0, truncationCount: 0 };

  /** The end of the compacted prefix. */
  get base(): Position {
    return this.#base;
  }

  get lastIndex(): number {
    return this.#base.index + this.#entries.length;
  }

  get lastTerm(): number {
    return this.#entries.at(-1)?.term ?? this.#base.term;
  }

  /** The end of what is on the disk. */
  get durableIndex(): number {
    return this.#durableIndex;
  }

  /** To be given back to `persisted` when everything up to here is on the disk. */
  get end(): LogEnd {
    const { lastIndex } = this;
    if (this.#end.lastIndex !== lastIndex || this.#end.truncationCount !== this.#truncationCount)
      this.#end = { lastIndex, truncationCount: this.#truncationCount };
    return this.#end;
  }

  /** True if more is durable than before. After a truncation an older end says nothing: the newer one will follow. */
  persisted(end: LogEnd): boolean {
    if (end.truncationCount !== this.#truncationCount || end.lastIndex <= this.#durableIndex) return false;
    this.#durableIndex = end.lastIndex;
    return true;
  }

  /** undefined: compacted, or beyond the end. */
  termAt(index: number): number | undefined {
    return index === this.#base.index ? this.#base.term : this.#entries[index - this.#base.index - 1]?.term;
  }

  /** Equal hashes at equal indices: equal logs up to there. undefined: compacted, or beyond the end. */
  hashAt(index: number): number | undefined {
    return index === this.#base.index ? this.#base.hash : this.#hashes[index - this.#base.index - 1];
  }

  entryAt(index: number): Entry | undefined {
    return this.#entries[index - this.#base.index - 1];
  }

  positionAt(index: number): Position {
    const [term, hash] = [this.termAt(index), this.hashAt(index)];
    assert(term !== undefined && hash !== undefined, `no entry ${index} in a log of ${this.#base.index + 1} to ${this.lastIndex}`);
    return { index, term, hash };
  }

  /** At most `limit` entries beginning at `from`, which must not be compacted. */
  slice(from: number, limit: number): Entry[] {
    const start = from - this.#base.index - 1;
    assert(start >= 0, `entry ${from} is compacted`);
    return this.#entries.slice(start, start + limit);
  }

  describeFrom(from: number): DescribedEntries {
    const start = from - this.#base.index - 1;
    return { from, terms: this.#entries.slice(start).map((entry) => entry.term), hashes: this.#hashes.slice(start) };
  }

  append(entry: Entry): void {
    const before = this.#hashes.at(-1) ?? this.#base.hash;
    this.#entries.push(entry);
    this.#hashes.push(combineHashes(before, hashEntry(entry)));
  }

  /** Takes away `index` and everything after it. */
  truncateFrom(index: number): void {
    const length = index - this.#base.index - 1;
    assert(length >= 0 && length <= this.#entries.length, `cannot truncate from ${index}`);
    this.#entries.length = length;
    this.#hashes.length = length;
    this.#durableIndex = Math.min(this.#durableIndex, index - 1);
    this.#truncationCount++;
  }

  /** Forgets the prefix up to `index`, which must exist. */
  compactTo(index: number): void {
    const position = this.positionAt(index);
    const dropped = index - this.#base.index;
    this.#entries = this.#entries.slice(dropped);
    this.#hashes = this.#hashes.slice(dropped);
    this.#base = position;
  }

  /** Empties the log; it goes on after a snapshot that came from elsewhere. */
  reset(base: Position): void {
    this.#base = base;
    this.#entries = [];
    this.#hashes = [];
    this.#durableIndex = base.index;
    this.#truncationCount++;
  }

  /** The first index of the run of entries of one term that ends at `index`. */
  firstOfTermAt(index: number): number {
    const term = this.termAt(index);
    let first = index;
    while (first - 1 > this.#base.index && this.termAt(first - 1) === term) first--;
    return first;
  }

  /** The last index with this term at or before `limit`; undefined if there is none here. */
  lastOfTerm(term: number, limit: number): number | undefined {
    for (let index = Math.min(limit, this.lastIndex); index >= this.#base.index; index--) {
      const found = this.termAt(index);
      if (found === term) return index;
      if (found === undefined || found < term) return undefined;
    }
    return undefined;
  }
}

function hashEntry(entry: Entry): number {
  const request = entry.session === null ? 0 : hashJson(entry.session.client, entry.session.sequence);
  return combineHashes(combineHashes(entry.term, request), hashJson(entry.command));
}
