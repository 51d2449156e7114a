// Finds places for the observers of a register that zones alone do not settle: refused compare-and-sets, which can be
// anywhere but where their value is held, and those who met one of several absences. For the monitor of registers.
//
// The blocks are linearizable already; what is free is when a backward block comes and whether an indeterminate operation
// takes effect at all. The placement goes through the completions in order of time and changes the value of the register
// only when it must: when an operation completes whose value is not there yet, or a refusal whose value still is. To delay a
// change until then is no loss: it disturbs nobody in the meantime, since observers have their turn as soon as they can.
// Before a block begins that will hold the register for a while, all others that cannot wait for its end have their turn.
//
// What is left to choose: what replaces a value that is refused; whether a value that will be refused is buried, which is to
// come and go right before another one; whether an operation that is over takes effect that need not; which delete made an
// absence that somebody met. Choices that turn out badly are undone, within a budget. No polynomial rule for refusals is
// known, so to find no order means nothing; an order that is found is a proof.
import { placesInOrder } from "../moments.ts";
import type { RegisterBlocks } from "./register-zones-blocks.ts";
import { kind, none } from "./register-zones-clusters.ts";
import type { RegisterClusters } from "./register-zones-clusters.ts";
import { Replacements } from "./register-zones-replacements.ts";
import { RegisterTimeline } from "./register-zones-timeline.ts";

const stepsPerOperation = 4;
const leastSteps = 4096;

/** A linearization, or one clause why none was found. O(n log n). */
export function placementOf(clusters: RegisterClusters, blocks: RegisterBlocks): readonly number[] | string {
  return new Placement(clusters, blocks).run();
}

/** A situation in which something had to replace a value, and what was not tried yet. */
interface Choice {
  readonly completion: number;
  readonly doneCount: number;
  readonly openedCount: number;
  readonly candidates: readonly number[];
  tried: number;
  /** The candidates are tried twice: with and without burying what had better not stay. */
  mayBury: boolean;
}

class Placement {
  readonly #clusters: RegisterClusters;
  readonly #blocks: RegisterBlocks;
  readonly #timeline: RegisterTimeline;
  readonly #replacements: Replacements;
  /** The operations that complete, in that order; those of unknown outcome among them may have had their turn by then, or never will. */
  readonly #completions: Int32Array;
  readonly #choices: Choice[] = [];
  #completion = 0;
  #stepsLeft: number;

  constructor(clusters: RegisterClusters, blocks: RegisterBlocks) {
    this.#clusters = clusters;
    this.#blocks = blocks;
    this.#timeline = new RegisterTimeline(clusters, blocks);
    this.#replacements = new Replacements(clusters, blocks, this.#timeline);
    const { operationCount, ends, isKnown, produced } = clusters;
    this.#stepsLeft = leastSteps + stepsPerOperation * operationCount;
    const due: number[] = [];
    for (let position = 0; position < operationCount; position++) {
      const isObserved = isKnown[position] === 1 || produced[position] !== none;
      if (isObserved && (ends[position] ?? 0) < Infinity) due.push(position);
    }
    const inOrder = placesInOrder(Float64Array.from(due, (position) => ends[position] ?? 0));
    this.#completions = inOrder.map((place) => due[place] ?? none);
  }

