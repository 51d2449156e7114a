// A register on its way through a history: what was invoked, what it holds, who has had their turn, and what is still to
// come; every change can be undone. For the placement of observers.
//
// Observers take their turn by themselves: a read as soon as its value is there, a refusal as soon as it is not.
import type { RegisterBlocks } from "./register-zones-blocks.ts";
import { grouped, kind, none } from "./register-zones-clusters.ts";
import type { RegisterClusters } from "./register-zones-clusters.ts";
import { placesInOrder } from "../moments.ts";

export class RegisterTimeline {
  readonly #clusters: RegisterClusters;
  readonly #blocks: RegisterBlocks;
  readonly #order: Int32Array;
  readonly #isDone: Uint8Array;
  readonly #isEntered: Uint8Array;
  /** By value: what the register held before it. */
  readonly #before: Int32Array;
  /** By class, in order of invocation: its reads and refusals, and how many of them have had their turn. */
  readonly #reads: Int32Array;
  readonly #readFirst: Int32Array;
  readonly #nextRead: Int32Array;
  readonly #refusals: Int32Array;
  readonly #refusalFirst: Int32Array;
  readonly #nextRefusal: Int32Array;
  /** Blocks that were not begun, linked in order of first completion; the one after the last is the head. */
  readonly #nextBlock: Int32Array;
  readonly #previousBlock: Int32Array;
  #value = 0;
  #doneCount = 0;
  #openedCount = 0;
  #now = -Infinity;

