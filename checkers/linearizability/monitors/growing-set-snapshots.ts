// Decides growing sets that are read as a whole, in O(total size of the reads + n log n). For histories in the manner of
// Jepsen's `set`, with many clients.
//
// Nothing is ever removed, so reads stand in order of size, and each contains the one before. In that order every read is
// put as early as it can be: not before it began, not before the read before it, and after each of its elements could have
// come in. An element comes in with any of its adds that is not over when the read before the first one that shows it has
// been put; the earliest is best. A put read is impossible if it ended earlier, or if an element that it lacks was
// completely added by then. Putting a read earlier never takes a chance from a later one, so that is exact, also with adds
// of unknown outcome, which count if and only if they are needed, and with maybes, which may be over too early.
import type { Operation } from "../../../harness/operation.ts";
import type { Monitor, MonitorAnswer } from "../model.ts";
import type { GrowingSetInput, GrowingSetOutput } from "../models/set-operation.ts";
import { placesInOrder } from "./moments.ts";

type GrowingSetOperation = Operation<GrowingSetInput, GrowingSetOutput>;

/** Exact for every history; elements may be added any number of times. */
export const growingSetSnapshots: Monitor<GrowingSetInput, GrowingSetOutput> = {
  name: "growing set snapshots",
  precondition: "elements are only added, and reads show all of them",
  decide: (operations) => new Snapshots(operations).decide(),
};

/**
 * Moments are positions of operations: the start of that one. They compare as the starts do, and nothing that is put as
 * early as possible ever needs another moment.
 */
class Snapshots {
  readonly #operations: readonly GrowingSetOperation[];
  readonly #starts: Float64Array;
  readonly #ends: Float64Array;
  /** The elements that were added, numbered; per number: the first add, and the completed one that ends first (-1: none). */
  readonly #numbers = new Map<string, number>();
  readonly #firstAdd: number[] = [];
  readonly #firstCompleted: number[] = [];
  /** Of an add: the next one of its element, -1 if there is none; its element. */
  readonly #nextAdd: Int32Array;
  readonly #elements: Int32Array;
  /** The last read that showed the element, by its place in the order of reads; -1 if none did yet. */
  #shownBy = new Int32Array(0);
  /** When every element came in, and with which add; -1 while it is out. */
  readonly #enteredAt: number[] = [];
  readonly #enteredWith: number[] = [];
  readonly #reads: number[] = [];
  /** What the linearization consists of so far, in an order that is right for operations at one moment, and their moments. */
  readonly #sequence: number[] = [];
  readonly #moments: number[] = [];
  /** Where the last read was put, and the reads that prove that it could not be earlier. */
  #now = -1;
  #proof: readonly number[] = [];

  constructor(operations: readonly GrowingSetOperation[]) {
    this.#operations = operations;
    this.#starts = Float64Array.from(operations, ({ invokedIndex }) => invokedIndex);
    this.#ends = Float64Array.from(operations, ({ completedIndex }) => completedIndex);
    this.#nextAdd = new Int32Array(operations.length).fill(-1);
    this.#elements = new Int32Array(operations.length).fill(-1);
  }

  decide(): MonitorAnswer {
    const lastAdd: number[] = [];
    for (const [position, { input, output, type }] of this.#operations.entries()) {
      if (input.f === "add") this.#note(position, input.element, lastAdd);
      else if (type === "ok" && !Array.isArray(output)) return { verdict: "inapplicable", why: "a read answers no list" };
      else if (type === "ok") this.#reads.push(position);
    }
    this.#shownBy = new Int32Array(this.#numbers.size).fill(-1);
    const suspects = this.#putReads();
    return suspects === undefined ? { verdict: "valid", order: this.#order() } : { verdict: "invalid", suspects: [...new Set(suspects)] };
  }

  #note(position: number, element: string, lastAdd: number[]): void {
    let number = this.#numbers.get(element);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(element, number);
      this.#firstAdd.push(position);
      this.#firstCompleted.push(-1);
      this.#enteredAt.push(-1);
      this.#enteredWith.push(-1);
    } else this.#nextAdd[lastAdd[number]!] = position; // every number has a last add
    lastAdd[number] = position;
    this.#elements[position] = number;
    const first = this.#firstCompleted[number]!; // numbers are in bounds, here and below
    if (this.#operations[position]?.type === "ok" && (first === -1 || this.#ends[position]! < this.#ends[first]!)) this.#firstCompleted[number] = position;
  }

