// The operations on a register by the values that they wrote and met, in columns. For the monitor of registers.
//
// A value is a small integer; 0 is the initial one. Every delete makes a value of its own: what is read afterwards is
// "absent", which may be the work of any of them. Observers of absence that cannot be told to have met one certain value
// are called loose; they belong to no cluster. Where at most one operation can have made a key absent, nothing is loose.
import { metBy } from "../../models/register-operation.ts";
import type { RegisterOperation } from "../../models/register-operation.ts";

export const none = -1;

/** What an operation is to a cluster. A refusal is a compare-and-set that met another value than it expected. */
export const kind = { ignored: 0, read: 1, write: 2, cas: 3, refusal: 4 } as const;

/** Columns by position of operation and by value. */
export interface RegisterClusters {
  readonly operationCount: number;
  readonly starts: Float64Array;
  readonly ends: Float64Array;
  readonly kinds: Uint8Array;
  /** 1: the outcome is known. */
  readonly isKnown: Uint8Array;
  /** By position: the value that the operation leaves behind; `none` for reads and refusals. */
  readonly produced: Int32Array;
  /** By position: the class of the value that it met, expected, or must not have met; `none` for writes. */
  readonly met: Int32Array;
  readonly refusals: Int32Array;
  /** Reads and compare-and-sets that met absence, of uncertain making. */
  readonly loose: Int32Array;
  readonly isLoose: Uint8Array;
  readonly valueCount: number;
  /** By value: its class, which is what observers see. All kinds of absence are of one class, any other value is alone in its own. */
  readonly classes: Int32Array;
  /** The class with several members, or `none`. */
  readonly absence: number;
  /** By value: position of the operation that produced it, or `none`. */
  readonly writers: Int32Array;
  /** By class, in order of invocation: the reads that met it: `readers` from `readerFirst[class]` to before `readerFirst[class + 1]`. */
  readonly readers: Int32Array;
  readonly readerFirst: Int32Array;
}

/** The columns, or one clause why the values cannot be told apart. O(n). */
export function clustersOf(operations: readonly RegisterOperation[], initial: string | null): RegisterClusters | string {
  return new ClusterReader(operations, initial).read();
}

class ClusterReader {
  readonly #operations: readonly RegisterOperation[];
  readonly #ids = new Map<string | null, number>();
  readonly #initial: string | null;
  readonly #starts: Float64Array;
  readonly #ends: Float64Array;
  readonly #kinds: Uint8Array;
  readonly #isKnown: Uint8Array;
  readonly #produced: Int32Array;
  readonly #met: Int32Array;
  readonly #isLoose: Uint8Array;
  readonly #deletes: number[] = [];
  readonly #refusals: number[] = [];
  readonly #loose: number[] = [];
  #firstDelete = Infinity;

  constructor(operations: readonly RegisterOperation[], initial: string | null) {
    const count = operations.length;
    this.#operations = operations;
    this.#initial = initial;
    this.#starts = new Float64Array(count);
    this.#ends = new Float64Array(count);
    this.#kinds = new Uint8Array(count);
    this.#isKnown = new Uint8Array(count);
    this.#produced = new Int32Array(count).fill(none);
    this.#met = new Int32Array(count).fill(none);
    this.#isLoose = new Uint8Array(count);
    this.#idOf(initial);
  }