  constructor(clusters: RegisterClusters, blocks: RegisterBlocks) {
    const { operationCount, valueCount, kinds, met } = clusters;
    this.#clusters = clusters;
    this.#blocks = blocks;
    this.#order = new Int32Array(operationCount);
    this.#isDone = new Uint8Array(operationCount);
    this.#isEntered = new Uint8Array(valueCount);
    this.#before = new Int32Array(valueCount);
    [this.#reads, this.#readFirst, this.#nextRead] = [clusters.readers, clusters.readerFirst, clusters.readerFirst.slice()];
    const groupOf = (position: number): number => (kinds[position] === kind.refusal ? met[position]! : none); // position is in bounds
    const refusals = grouped({ count: operationCount, groupCount: valueCount, groupOf });
    [this.#refusals, this.#refusalFirst, this.#nextRefusal] = [refusals.members, refusals.first, refusals.first.slice()];
    const { blockCount, firstEnds } = blocks;
    this.#nextBlock = new Int32Array(blockCount + 1);
    this.#previousBlock = new Int32Array(blockCount + 1);
    let last = blockCount;
    for (const block of placesInOrder(firstEnds)) {
      if (block === blocks.blockOf[0]) continue;
      this.#nextBlock[last] = block;
      this.#previousBlock[block] = last;
      last = block;
    }
    this.#nextBlock[last] = blockCount;
    this.#previousBlock[blockCount] = last;
  }

  /** What the register holds now. */
  get value(): number {
    return this.#value;
  }

  /** The class of it: what observers see. */
  get seen(): number {
    return this.#clusters.classes[this.#value]!; // values are in bounds
  }

  get now(): number {
    return this.#now;
  }

  get doneCount(): number {
    return this.#doneCount;
  }

  /** Operations invoked by now are those before this position. */
  get openedCount(): number {
    return this.#openedCount;
  }

  get order(): number[] {
    return Array.from(this.#order.subarray(0, this.#doneCount));
  }

  isDone(position: number): boolean {
    return this.#isDone[position] === 1;
  }

  isEntered(value: number): boolean {
    return this.#isEntered[value] === 1;
  }

  isOpen(position: number): boolean {
    return position < this.#openedCount;
  }

  /** The block not yet begun that completes first, after the given one in that order if there is one; `none` if there is no more. */
  nextBlock(block: number = this.#blocks.blockCount): number {
    const next = this.#nextBlock[block]!; // the head is in bounds too
    return next === this.#blocks.blockCount ? none : next;
  }

  /** Goes on to a moment: observers invoked by then have their turn if they can. */
  advance(moment: number): void {
    const { operationCount, starts } = this.#clusters;
    this.#now = moment;
    // Non-null: positions are in bounds.
    while (this.#openedCount < operationCount && starts[this.#openedCount]! <= moment) this.#open(this.#openedCount++);
  }

  #open(position: number): void {
    const met = this.#clusters.met[position]!; // position is in bounds
    const role = this.#clusters.kinds[position];
    if (role === kind.read && met === this.seen) this.#takeRead(position, met);
    else if (role === kind.refusal && met !== this.seen) this.#takeRefusal(position, met);
  }

  /** The register takes a value; refusals of the old one and reads of the new one that were waiting have their turn. */
  change(value: number): void {
    const { writers, classes } = this.#clusters;
    const [old, seen] = [this.seen, classes[value]!]; // values are in bounds
    this.#before[value] = this.#value;
    this.#value = value;
    this.#isEntered[value] = 1;
    this.#take(writers[value]!);
    const block = this.#blocks.blockOf[value]!;
    if (block !== none && this.#blocks.roots[block] === value) this.#unlink(block);
    if (old === seen) return;
    for (let refusal = this.waitingRefusal(old); refusal !== none; refusal = this.waitingRefusal(old)) this.#takeRefusal(refusal, old);
    for (let read = this.waitingRead(seen); read !== none; read = this.waitingRead(seen)) this.#takeRead(read, seen);
  }

  /** The first operation invoked by now that must meet this class and has not had its turn; `none` if there is none. */
  waitingRead(seen: number, offset = 0): number {
    const index = this.#nextRead[seen]! + offset; // classes are values, and those are in bounds
    if (index >= this.#readFirst[seen + 1]!) return none;
    const read = this.#reads[index]!;
    return read < this.#openedCount ? read : none;
  }

  /** Likewise for refusals. */
  waitingRefusal(seen: number): number {
    const index = this.#nextRefusal[seen]!; // classes are values, and those are in bounds
    if (index >= this.#refusalFirst[seen + 1]!) return none;
    const refusal = this.#refusals[index]!;
    return refusal < this.#openedCount ? refusal : none;
  }

  /** Whether some reads of this class, invoked or not, have not had their turn. */
  hasReads(seen: number): boolean {
    return this.#nextRead[seen]! < this.#readFirst[seen + 1]!; // as above
  }

  hasRefusals(seen: number): boolean {
    return this.#nextRefusal[seen]! < this.#refusalFirst[seen + 1]!; // as above
  }

  /** The earliest completion of the first few refusals of this class that are still to be invoked. */
  firstRefusalAhead(seen: number, most: number): number {
    let earliest = Infinity;
    const end = Math.min(this.#refusalFirst[seen + 1]!, this.#nextRefusal[seen]! + most); // as above
    for (let index = this.#nextRefusal[seen]!; index < end; index++) {
      const refusal = this.#refusals[index]!;
      if (refusal >= this.#openedCount) earliest = Math.min(earliest, this.#clusters.ends[refusal]!);
    }
    return earliest;
  }

  /** Back to an earlier situation: how many had had their turn, how many were invoked, and when. */
  undoTo(doneCount: number, openedCount: number, moment: number): void {
    const { kinds, met } = this.#clusters;
    while (this.#doneCount > doneCount) {
      const position = this.#order[--this.#doneCount]!; // it was put there
      this.#isDone[position] = 0;
      if (kinds[position] === kind.read) this.#nextRead[met[position]!]!--;
      else if (kinds[position] === kind.refusal) this.#nextRefusal[met[position]!]!--;
      else this.#leave(this.#clusters.produced[position]!);
    }
    this.#openedCount = openedCount;
    this.#now = moment;
  }

  #leave(value: number): void {
    this.#isEntered[value] = 0;
    this.#value = this.#before[value]!; // values are in bounds
    const block = this.#blocks.blockOf[value]!;
    if (block !== none && this.#blocks.roots[block] === value) this.#relink(block);
  }

  #takeRead(position: number, seen: number): void {
    this.#nextRead[seen]!++; // a class is in bounds
    this.#take(position);
  }

  #takeRefusal(position: number, seen: number): void {
    this.#nextRefusal[seen]!++; // a class is in bounds
    this.#take(position);
  }

  #take(position: number): void {
    this.#isDone[position] = 1;
    this.#order[this.#doneCount++] = position;
  }

  /** Knuth's dancing links: a block that was unlinked still knows its neighbours. */
  #unlink(block: number): void {
    const [previous, next] = [this.#previousBlock[block]!, this.#nextBlock[block]!]; // links are in bounds
    this.#nextBlock[previous] = next;
    this.#previousBlock[next] = previous;
  }

  #relink(block: number): void {
    this.#nextBlock[this.#previousBlock[block]!] = block; // links are in bounds
    this.#previousBlock[this.#nextBlock[block]!] = block;
  }
}