  /** Puts the reads one after the other. Answers what contradicts itself, if anything does. */
  #putReads(): readonly number[] | undefined {
    const due = placesInOrder(Float64Array.from(this.#firstCompleted, (position) => this.#ends[position] ?? Infinity));
    let nextDue = 0;
    let before: number | undefined;
    for (const [place, position] of this.#readsBySize().entries()) {
      const conflict = this.#put(position, place, before);
      if (conflict !== undefined) return conflict;
      const moment = this.#starts[this.#now]!; // a read has been put
      for (let number = due[nextDue]; number !== undefined; number = due[++nextDue]) {
        const add = this.#firstCompleted[number]!;
        if (add === -1 || this.#ends[add]! >= moment) break;
        // Once it is shown it stays shown: later reads contain this one.
        if (this.#shownBy[number] !== place) return [add, position, ...this.#proof];
      }
      before = position;
    }
    return undefined;
  }

  #readsBySize(): readonly number[] {
    const sizes = Float64Array.from(this.#reads, (position) => this.#listOf(position).length);
    return Array.from(placesInOrder(sizes), (place) => this.#reads[place]!); // places of the reads themselves
  }

  #listOf(position: number): readonly string[] {
    return this.#operations[position]?.output ?? [];
  }

  /** Puts one read as early as possible, or answers what contradicts it. */
  #put(position: number, place: number, before: number | undefined): readonly number[] | undefined {
    const [numbers, lastShownBy] = [this.#numbers, this.#shownBy];
    const fresh: number[] = [];
    let repeated = 0;
    for (const element of this.#listOf(position)) {
      const number = numbers.get(element);
      if (number === undefined) return [position];
      const shownBy = lastShownBy[number]!;
      if (shownBy === place) return [position];
      if (shownBy === -1) fresh.push(number);
      else if (shownBy === place - 1) repeated++;
      lastShownBy[number] = place;
    }
    if (before !== undefined && repeated !== this.#listOf(before).length) return [before, position];
    const conflict = this.#enter(fresh, position);
    if (conflict !== undefined) return conflict;
    if (this.#ends[position]! < this.#starts[this.#now]!) return [position, ...this.#proof];
    this.#sequence.push(position);
    this.#moments.push(this.#now);
    return undefined;
  }

  /** Elements that this read is the first to show come in as early as possible after the read before. */
  #enter(fresh: readonly number[], read: number): readonly number[] | undefined {
    const [before, proof] = [this.#now, this.#proof];
    const over = this.#starts[before] ?? -Infinity;
    if (read > this.#now) this.#become(read, [read]);
    for (const number of fresh) {
      let add = this.#firstAdd[number]!;
      while (add !== -1 && this.#ends[add]! < over) add = this.#nextAdd[add]!;
      if (add === -1) return [read, ...proof];
      const moment = Math.max(add, before);
      this.#enteredAt[number] = moment;
      this.#enteredWith[number] = add;
      this.#sequence.push(add);
      this.#moments.push(moment);
      if (moment > this.#now) this.#become(moment, add === this.#firstAdd[number] ? [read] : [read, ...proof]);
    }
    return undefined;
  }

  #become(moment: number, proof: readonly number[]): void {
    this.#now = moment;
    this.#proof = proof;
  }

  /** Sorted by moment; at one moment as put, and last the adds that no read needed: of elements that are in, or never seen. */
  #order(): number[] {
    for (const [position, { type }] of this.#operations.entries()) {
      const number = this.#elements[position]!; // in bounds
      if (number === -1 || type !== "ok" || this.#enteredWith[number] === position) continue;
      const enteredAt = this.#enteredAt[number]!;
      this.#sequence.push(position);
      this.#moments.push(Math.max(position, enteredAt === -1 ? this.#now : enteredAt));
    }
    const places = placesInOrder(Float64Array.from(this.#moments));
    return Array.from(places, (place) => this.#sequence[place]!); // places of the sequence itself
  }
}
