// Decides objects that are nothing but a level between 0 and a limit, in O(n log n): elements of sets (absent, present),
// semaphores (how many permits are out). For their monitors.
//
// The level moves as late as it can: only when an operation completes that otherwise would have had no place. Then the
// move is made by the open operation that completes first. Waiting costs nothing, for what is open stays open until its
// own completion, and whatever was seen before the last move was seen in time. So at every moment a lazy explanation has
// made as few moves as any explanation must, and made each at its last moment; an operation with a later completion is
// never used up while one with an earlier completion is open. Hence: if the lazy one gets stuck, all do.
// (Exchange argument: compare with any explanation, move by move. The k-th move of the lazy one is never earlier, or the
// other would have missed the same completion; and its k-th operation of a kind is there, for the other one found k too.)
//
// With a limit above 1 it matters how an end is reached for those who saw the level at an end, so there the answer
// `invalid` is proved without those operations, and if they do not happen to fit, there is no answer.
import type { Operation } from "../../../../harness/operation.ts";
import type { MonitorAnswer } from "../../model.ts";
import { LeastFirst } from "../least-first.ts";
import { placesInOrder } from "../moments.ts";
import { woven } from "../slots.ts";

/** What an operation does with a level: moves it by one, or saw it at an end. */
export const levelRoles = { none: 0, raise: 1, lower: 2, sawFull: 3, sawEmpty: 4 } as const;

export interface LevelHistory {
  readonly operations: readonly Operation[];
  /** One of `levelRoles` for every operation. Those of unknown outcome move the level if they can and took effect. */
  readonly roles: Uint8Array;
  /** The level is 0 at first and at most this, a whole number from 1. */
  readonly limit: number;
}

/** Exact with operations of unknown outcome, unless one of them has an end: then only if that makes no difference. */
export function decideLevel(history: LevelHistory): MonitorAnswer {
  if (!history.operations.some(isMaybe)) return new LazyLevel(history, Infinity).decide();
  // Whoever does without the maybes needs none, and what is impossible with maybes that never end is impossible.
  const without = new LazyLevel(history, -Infinity).decide();
  if (without.verdict === "valid") return without;
  const relaxed = new LazyLevel(history, Infinity).decide();
  return relaxed.verdict === "invalid" ? relaxed : { verdict: "inapplicable", why: "an operation of unknown outcome has an end" };
}

function isMaybe({ type, completedIndex }: Operation): boolean {
  return type === "info" && completedIndex !== Infinity;
}

/** The operation at `position` moved the level at `moment`, because the one at `forcedBy` was about to end. */
interface Move {
  readonly position: number;
  readonly moment: number;
  readonly forcedBy: number;
}

class LazyLevel {
  readonly #history: LevelHistory;
  /** Positions in order of completion. What has no end, or need not have happened, comes last. */
  readonly #byEnd: Int32Array;
  readonly #ranks: Int32Array;
  readonly #openRaises: LeastFirst;
  readonly #openLowers: LeastFirst;
  readonly #maybesEnd: number;
  readonly #hasMoved: Uint8Array;
  readonly #moves: Move[] = [];
  #level = 0;
  #nextStart = 0;
  /** When the level was last at its ends; Infinity while it is. */
  #fullUntil = -Infinity;
  #emptyUntil = Infinity;

  /** `maybesEnd`: when to pretend that operations of unknown outcome with an end are over: Infinity, or -Infinity for before they began. */
  constructor(history: LevelHistory, maybesEnd: number) {
    const { operations } = history;
    this.#history = history;
    this.#maybesEnd = maybesEnd;
    this.#byEnd = placesInOrder(Float64Array.from(operations, ({ type, completedIndex }) => (type === "ok" ? completedIndex : Infinity)));
    this.#ranks = new Int32Array(operations.length);
    for (let rank = 0; rank < operations.length; rank++) this.#ranks[this.#byEnd[rank]!] = rank; // in bounds
    this.#openRaises = new LeastFirst(operations.length);
    this.#openLowers = new LeastFirst(operations.length);
    this.#hasMoved = new Uint8Array(operations.length);
  }

