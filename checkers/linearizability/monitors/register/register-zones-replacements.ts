// What could replace the value that a register holds, the best first. For the placement of observers.
//
// A good replacement is one that has to come soon anyway. A bad one is a value that is refused before the next block is
// due: it would need a replacement itself. Operations of unknown outcome can wait for a greater need.
import type { RegisterBlocks } from "./register-zones-blocks.ts";
import { grouped, kind, none } from "./register-zones-clusters.ts";
import type { RegisterClusters } from "./register-zones-clusters.ts";
import type { RegisterTimeline } from "./register-zones-timeline.ts";

/** How far to look: enough in practice, and constant. */
const mostBlocks = 64;
const mostOptional = 64;
const mostRefusals = 8;

interface Candidate {
  readonly value: number;
  /** Until when it can stay. */
  readonly until: number;
  readonly isOptional: boolean;
}

export class Replacements {
  readonly #clusters: RegisterClusters;
  readonly #blocks: RegisterBlocks;
  readonly #timeline: RegisterTimeline;
  /** Values of writes and deletes that need not have taken effect, in order of invocation. */
  readonly #optionalWrites: readonly number[];
  readonly #optionalDeletes: readonly number[];
  /** So many of the optional writes were used, from the first one on. */
  #usedCount = 0;
  /** Positions of compare-and-sets that need not have taken effect, by the class that they expect. */
  readonly #optionalCas: { readonly members: Int32Array; readonly first: Int32Array };

  constructor(clusters: RegisterClusters, blocks: RegisterBlocks, timeline: RegisterTimeline) {
    this.#clusters = clusters;
    this.#blocks = blocks;
    this.#timeline = timeline;
    const { operationCount, valueCount, kinds, produced, met, classes, absence } = clusters;
    const isOptional = (position: number): boolean => produced[position] !== none && blocks.blockOf[produced[position]!] === none; // in bounds
    const values: number[] = [];
    for (let position = 0; position < operationCount; position++)
      if (kinds[position] === kind.write && isOptional(position)) values.push(produced[position] ?? none);
    this.#optionalWrites = values;
    this.#optionalDeletes = absence === none ? [] : values.filter((value) => classes[value] === absence);
    const groupOf = (position: number): number => (kinds[position] === kind.cas && isOptional(position) ? (met[position] ?? none) : none);
    this.#optionalCas = grouped({ count: operationCount, groupCount: valueCount, groupOf });
  }

