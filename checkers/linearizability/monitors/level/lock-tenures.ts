// Decides who held a lock when, in O(n log n). For the monitors of locks.
//
// Whoever acquires in [a, b] and releases in [c, d] certainly holds the lock from b to c, and b < c, for an owner does one
// thing after the other. If two such cores overlap, there were two holders. If not, the cores are in order, and only the
// gap between one tenure and the next is open: it can be made as small as from d to the next a, or to nothing if these
// overlap, each gap for itself. A refused acquisition has a place unless it lies within such a gap, before the first
// tenure, or after the last. A release is refused to an owner that does not hold the lock, which only its own story can tell.
// An acquisition of unknown outcome whose owner did nothing more may have been the last of all, and ended the last gap.
import { placesInOrder } from "../moments.ts";
import type { LockOperation, OwnerStories, Tenure } from "./lock-owners.ts";
import { woven } from "../slots.ts";

export type Placement =
  /** Tenures in order, and a linearization. */
  | { readonly kind: "placed"; readonly tenures: readonly Tenure[]; readonly order: readonly number[] }
  | { readonly kind: "contradiction"; readonly suspects: readonly number[] }
  | { readonly kind: "unclear"; readonly why: string };

/** Unclear if a refusal could be explained by an operation of unknown outcome that has an end. */
export function placed(operations: readonly LockOperation[], stories: OwnerStories): Placement {
  return new Tenures(operations, stories).place();
}

class Tenures {
  readonly #operations: readonly LockOperation[];
  readonly #tenures: Tenure[];
  /** When tenure i is acquired, 2i, and released, 2i + 1; Infinity if never. */
  readonly #moments: Float64Array;

  constructor(operations: readonly LockOperation[], { tenures, lostAcquires }: OwnerStories) {
    this.#operations = operations;
    const byCore = placesInOrder(Float64Array.from(tenures, ({ acquire }) => this.#endOf(acquire)));
    this.#tenures = Array.from(byCore, (place) => tenures[place]!); // places of the tenures themselves
    this.#addLost(lostAcquires);
    this.#moments = new Float64Array(2 * this.#tenures.length);
  }

  place(): Placement {
    const overlap = this.#overlap();
    if (overlap !== undefined) return { kind: "contradiction", suspects: overlap };
    this.#closeGaps();
    const slots = new Int32Array(this.#operations.length).fill(-1);
    let nextEvent = 0;
    for (const [position, operation] of this.#operations.entries()) {
      if (operation.type !== "ok" || operation.output !== false) continue;
      while (nextEvent < this.#moments.length && this.#moments[nextEvent]! < operation.invokedIndex) nextEvent++; // in bounds
      if (operation.input.f === "release") slots[position] = nextEvent;
      else {
        const slot = nextEvent | 1;
        if (slot > this.#moments.length || !this.#isAcquiredBy(slot, operation)) return this.#refuse(position, slot >> 1);
        slots[position] = slot;
      }
    }
    return { kind: "placed", tenures: this.#tenures, order: this.#order(slots) };
  }

  #isAcquiredBy(slot: number, { completedIndex }: LockOperation): boolean {
    return this.#moments[slot - 1]! <= completedIndex; // an odd slot has an event before it
  }

  /** The earliest lost acquisition holds the lock at the end, if it was free then. */
  #addLost(lostAcquires: readonly number[]): void {
    const last = this.#tenures.at(-1);
    if (last !== undefined && this.#endOf(last.release) === Infinity) return;
    let [acquire] = lostAcquires;
    for (const other of lostAcquires) if (acquire !== undefined && other < acquire) acquire = other;
    if (acquire !== undefined) this.#tenures.push({ acquire, release: -1 });
  }

  /** Two tenures that cannot have been one after the other. */
  #overlap(): number[] | undefined {
    let before: Tenure | undefined;
    for (const tenure of this.#tenures) {
      if (before !== undefined && this.#startOf(before.release) > this.#endOf(tenure.acquire))
        return [before.acquire, before.release, tenure.acquire, tenure.release].filter((position) => position !== -1);
      before = tenure;
    }
    return undefined;
  }

  #closeGaps(): void {
    let before: Tenure | undefined;
    for (const [index, { acquire, release }] of this.#tenures.entries()) {
      const start = this.#startOf(acquire);
      // Where the gap can be closed, both happen at one moment.
      const isClosed = before !== undefined && this.#endOf(before.release) >= start;
      if (before !== undefined && isClosed) this.#moments[2 * index - 1] = Math.max(this.#startOf(before.release), start);
      this.#moments[2 * index] = isClosed ? this.#moments[2 * index - 1]! : start; // in bounds
      this.#moments[2 * index + 1] = this.#endOf(release);
      before = { acquire, release };
    }
  }

  /** Nobody seems to have held the lock while this acquisition was refused. */
  #refuse(position: number, gap: number): Placement {
    const [before, after] = [this.#tenures[gap - 1], this.#tenures[gap]];
    const from = before === undefined ? -Infinity : this.#startOf(before.release);
    const until = this.#endOf(position);
    const couldHold = (other: number | undefined): boolean => {
      const operation = this.#operations[other ?? -1];
      return operation?.type === "info" && operation.completedIndex !== Infinity;
    };
    const isOpen =
      couldHold(before?.release) ||
      this.#operations.some(
        ({ input, invokedIndex, completedIndex }, other) => couldHold(other) && input.f === "acquire" && invokedIndex <= until && completedIndex >= from,
      );
    if (isOpen) return { kind: "unclear", why: "an operation of unknown outcome that has an end may explain a refusal" };
    // Whoever is certain to hold it next: after a lost acquisition, which ends all tenures, it could not.
    const next = after !== undefined && this.#operations[after.acquire]?.type === "info" ? after.release : after?.acquire;
    return { kind: "contradiction", suspects: [position, before?.release ?? -1, next ?? -1].filter((each) => each !== -1) };
  }

  #order(slots: Int32Array): number[] {
    const events = this.#tenures.flatMap(({ acquire, release }) => [acquire, release]);
    return woven(events, slots).filter((position) => position !== -1);
  }

  #startOf(position: number): number {
    return this.#operations[position]?.invokedIndex ?? Infinity;
  }

  #endOf(position: number): number {
    return this.#operations[position]?.completedIndex ?? Infinity;
  }
}
