// Chains the values of a register along successful compare-and-sets into blocks, and finds what contradicts itself within
// one. For the monitor of registers.
//
// A value is required if somebody certainly produced or met it, or if a compare-and-set that made a required value
// replaced it. Exactly the operations of required values took effect, as far as it matters. All operations of a block stand
// together in every linearization, in stages: writer, its readers, compare-and-set, its readers ...
import { kind, none } from "./register-zones-clusters.ts";
import type { RegisterClusters } from "./register-zones-clusters.ts";

/** Columns by value and by block. */
export interface RegisterBlocks {
  /** By value: an operation of known outcome without which the value would not be required; `none` if it is not. */
  readonly proofs: Int32Array;
  /** By value: the required compare-and-set that replaced it, or `none`. */
  readonly successors: Int32Array;
  /** By value: its block, or `none`. */
  readonly blockOf: Int32Array;
  /**
   * By value: the register holds it from `heldFrom` to `heldTo` at least, if the former is less. Taken from the operations
   * `heldFromBy` and `heldToBy`; -Infinity and `none` at the beginning of the history.
   */
  readonly heldFrom: Float64Array;
  readonly heldFromBy: Int32Array;
  readonly heldTo: Float64Array;
  readonly heldToBy: Int32Array;
  readonly blockCount: number;
  /** By block: its first value. */
  readonly roots: Int32Array;
  /** By block: its last value. */
  readonly lasts: Int32Array;
  /** By block: the first completion and the last invocation of its operations, and whose they are. */
  readonly firstEnds: Float64Array;
  readonly firstEndBy: Int32Array;
  readonly lastStarts: Float64Array;
  readonly lastStartBy: Int32Array;
}

/** Positions of operations that contradict each other whatever else happened. */
export interface Conflict {
  readonly suspects: readonly number[];
}

/** O(n). */
export function blocksOf(clusters: RegisterClusters): RegisterBlocks | Conflict {
  return new BlockBuilder(clusters).build();
}

/** The operation, with the proof that it took effect if its own outcome is unknown. */
export function provenOperation(clusters: RegisterClusters, { proofs }: Pick<RegisterBlocks, "proofs">, position: number): number[] {
  if (position === none) return [];
  if (clusters.isKnown[position] === 1) return [position];
  const proof = proofs[clusters.produced[position] ?? none] ?? none;
  return proof === none ? [position] : [position, proof];
}

class BlockBuilder {
  readonly #clusters: RegisterClusters;
  readonly #proofs: Int32Array;
  readonly #successors: Int32Array;
  readonly #blockOf: Int32Array;
  readonly #heldFrom: Float64Array;
  readonly #heldFromBy: Int32Array;
  readonly #heldTo: Float64Array;
  readonly #heldToBy: Int32Array;
  readonly #roots: number[] = [];
  readonly #lasts: number[] = [];
  readonly #firstEnds: number[] = [];
  readonly #firstEndBy: number[] = [];
  readonly #lastStarts: number[] = [];
  readonly #lastStartBy: number[] = [];

  constructor(clusters: RegisterClusters) {
    const { valueCount } = clusters;
    this.#clusters = clusters;
    this.#proofs = new Int32Array(valueCount).fill(none);
    this.#successors = new Int32Array(valueCount).fill(none);
    this.#blockOf = new Int32Array(valueCount).fill(none);
    this.#heldFrom = new Float64Array(valueCount).fill(Infinity);
    this.#heldFromBy = new Int32Array(valueCount).fill(none);
    this.#heldTo = new Float64Array(valueCount).fill(-Infinity);
    this.#heldToBy = new Int32Array(valueCount).fill(none);
  }

