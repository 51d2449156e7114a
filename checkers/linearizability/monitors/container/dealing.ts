// Removals of unknown outcome, dealt to values that never came out otherwise. For attempts to explain a container's history.
//
// An attempt asks when it meets a conflict: values that contradict each other, whatever happened to others. If there is an
// explanation, one of those that never left has been taken out after all, or earlier than assumed. So every conflict is a
// choice of a value and a removal.
import type { Lives } from "./container-lives.ts";
import type { LatestRemovals } from "./latest-removals.ts";

/** Values, and removals that found nothing (positions), that contradict each other. */
export interface Conflict {
  readonly values: readonly number[];
  readonly empties: readonly number[];
  /** The values in the way, and the point after which it changes nothing if they leave. */
  readonly candidates: readonly Candidate[];
}

export interface Candidate {
  readonly value: number;
  readonly deadline: number;
}

export interface Deal {
  readonly value: number;
  /** Position of the removal. */
  readonly removal: number;
}

export interface Dealing {
  /** An attempt goes through the whole history, once or again; false if that would take too long, and then it must give up. */
  begin(): boolean;
  /** What to change because of a conflict; undefined if nothing can be. The same attempt again meets the same conflicts. */
  choose(conflict: Conflict): Deal | undefined;
}

/** Deals nothing, or leaves that to others, and remembers what was in conflict. */
export class Conflicts implements Dealing {
  readonly #lives: Lives<unknown>;
  readonly #values = new Set<number>();
  readonly #empties = new Set<number>();

  constructor(lives: Lives<unknown>) {
    this.#lives = lives;
  }

  begin(): boolean {
    return true;
  }

  choose(conflict: Conflict): undefined {
    for (const value of conflict.values) this.#values.add(value);
    for (const empty of conflict.empties) this.#empties.add(empty);
  }

  /** A value that stood behind a limit on what can be dealt. */
  add(value: number): void {
    this.#values.add(value);
  }

  /** Positions of operations that contradict each other. */
  suspects(): number[] {
    return suspectsOf(this.#lives, this.#values, this.#empties);
  }
}

/**
 * Positions of all operations on these values, of removals that found nothing, and of the removals of unknown outcome that
 * might still have helped: those that began before all the others were over.
 */
export function suspectsOf(lives: Lives<unknown>, values: Iterable<number>, empties: Iterable<number>): number[] {
  const { inFrom, inBy, outBy, remover, ends, lost } = lives;
  const positions: number[] = [];
  let last = 0;
  for (const empty of empties) {
    positions.push(empty);
    last = Math.max(last, ends[empty]!); // positions and values are in bounds, here and below
  }
  for (const value of values) {
    positions.push(inFrom[value]!);
    if (remover[value]! >= 0) positions.push(remover[value]!);
    last = Math.max(last, remover[value]! >= 0 ? outBy[value]! : inBy[value]!);
  }
  return [...positions, ...lost.filter((removal) => removal <= last)].toSorted((one, other) => one - other);
}

/** How much work a quick guess may be, in passes over the history and beyond. */
const guessPasses = 40;
const leastWork = 1_000_000;

/**
 * One quick guess for histories with many removals of unknown outcome: the latest that is early enough, which leaves the
 * others to values with less time (the classic schedule of jobs with deadlines). If it turns out that a value must have left
 * earlier than it was dealt to, it gets an earlier removal. Removals that are over at some time are left to thorough attempts.
 */
export class GreedyDealing implements Dealing {
  readonly #lives: Lives<unknown>;
  readonly #latest: LatestRemovals;
  readonly #dealt = new Map<number, number>();
  readonly #used = new Set<number>();
  /** How much more may be looked at: operations, values and removals. */
  #budget: number;

  constructor(lives: Lives<unknown>, latest: LatestRemovals) {
    this.#lives = lives;
    this.#latest = latest;
    this.#budget = leastWork + guessPasses * lives.pointCount;
  }

  begin(): boolean {
    this.#budget -= this.#lives.pointCount;
    return this.#budget >= 0;
  }