  read(): RegisterClusters | string {
    for (const [position, operation] of this.#operations.entries()) {
      const why = this.#add(position, operation);
      if (why !== undefined) return why;
    }
    const absence = this.#settleAbsence();
    const valueCount = this.#ids.size + (absence === none ? 0 : this.#deletes.length);
    const classes = Int32Array.from({ length: valueCount }, (_, value) => (value < this.#ids.size ? value : absence));
    const writers = this.#writers(valueCount);
    if (typeof writers === "string") return writers;
    return {
      operationCount: this.#operations.length,
      starts: this.#starts,
      ends: this.#ends,
      kinds: this.#kinds,
      isKnown: this.#isKnown,
      produced: this.#produced,
      met: this.#met,
      refusals: Int32Array.from(this.#refusals),
      loose: Int32Array.from(this.#loose),
      isLoose: this.#isLoose,
      valueCount,
      classes,
      absence,
      writers,
      ...this.#readers(valueCount),
    };
  }

  #add(position: number, operation: RegisterOperation): string | undefined {
    const { input, output, type } = operation;
    this.#starts[position] = operation.invokedIndex;
    this.#ends[position] = operation.completedIndex;
    const isKnown = type === "ok";
    this.#isKnown[position] = isKnown ? 1 : 0;
    switch (input.f) {
      case "read": {
        if (!isKnown) return undefined;
        const met = metBy(operation);
        if (met === undefined) return "a completed read has no value as its answer";
        this.#kinds[position] = kind.read;
        this.#met[position] = this.#idOf(met);
        return undefined;
      }
      case "write":
        this.#kinds[position] = kind.write;
        this.#produced[position] = this.#idOf(input.value);
        return undefined;
      case "delete":
        this.#kinds[position] = kind.write;
        this.#deletes.push(position);
        this.#firstDelete = Math.min(this.#firstDelete, operation.invokedIndex);
        return undefined;
      case "cas":
        if (isKnown && typeof output !== "boolean") return "a completed compare-and-set does not say whether it matched";
        this.#met[position] = this.#idOf(input.from);
        this.#kinds[position] = output === false ? kind.refusal : kind.cas;
        if (output === false) this.#refusals.push(position);
        else this.#produced[position] = this.#idOf(input.to);
        return undefined;
    }
  }

  #idOf(value: string | null): number {
    const known = this.#ids.get(value);
    if (known !== undefined) return known;
    const id = this.#ids.size;
    this.#ids.set(value, id);
    return id;
  }

  /** Gives the deletes their values and marks what is loose. Answers the class of absence, if it has several members. */
  #settleAbsence(): number {
    if (this.#deletes.length === 0) return none;
    const absence = this.#idOf(null);
    const [only] = this.#deletes;
    if (this.#deletes.length === 1 && only !== undefined && this.#initial !== null) {
      this.#produced[only] = absence;
      return none;
    }
    for (const [index, position] of this.#deletes.entries()) this.#produced[position] = this.#ids.size + index;
    for (let position = 0; position < this.#operations.length; position++) {
      const isObserver = this.#kinds[position] === kind.read || this.#kinds[position] === kind.cas;
      if (!isObserver || this.#met[position] !== absence) continue;
      // What ended before the first delete began met the initial absence.
      if (this.#initial === null && (this.#ends[position] ?? 0) < this.#firstDelete) continue;
      this.#isLoose[position] = 1;
      this.#loose.push(position);
    }
    return absence;
  }

  #writers(valueCount: number): Int32Array | string {
    const writers = new Int32Array(valueCount).fill(none);
    for (let position = 0; position < this.#operations.length; position++) {
      const value = this.#produced[position] ?? none;
      if (value === none) continue;
      if (value === 0) return "the initial value is written";
      if (writers[value] !== none) return `value ${this.#named(position)} is written twice`;
      writers[value] = position;
    }
    return writers;
  }

  #named(position: number): string {
    const input = this.#operations[position]?.input;
    return input?.f === "write" ? input.value : input?.f === "cas" ? input.to : "nothing";
  }

  #readers(valueCount: number): { readonly readers: Int32Array; readonly readerFirst: Int32Array } {
    const groupOf = (position: number): number => (this.#kinds[position] === kind.read ? (this.#met[position] ?? none) : none);
    const { members, first } = grouped({ count: this.#operations.length, groupCount: valueCount, groupOf });
    return { readers: members, readerFirst: first };
  }
}

/** The positions of each group one after another, by a counting sort: those of a group are from `first[group]` to before `first[group + 1]`. */
export function grouped(options: { readonly count: number; readonly groupCount: number; readonly groupOf: (position: number) => number }): {
  readonly members: Int32Array;
  readonly first: Int32Array;
} {
  const { count, groupCount, groupOf } = options;
  const first = new Int32Array(groupCount + 1);
  // Non-null in all loops: groups are below `groupCount`. Those of group `none` are left out.
  for (let position = 0; position < count; position++) {
    const group = groupOf(position);
    if (group !== none) first[group + 1]!++;
  }
  for (let group = 0; group < groupCount; group++) first[group + 1]! += first[group]!;
  const next = first.slice();
  const members = new Int32Array(first[groupCount]!);
  for (let position = 0; position < count; position++) {
    const group = groupOf(position);
    if (group !== none) members[next[group]!++] = position;
  }
  return { members, first };
}