  build(): RegisterBlocks | Conflict {
    const required = this.#requireAll();
    if ("suspects" in required) return required;
    this.#spanReads();
    for (const value of required.values) {
      if (!this.#isRoot(value)) continue;
      const conflict = this.#addBlock(value);
      if (conflict !== undefined) return conflict;
    }
    // Compare-and-sets that only feed each other hang from no root, so each of them is impossible.
    const lost = required.values.find((value) => this.#blockOf[value] === none);
    if (lost !== undefined) return { suspects: [this.#proofs[lost] ?? none] };
    return {
      proofs: this.#proofs,
      successors: this.#successors,
      blockOf: this.#blockOf,
      heldFrom: this.#heldFrom,
      heldFromBy: this.#heldFromBy,
      heldTo: this.#heldTo,
      heldToBy: this.#heldToBy,
      blockCount: this.#roots.length,
      roots: Int32Array.from(this.#roots),
      lasts: Int32Array.from(this.#lasts),
      firstEnds: Float64Array.from(this.#firstEnds),
      firstEndBy: Int32Array.from(this.#firstEndBy),
      lastStarts: Float64Array.from(this.#lastStarts),
      lastStartBy: Int32Array.from(this.#lastStartBy),
    };
  }

  /** The required values, or one that nobody produced, or two compare-and-sets that replaced the same one. */
  #requireAll(): { readonly values: readonly number[] } | Conflict {
    const { operationCount, isKnown, isLoose, kinds, produced, met, writers } = this.#clusters;
    const values: number[] = [];
    const require = (value: number, proof: number): void => {
      if (value === none || this.#proofs[value] !== none) return;
      this.#proofs[value] = proof;
      values.push(value);
    };
    for (let position = 0; position < operationCount; position++) {
      if (isKnown[position] === 0) continue;
      const isRead = kinds[position] === kind.read;
      if (isRead && isLoose[position] === 1) continue;
      require((isRead ? met[position] : produced[position]) ?? none, position);
    }
    // The list grows while it is walked: a required compare-and-set requires what it replaced.
    for (let index = 0; index < values.length; index++) {
      const value = values[index] ?? none;
      const writer = writers[value] ?? none;
      const proof = this.#proofs[value] ?? none;
      if (writer === none) {
        if (value !== 0) return { suspects: [proof] };
        continue;
      }
      if (kinds[writer] !== kind.cas || isLoose[writer] === 1) continue;
      const source = met[writer] ?? none;
      const rival = this.#successors[source] ?? none;
      if (rival !== none)
        return {
          suspects: [...provenOperation(this.#clusters, { proofs: this.#proofs }, rival), ...provenOperation(this.#clusters, { proofs: this.#proofs }, writer)],
        };
      this.#successors[source] = writer;
      require(source, proof);
    }
    return { values };
  }

  /** Of the readers of a value, the first to end and the last to start. */
  #spanReads(): void {
    const { operationCount, kinds, isLoose, met, starts, ends } = this.#clusters;
    for (let position = 0; position < operationCount; position++) {
      if (kinds[position] !== kind.read || isLoose[position] === 1) continue;
      // Non-null: columns by position and by value.
      const value = met[position]!;
      if (ends[position]! < this.#heldFrom[value]!) {
        this.#heldFrom[value] = ends[position]!;
        this.#heldFromBy[value] = position;
      }
      if (starts[position]! > this.#heldTo[value]!) {
        this.#heldTo[value] = starts[position]!;
        this.#heldToBy[value] = position;
      }
    }
    // The initial value was there before everything.
    this.#heldFrom[0] = -Infinity;
    this.#heldFromBy[0] = none;
  }

  #isRoot(value: number): boolean {
    const writer = this.#clusters.writers[value] ?? none;
    return writer === none || this.#clusters.kinds[writer] !== kind.cas || this.#clusters.isLoose[writer] === 1;
  }

  #addBlock(root: number): Conflict | undefined {
    const { produced } = this.#clusters;
    const block = this.#roots.length;
    let latestBy = none;
    let last = none;
    for (let value = root; value !== none; value = produced[this.#successors[value] ?? none] ?? none) {
      this.#blockOf[value] = block;
      const conflict = this.#addStages(value, latestBy);
      if (conflict !== undefined) return conflict;
      latestBy = this.#heldToBy[value] ?? none;
      last = value;
    }
    this.#roots.push(root);
    this.#lasts.push(last);
    this.#lastStarts.push(this.#heldTo[last] ?? -Infinity);
    this.#lastStartBy.push(latestBy);
    this.#spanHolds(root, last);
    this.#firstEnds.push(this.#heldFrom[root] ?? Infinity);
    this.#firstEndBy.push(this.#heldFromBy[root] ?? none);
    return undefined;
  }

  /**
   * The writer and then the readers of a value come after the stages before, of which the operation `latestBy` was invoked
   * last. Makes `heldTo` the last invocation up to here, and `heldFrom` the first completion of this value.
   */
  #addStages(value: number, latestBy: number): Conflict | undefined {
    const { starts, ends, writers } = this.#clusters;
    const writer = writers[value] ?? none;
    let [by, latest] = [latestBy, starts[latestBy] ?? -Infinity];
    if (writer !== none) {
      const end = ends[writer] ?? Infinity;
      if (end < latest) return this.#conflict(by, writer);
      const start = starts[writer] ?? 0;
      if (start > latest) [by, latest] = [writer, start];
      if ((this.#heldFrom[value] ?? Infinity) < latest) return this.#conflict(by, this.#heldFromBy[value] ?? none);
      if (end < (this.#heldFrom[value] ?? Infinity)) {
        this.#heldFrom[value] = end;
        this.#heldFromBy[value] = writer;
      }
    }
    if (latest > (this.#heldTo[value] ?? -Infinity)) {
      this.#heldTo[value] = latest;
      this.#heldToBy[value] = by;
    }
    return undefined;
  }

  #conflict(before: number, after: number): Conflict {
    const proven = (position: number): number[] => provenOperation(this.#clusters, { proofs: this.#proofs }, position);
    return { suspects: [...proven(before), ...proven(after)] };
  }

  /**
   * From the last value of a block back to its root: each is held before the first completion of all stages from it on, and
   * at least until the compare-and-set that replaces it is invoked.
   */
  #spanHolds(root: number, last: number): void {
    const { writers, met, starts } = this.#clusters;
    for (let value = last; value !== root;) {
      const writer = writers[value] ?? none;
      const source = met[writer] ?? none;
      if ((this.#heldFrom[value] ?? Infinity) < (this.#heldFrom[source] ?? Infinity)) {
        this.#heldFrom[source] = this.#heldFrom[value] ?? Infinity;
        this.#heldFromBy[source] = this.#heldFromBy[value] ?? none;
      }
      const replaced = starts[writer] ?? 0;
      if (replaced > (this.#heldTo[source] ?? -Infinity)) {
        this.#heldTo[source] = replaced;
        this.#heldToBy[source] = writer;
      }
      value = source;
    }
  }
}