  decide(): MonitorAnswer {
    const { operations, limit } = this.#history;
    for (const position of this.#byEnd) {
      const operation = operations[position];
      if (operation === undefined || operation.type !== "ok") break;
      this.#open(operation.completedIndex);
      if (!this.#serve(position, operation)) return { verdict: "invalid", suspects: this.#suspects(position, operation.completedIndex) };
    }
    const slots = this.#slots();
    if (slots === undefined) return { verdict: "inapplicable", why: `a refusal at a limit of ${limit} has no place in the first explanation` };
    return {
      verdict: "valid",
      order: woven(
        this.#moves.map(({ position }) => position),
        slots,
      ),
    };
  }

  /** Everything that began until now may move the level. */
  #open(moment: number): void {
    const { operations, roles } = this.#history;
    for (let operation = operations[this.#nextStart]; operation !== undefined && operation.invokedIndex <= moment; operation = operations[++this.#nextStart]) {
      if (isMaybe(operation) && this.#maybesEnd < operation.invokedIndex) continue;
      const role = roles[this.#nextStart];
      const rank = this.#ranks[this.#nextStart]!; // in bounds
      if (role === levelRoles.raise) this.#openRaises.push(rank);
      else if (role === levelRoles.lower) this.#openLowers.push(rank);
    }
  }

  /** The last moment for this operation: false if it comes too late for it. */
  #serve(position: number, { invokedIndex, completedIndex }: Operation): boolean {
    const { roles, limit } = this.#history;
    const role = roles[position];
    const raise = (): boolean => this.#move(1, completedIndex, position);
    const lower = (): boolean => this.#move(-1, completedIndex, position);
    if (role === levelRoles.raise) return this.#hasMoved[position] === 1 || ((this.#level < limit || lower()) && raise());
    if (role === levelRoles.lower) return this.#hasMoved[position] === 1 || ((this.#level > 0 || raise()) && lower());
    if (limit > 1) return true;
    if (role === levelRoles.sawFull) return this.#fullUntil >= invokedIndex || raise();
    if (role === levelRoles.sawEmpty) return this.#emptyUntil >= invokedIndex || lower();
    return true;
  }

  #move(by: 1 | -1, moment: number, forcedBy: number): boolean {
    const rank = (by === 1 ? this.#openRaises : this.#openLowers).pop();
    if (rank < 0) return false;
    const position = this.#byEnd[rank]!; // ranks are of positions
    if (this.#level === 0) this.#emptyUntil = moment;
    if (this.#level === this.#history.limit) this.#fullUntil = moment;
    this.#level += by;
    if (this.#level === 0) this.#emptyUntil = Infinity;
    if (this.#level === this.#history.limit) this.#fullUntil = Infinity;
    this.#hasMoved[position] = 1;
    this.#moves.push({ position, moment, forcedBy });
    return true;
  }

  /** After how many moves each observer stands; -1 for the others; undefined if one does not fit. */
  #slots(): Int32Array | undefined {
    const { operations, roles, limit } = this.#history;
    const [fullFrom, emptyFrom] = [this.#slotsFrom(limit), this.#slotsFrom(0)];
    const slots = new Int32Array(operations.length).fill(-1);
    let done = 0;
    for (const [position, { type, invokedIndex, completedIndex }] of operations.entries()) {
      const role = roles[position];
      if (type !== "ok" || !this.#isObserver(position)) continue;
      while ((this.#moves[done]?.moment ?? Infinity) < invokedIndex) done++;
      const slot = (role === levelRoles.sawFull ? fullFrom : emptyFrom)[done]!; // there is a slot after every move
      const from = slot === done ? invokedIndex : (this.#moves[slot - 1]?.moment ?? Infinity);
      if (from > completedIndex) return undefined;
      slots[position] = slot;
    }
    return slots;
  }

  /** For every slot the first one from there on in which the level is `wanted`; one past the last if there is none. */
  #slotsFrom(wanted: number): Int32Array {
    const count = this.#moves.length;
    const slots = new Int32Array(count + 1);
    let level = this.#level;
    let next = count + 2;
    for (let slot = count; slot >= 0; slot--) {
      if (level === wanted) next = slot;
      slots[slot] = next;
      const move = this.#moves[slot - 1];
      if (move !== undefined) level += this.#history.roles[move.position] === levelRoles.raise ? -1 : 1;
    }
    return slots;
  }

  /**
   * Those who made and forced the last moves, back to one after which they need more moves of the missing kind than there
   * can have been: one that shows how the level was before all of them.
   */
  #suspects(stuck: number, moment: number): number[] {
    const { operations, roles, limit } = this.#history;
    const role = roles[stuck];
    const missing = role === levelRoles.sawFull || (role === levelRoles.lower && this.#level === 0) ? levelRoles.raise : levelRoles.lower;
    const ends = Float64Array.from(
      this.#moves.filter(({ position }) => roles[position] === missing),
      ({ position }) => operations[position]?.completedIndex ?? 0,
    ).toSorted();
    const suspects = new Set([stuck]);
    // Observers that forced a move began after the one before it anyway.
    let firstStart = this.#isObserver(stuck) ? moment : this.#startOf(stuck);
    let needed = 1;
    for (const { position, moment, forcedBy } of this.#moves.toReversed()) {
      if (operations[position]?.type === "ok") suspects.add(position);
      suspects.add(forcedBy);
      const isMissing = roles[position] === missing;
      const isShown = limit === 1 && (position === forcedBy || this.#isObserver(forcedBy)) && moment < firstStart;
      const others = isShown ? countFrom(ends, this.#startOf(forcedBy)) - Number(isMissing && position === forcedBy) : Infinity;
      if (others < needed) break;
      needed += Number(isMissing);
      firstStart = Math.min(firstStart, this.#startOf(position), this.#isObserver(forcedBy) ? Infinity : this.#startOf(forcedBy));
    }
    return [...suspects];
  }

  #isObserver(position: number): boolean {
    return this.#history.roles[position] === levelRoles.sawFull || this.#history.roles[position] === levelRoles.sawEmpty;
  }

  #startOf(position: number): number {
    return this.#history.operations[position]?.invokedIndex ?? 0;
  }
}

/** How many of the sorted moments are not before this one. O(log n). */
function countFrom(sorted: Float64Array, moment: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < moment)
      low = middle + 1; // in bounds
    else high = middle;
  }
  return sorted.length - low;
}