  run(): readonly number[] | string {
    const { refusals } = this.#clusters;
    while (this.#completion < this.#completions.length && this.#stepsLeft-- > 0) {
      if (this.#complete(this.#completions[this.#completion] ?? none)) this.#completion++;
      else if (!this.#tryAgain()) break;
    }
    const timeline = this.#timeline;
    // What never completes but was seen is there already; an observer of it made sure of that.
    if (this.#completion === this.#completions.length) return timeline.order;
    if (refusals.length === 0) return "several operations deleted the value, and those who met nothing could not be dealt out among them";
    return `no place was found for ${refusals.length === 1 ? "a refused compare-and-set" : `some of ${refusals.length} refused compare-and-sets`}`;
  }

  /** Sees to it that the operation has had its turn; false if it cannot. */
  #complete(position: number): boolean {
    const timeline = this.#timeline;
    const { ends, kinds, met, isLoose, produced } = this.#clusters;
    timeline.advance(ends[position]!); // position is in bounds
    if (timeline.isDone(position)) return true;
    if (kinds[position] === kind.refusal) return this.#choose(this.#replacements.of(timeline.seen));
    if (kinds[position] === kind.read && isLoose[position] === 1) return this.#choose(this.#replacements.deletes());
    const value = kinds[position] === kind.read ? met[position]! : produced[position]!;
    if (this.#blocks.blockOf[value] !== none) return this.#replacements.buried(value).length === 0 ? this.#reach(value) : this.#choose([value]);
    return !this.#isOfUse(value) || this.#choose([value, none]);
  }

  /** Whether it could serve anybody that an operation takes effect which need not. */
  #isOfUse(value: number): boolean {
    const { absence, classes, loose } = this.#clusters;
    const timeline = this.#timeline;
    const block = this.#blocks.blockOf[timeline.value] ?? none;
    const last = block === none ? none : (this.#blocks.lasts[block] ?? none);
    const isRefused = timeline.hasRefusals(timeline.seen) || (last !== none && timeline.hasRefusals(classes[last] ?? none));
    return isRefused || (loose.length > 0 && classes[value] === absence);
  }

  /** Takes the first candidate that is possible, and remembers the others; `none` is to go on as it is. */
  #choose(candidates: readonly number[]): boolean {
    if (candidates.length === 0) return false;
    const { doneCount, openedCount } = this.#timeline;
    this.#choices.push({ completion: this.#completion, doneCount, openedCount, candidates, tried: 0, mayBury: true });
    return this.#tryNext();
  }

  #tryNext(): boolean {
    const choice = this.#choices.at(-1);
    if (choice === undefined) return false;
    const now = this.#clusters.ends[this.#completions[choice.completion] ?? none] ?? 0;
    while (choice.tried < choice.candidates.length && this.#stepsLeft-- > 0) {
      this.#timeline.undoTo(choice.doneCount, choice.openedCount, now);
      this.#replacements.forget();
      const value = choice.candidates[choice.tried++] ?? none;
      const { mayBury } = choice;
      if (choice.tried === choice.candidates.length) {
        if (mayBury) [choice.mayBury, choice.tried] = [false, 0];
        else this.#choices.pop();
      }
      if (value === none || ((!mayBury || this.#bury(value)) && this.#reach(value))) return true;
    }
    return false;
  }

  /** Undoes the latest choice that has an alternative; false if there is none. */
  #tryAgain(): boolean {
    while (this.#choices.length > 0 && this.#stepsLeft > 0) {
      const { completion } = this.#choices.at(-1) ?? { completion: 0 };
      this.#completion = completion;
      if (this.#tryNext()) {
        this.#completion++;
        return true;
      }
    }
    return false;
  }

  /**
   * Blocks that are refused later had better have come and gone: they have their turn right before the value. False if
   * there is nothing to bury, or no leave to.
   */
  #bury(value: number): boolean {
    if (this.#blocks.blockOf[value] === this.#blocks.blockOf[this.#timeline.value] && this.#blocks.blockOf[value] !== none) return false;
    const blocks = this.#replacements.buried(value);
    return blocks.length > 0 && this.#canLeave() && this.#finish() && blocks.every((block) => this.#enter(this.#blocks.roots[block] ?? none) && this.#finish());
  }

  /** Brings the register to a value that it has not had yet, with everything that must come before. */
  #reach(value: number): boolean {
    const timeline = this.#timeline;
    if (timeline.isEntered(value)) return false;
    const block = this.#blocks.blockOf[value] ?? none;
    if (block === none) return this.#canLeave() && this.#finish() && this.#enter(value);
    if (this.#blocks.blockOf[timeline.value] !== block && !this.#begin(block)) return false;
    while (timeline.value !== value) if (!this.#follow()) return false;
    return true;
  }

  #begin(block: number): boolean {
    const { roots, lastStarts } = this.#blocks;
    if (!this.#canLeave() || !this.#finish()) return false;
    const end = lastStarts[block] ?? 0;
    return (end <= this.#timeline.now || this.#clear(block, end)) && this.#enter(roots[block] ?? none);
  }

  /** Lets all have their turn that must complete while this block will hold the register. */
  #clear(block: number, end: number): boolean {
    const { firstEnds, lastStarts, roots } = this.#blocks;
    const timeline = this.#timeline;
    for (;;) {
      let next = timeline.nextBlock();
      if (next === block) next = timeline.nextBlock(block);
      if (next === none || firstEnds[next]! >= end) break; // a block is in bounds
      if (lastStarts[next]! > timeline.now || !this.#enter(roots[next]!) || !this.#finish()) return false;
    }
    return !this.#isAbsenceUrgent(end) || this.#enterDelete();
  }

  /** Whether somebody waits for an absence who cannot wait so long. */
  #isAbsenceUrgent(end: number): boolean {
    const { absence, ends } = this.#clusters;
    if (absence === none || this.#timeline.seen === absence) return false;
    for (let offset = 0; ; offset++) {
      const read = this.#timeline.waitingRead(absence, offset);
      if (read === none) return false;
      if (ends[read]! < end) return true; // positions are in bounds
    }
  }

  #enterDelete(): boolean {
    const [value] = this.#replacements.deletes();
    if (value === undefined) return false;
    this.#timeline.change(value);
    return true;
  }

  /** Whether all operations of the present block were invoked. */
  #canLeave(): boolean {
    const block = this.#blocks.blockOf[this.#timeline.value] ?? none;
    return block === none || (this.#blocks.lastStarts[block] ?? 0) <= this.#timeline.now;
  }

  /** Goes to the end of the present block. */
  #finish(): boolean {
    while ((this.#blocks.successors[this.#timeline.value] ?? none) !== none) if (!this.#follow()) return false;
    return true;
  }

  #follow(): boolean {
    const successor = this.#blocks.successors[this.#timeline.value] ?? none;
    return successor !== none && this.#enter(this.#clusters.produced[successor] ?? none);
  }

  /** Changes the value, if its operation, which was invoked, meets what it expects. */
  #enter(value: number): boolean {
    const { writers, kinds, isLoose, met, absence } = this.#clusters;
    const writer = writers[value] ?? none;
    if (writer === none || this.#timeline.isEntered(value)) return false;
    if (kinds[writer] === kind.cas) {
      if (met[writer] !== this.#timeline.seen && !(isLoose[writer] === 1 && this.#enterDelete())) return false;
    } else if (this.#timeline.seen === absence && !this.#spendAbsence()) return false;
    this.#timeline.change(value);
    return true;
  }

  /** An absence that ends serves one more compare-and-set that needs one, if there is one that can come and go now. */
  #spendAbsence(): boolean {
    const value = this.#replacements.needingAbsence();
    if (value === none) return true;
    this.#timeline.change(value);
    return this.#finish();
  }
}