  /** Values that could come now instead of this class, which is what the register holds. */
  of(seen: number): number[] {
    const { successors, heldTo } = this.#blocks;
    const { value, now } = this.#timeline;
    const successor = successors[value] ?? none;
    // Nothing may come between a value and the compare-and-set that replaced it.
    if (successor !== none) return (heldTo[value] ?? 0) <= now ? [this.#clusters.produced[successor] ?? none] : [];
    const candidates = [...this.#dueBlocks(seen), ...this.#optional(this.#unusedWrites(), seen), ...this.#casFrom(seen)];
    return this.#ranked(candidates);
  }

  /** To be told when changes were undone. */
  forget(): void {
    this.#usedCount = 0;
  }

  /** Deletes that could come now, the most urgent first. */
  deletes(): number[] {
    const { absence, classes } = this.#clusters;
    const due = this.#dueBlocks(none).filter(({ value }) => classes[value] === absence);
    return [...due, ...this.#optional(this.#optionalDeletes, none)].map(({ value }) => value);
  }

  /**
   * Blocks not begun, of completely invoked operations, that had better come and go before this value: somebody will refuse
   * to meet their last value, or wants to meet the absence that this one is and they would end.
   */
  buried(value: number): number[] {
    const { blockOf, lastStarts, lasts } = this.#blocks;
    const { classes, absence, loose } = this.#clusters;
    const isWanted = loose.length > 0 && classes[value] === absence;
    const target = blockOf[value] ?? none;
    const found: number[] = [];
    let block = this.#timeline.nextBlock();
    for (let count = 0; block !== none && count < mostBlocks; count++) {
      const last = classes[lasts[block]!]!; // blocks and values are in bounds
      if (block !== target && lastStarts[block]! <= this.#timeline.now && (this.#timeline.hasRefusals(last) || (isWanted && last !== absence)))
        found.push(block);
      block = this.#timeline.nextBlock(block);
    }
    return found;
  }

  /** The first value, of the most urgent block of completely invoked operations, that has to replace an absence; `none` if there is none. */
  needingAbsence(): number {
    const { lastStarts, roots } = this.#blocks;
    let block = this.#timeline.nextBlock();
    for (let count = 0; block !== none && count < mostBlocks; count++) {
      const value = roots[block]!; // a block is in bounds
      if (this.#clusters.isLoose[this.#clusters.writers[value]!] === 1 && lastStarts[block]! <= this.#timeline.now) return value;
      block = this.#timeline.nextBlock(block);
    }
    return none;
  }

  /** Blocks not begun whose first operation was invoked, in order of their first completion. */
  #dueBlocks(seen: number): Candidate[] {
    const { roots, firstEnds } = this.#blocks;
    const { writers, classes } = this.#clusters;
    const found: Candidate[] = [];
    let block = this.#timeline.nextBlock();
    for (let count = 0; block !== none && count < mostBlocks; count++) {
      const value = roots[block]!; // a block is in bounds
      const following = this.#timeline.nextBlock(block);
      if (this.#timeline.isOpen(writers[value]!) && classes[value] !== seen) {
        const first = this.#timeline.nextBlock();
        const next = first === block ? following : first;
        found.push(this.#candidate(value, next === none ? Infinity : firstEnds[next]!, false));
      }
      block = following;
    }
    return found;
  }

  *#unusedWrites(): Iterable<number> {
    const values = this.#optionalWrites;
    while (this.#usedCount < values.length && this.#timeline.isEntered(values[this.#usedCount] ?? none)) this.#usedCount++;
    for (let index = this.#usedCount; index < values.length; index++) yield values[index] ?? none;
  }

  #optional(values: Iterable<number>, seen: number): Candidate[] {
    const { writers, classes, ends } = this.#clusters;
    const due = this.#nextDue();
    const found: Candidate[] = [];
    for (const value of values) {
      const writer = writers[value]!; // values with a writer
      if (!this.#timeline.isOpen(writer) || found.length >= mostOptional) break;
      if (!this.#timeline.isEntered(value) && ends[writer]! >= this.#timeline.now && classes[value] !== seen) found.push(this.#candidate(value, due, true));
    }
    return found;
  }

  #casFrom(seen: number): Candidate[] {
    const { produced, ends } = this.#clusters;
    const { members, first } = this.#optionalCas;
    const due = this.#nextDue();
    const found: Candidate[] = [];
    for (let index = first[seen]!; index < first[seen + 1]! && found.length < mostOptional; index++) {
      const position = members[index]!; // index is in bounds
      if (!this.#timeline.isOpen(position)) break;
      const value = produced[position]!;
      if (!this.#timeline.isEntered(value) && ends[position]! >= this.#timeline.now) found.push(this.#candidate(value, due, true));
    }
    return found;
  }

  #nextDue(): number {
    const next = this.#timeline.nextBlock();
    return next === none ? Infinity : (this.#blocks.firstEnds[next] ?? Infinity);
  }

  #candidate(value: number, due: number, isOptional: boolean): Candidate {
    const refused = this.#timeline.firstRefusalAhead(this.#clusters.classes[value]!, mostRefusals); // a value is in bounds
    return { value, until: refused > due ? Infinity : refused, isOptional };
  }

  /** Those that can stay until the next block is due, required ones first; then those that can stay longest. */
  #ranked(candidates: readonly Candidate[]): number[] {
    return candidates
      .toSorted((one, other) => (one.until === other.until ? Number(one.isOptional) - Number(other.isOptional) : other.until > one.until ? 1 : -1))
      .map(({ value }) => value);
  }
}