  choose({ candidates, values }: Conflict): Deal | undefined {
    this.#budget -= values.length;
    if (this.#budget < 0) return undefined;
    const isDealt = ({ value }: Candidate): boolean => this.#dealt.has(value);
    // To move a removal costs none, so that comes first.
    for (const candidate of [...candidates.filter(isDealt), ...candidates.filter((each) => !isDealt(each))]) {
      const removal = this.#latestUnused(candidate);
      if (removal === undefined) continue;
      const before = this.#dealt.get(candidate.value);
      if (before !== undefined) this.#used.delete(before);
      this.#dealt.set(candidate.value, removal);
      this.#used.add(removal);
      return { value: candidate.value, removal };
    }
    return undefined;
  }

  #latestUnused({ value, deadline }: Candidate): number | undefined {
    const before = this.#dealt.get(value) ?? this.#lives.pointCount;
    const limit = Math.min(deadline, this.#latest.latest[value]!, before - 1); // values are in bounds
    const { lost, ends, pointCount } = this.#lives;
    for (let index = countUpTo(lost, limit) - 1; index >= 0; index--) {
      const removal = lost[index]!; // in bounds
      this.#budget--;
      if (!this.#used.has(removal) && ends[removal] === pointCount - 1) return removal;
    }
    return undefined;
  }
}

/** How many of the ascending numbers are not above the limit. */
function countUpTo(numbers: readonly number[], limit: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! <= limit)
      low = middle + 1; // in bounds
    else high = middle;
  }
  return low;
}

interface Choice {
  readonly options: readonly Deal[];
  tried: number;
}

const mostOptions = 64;
/** What all attempts together may cost, in looks at operations, values and removals. */
const workLimit = 1_000_000;
/** What a pass over the history costs however small it is, in the same measure. */
const passCost = 500;

/**
 * All ways to deal, one attempt after the other: the last choice is made differently each time. No explanation is missed,
 * because a conflict stands whatever is dealt to values outside it. Exponential.
 */
export class ExhaustiveDealing implements Dealing {
  readonly #lives: Lives<unknown>;
  readonly #latest: LatestRemovals;
  readonly #conflicts: Conflicts;
  readonly #choices: Choice[] = [];
  readonly #dealt = new Map<number, number>();
  #next = 0;
  #work = 0;
  #isComplete = true;

  constructor(lives: Lives<unknown>, latest: LatestRemovals) {
    this.#lives = lives;
    this.#latest = latest;
    this.#conflicts = new Conflicts(lives);
  }

  /** False if there were more options than anybody would try: then failing proves nothing. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** False once all attempts together were too much work: then the last one was not finished. */
  get hasBudget(): boolean {
    return this.#work <= workLimit;
  }

  /** Positions of operations that contradict each other. */
  suspects(): number[] {
    return this.#conflicts.suspects();
  }

  begin(): boolean {
    return this.#works(passCost + this.#lives.pointCount);
  }

  choose(conflict: Conflict): Deal | undefined {
    if (!this.#works(conflict.values.length)) return undefined;
    let choice = this.#choices[this.#next];
    if (choice === undefined) {
      this.#conflicts.choose(conflict);
      choice = { options: this.#options(conflict.candidates), tried: 0 };
      if (choice.options.length === 0) return undefined;
      this.#choices.push(choice);
    }
    this.#next++;
    const deal = choice.options[choice.tried];
    if (deal !== undefined) this.#dealt.set(deal.value, deal.removal);
    return deal;
  }

  #works(amount: number): boolean {
    this.#work += amount;
    return this.hasBudget;
  }

  /** Makes the last choice differently, for an attempt from the beginning; false if all were tried. */
  retry(): boolean {
    this.#next = 0;
    this.#dealt.clear();
    for (let last = this.#choices.at(-1); last !== undefined; last = this.#choices.at(-1)) {
      last.tried++;
      if (last.tried < last.options.length) return true;
      this.#choices.pop();
    }
    return false;
  }

  /** Of each candidate the latest removal that is early enough comes first. One that begins after the deadline leaves the conflict as it is. */
  #options(candidates: readonly Candidate[]): Deal[] {
    const used = new Set(this.#dealt.values());
    const unused = this.#lives.lost.filter((removal) => !used.has(removal));
    this.#works(unused.length * (1 + candidates.length));
    const perCandidate = candidates.filter(({ value }) => !this.#dealt.has(value)).map((candidate) => this.#optionsOf(candidate, unused));
    const options: Deal[] = [];
    const longest = Math.max(0, ...perCandidate.map((deals) => deals.length));
    for (let rank = 0; rank < longest; rank++) options.push(...perCandidate.flatMap((deals) => deals[rank] ?? []));
    if (options.length > mostOptions) this.#isComplete = false;
    return options.slice(0, mostOptions);
  }

  #optionsOf({ value, deadline }: Candidate, unused: readonly number[]): Deal[] {
    // In bounds: values and positions.
    const latest = this.#latest.latest[value]!;
    const because = this.#latest.because[value]!;
    const possible = unused.filter((removal) => removal <= Math.min(deadline, latest) && this.#lives.ends[removal]! >= this.#lives.inFrom[value]!);
    if (because >= 0) this.#conflicts.add(because);
    return possible.map((removal) => ({ value, removal })).toReversed();
  }
}
