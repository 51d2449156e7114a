// The engine of just-in-time linearization (Lowe 2017, "Testing for concurrent datatype implementations for linearizability",
// section 5): fed with the events of a history in order, it keeps the frontier of all configurations that explain what has
// completed so far. For the search over whole histories and for the checker that watches a run.
//
// Operations take effect as late as possible: when t completes, every configuration in which it has not taken effect yet is
// extended by every sequence of open operations that ends with t. No configuration left: nothing explains t. Compared with
// the paper, indeterminate operations are optional (never forced, and not tried where they would change nothing), observers
// take effect as soon as they agree with the state, equal operations go in one order, and only the best configurations
// are kept (frontier.ts); the depth-first search has the same reductions and their proofs (reduced-search.ts).
import type { Json } from "../../../harness/json.ts";
import type { Input, Operation } from "../../../harness/operation.ts";
import { Frontier } from "./frontier.ts";
import type { Lineage } from "./frontier-lineage.ts";
import { Slots, lowestBit } from "./frontier-slots.ts";
import { impossibleStep } from "./frontier-steps.ts";
import type { Steps } from "./frontier-steps.ts";
import type { SearchStop, StepMeter } from "../search/search.ts";

/** What became of a closing operation: undefined when some configuration explains it. After any other answer the machine is of no more use. */
export type Advance = "impossible" | SearchStop | undefined;

export interface Opening<I extends Input, O extends Json> {
  /** By which it is called when it closes and in the lineage; not negative, and of no other operation that is open. */
  readonly number: number;
  readonly operation: Operation<I, O>;
  /** It is `ok` and its output may be used; otherwise it is pending. */
  readonly isOutcomeKnown: boolean;
}

const crowdBytes = 1 << 20;

/** The frontier at one moment of one history. */
export class Machine<S, I extends Input, O extends Json> {
  #steps: Steps<S, I, O>;
  readonly #lineage: Lineage | undefined;
  readonly #slots = new Slots();
  #current: Frontier = new Frontier(this.#slots);
  /** While an operation closes: configurations in which it has not taken effect yet, and those that go on. */
  readonly #waiting = new Frontier(this.#slots);
  #done = new Frontier(this.#slots);
  /** Observers that opened since the last one closed. */
  readonly #fresh: number[] = [];
  /** The configuration being made: bits, and the operations that it has beyond its parent. */
  #words = new Int32Array(1);
  readonly #fired: number[] = [];
  #configurations = 0;

  /** With a lineage it remembers how each configuration came about. */
  constructor(steps: Steps<S, I, O>, lineage?: Lineage) {
    this.#steps = steps;
    this.#lineage = lineage;
  }

  /** Begins where the object may be in any of these states and nothing is open. The steps have been started. */
  start(states: readonly S[]): void {
    this.#slots.reset();
    this.#fresh.length = 0;
    this.#configurations = 0;
    this.#current.clear();
    this.#makeWords();
    this.#words.fill(0);
    for (const state of states) {
      const configuration = this.#current.add(this.#steps.intern(state), this.#words);
      if (configuration >= 0) this.#current.nodes[configuration] = 0;
    }
  }

  /** The states that the object may be in; undefined while anything is open. */
  get restingStates(): readonly S[] | undefined {
    if (this.#slots.isAnyOpen) return undefined;
    const states: S[] = [];
    for (let configuration = 0; configuration < this.#current.count; configuration++) {
      if (!this.#current.isDead(configuration)) states.push(this.#steps.stateOf(this.#current.states[configuration]!));
    }
    return states;
  }

  /** Configurations made since the start. */
  get configurationCount(): number {
    return this.#configurations;
  }

  get sizeBytes(): number {
    const passingBytes = this.#waiting.sizeBytes + this.#done.sizeBytes;
    return this.frontierBytes + passingBytes + this.#slots.sizeBytes + this.#steps.sizeBytes + (this.#lineage?.sizeBytes ?? 0);
  }

  /** Of the present configurations alone. */
  get frontierBytes(): number {
    return this.#current.sizeBytes;
  }

  /** The node of a configuration of the frontier in the lineage. */
  get node(): number {
    let configuration = 0;
    while (this.#current.isDead(configuration)) configuration++;
    return this.#current.nodes[configuration] ?? 0;
  }

  /** The open operations whose outcome is known. */
  forced(): number[] {
    return this.#slots.forced();
  }

  /** An operation is invoked. */
  open({ number, operation, isOutcomeKnown }: Opening<I, O>): void {
    const kind = this.#steps.kindOf(operation, isOutcomeKnown);
    if (kind === "idle") return;
    const end = operation.type === "ok" && !isOutcomeKnown ? Infinity : operation.completedIndex;
    const slot = this.#slots.open({ operation: number, action: this.#steps.actionOf(operation, isOutcomeKnown), kind, end });
    if (kind === "observer") this.#fresh.push(slot);
  }

  /**
   * An operation closes. One of known outcome must have taken effect by now; a pending one may have, and cannot any more.
   * One step of the meter per attempt and per configuration.
   */
  close(operation: number, meter: StepMeter): Advance {
    const slot = this.#slots.slotOf(operation);
    // One that can change nothing was never there; a pending one that every configuration has used is gone already.
    if (slot < 0 || this.#slots.isRetired(slot)) return undefined;
    this.#waiting.clear();
    this.#done.clear();
    this.#makeWords();
    for (let configuration = 0; configuration < this.#current.count; configuration++) {
      if (this.#current.isDead(configuration)) continue;
      const stop = this.#spend(meter);
      if (stop !== undefined) return stop;
      this.#carry(configuration, slot, meter);
    }
    for (let configuration = 0; configuration < this.#waiting.count; configuration++) {
      if (this.#waiting.isDead(configuration)) continue;
      const stop = this.#extend(configuration, slot, meter);
      if (stop !== undefined) return stop;
    }
    [this.#current, this.#done] = [this.#done, this.#current];
    this.#slots.close(slot);
    this.#slots.releaseRetired();
    this.#fresh.length = 0;
    if (this.#current.count === 0) return "impossible";
    this.#retireSpent();
    if (this.#lineage?.isCrowded === true) this.#lineage.sweep(this.#current.nodes.subarray(0, this.#current.count));
    return undefined;
  }

  /** Becomes the same frontier, without lineage. The steps are shared. */
  copyFrom(other: Machine<S, I, O>): void {
    this.#steps = other.#steps;
    this.#slots.copyFrom(other.#slots);
    this.#current.copyFrom(other.#current);
    this.#fresh.length = 0;
    for (const slot of other.#fresh) this.#fresh.push(slot);
  }

  /** Goes on with other steps on the same model, which then know only what is still needed here. */
  adopt(steps: Steps<S, I, O>): void {
    const { states, count } = this.#current;
    // Non-null: configurations below `count` and slots of `operations` exist.
    for (let configuration = 0; configuration < count; configuration++) {
      if (!this.#current.isDead(configuration)) states[configuration] = steps.intern(this.#steps.stateOf(states[configuration]!));
    }
    for (const [slot, operation] of this.#slots.operations.entries()) {
      if (operation >= 0) this.#slots.actions[slot] = steps.adopt(this.#steps, this.#slots.actions[slot]!, !this.#slots.isPending(slot));
    }
    this.#steps = steps;
  }

  /** Gives memory back if it is much. */
  release(): void {
    for (const frontier of [this.#current, this.#waiting, this.#done]) if (frontier.sizeBytes > crowdBytes) frontier.release();
  }

  #spend(meter: StepMeter): SearchStop | undefined {
    return meter.tick() ? meter.pause(this.sizeBytes) : undefined;
  }

  /** Takes a configuration of the present frontier over, with the observers that have opened meanwhile. */
  #carry(configuration: number, closing: number, meter: StepMeter): void {
    const state = this.#current.states[configuration]!;
    const node = this.#current.nodes[configuration]!;
    this.#load(this.#current, configuration);
    this.#fired.length = 0;
    this.#observe(state, this.#fresh, meter);
    const isMissing = (this.#words[closing >> 5]! & (1 << (closing & 31))) === 0;
    if (isMissing && this.#slots.isPending(closing)) this.#file(this.#done, state, node);
    this.#place(state, node, closing);
  }

  /** Everything that one more operation can make of a configuration in which the closing one is still missing. */
  #extend(configuration: number, closing: number, meter: StepMeter): SearchStop | undefined {
    const waiting = this.#waiting;
    const slots = this.#slots;
    const state = waiting.states[configuration]!;
    for (const first of slots.groups) {
      let slot = first;
      while (slot >= 0 && waiting.has(configuration, slot)) slot = slots.nextTwin[slot]!;
      if (slot < 0) continue;
      const stop = this.#spend(meter);
      if (stop !== undefined) return stop;
      const next = this.#steps.next(state, slots.actions[slot]!, meter);
      if (next === impossibleStep || (next === state && slots.isPending(slot))) continue;
      this.#load(waiting, configuration);
      this.#fired.length = 0;
      this.#fire(slot);
      if (next !== state) this.#observe(next, slots.openObservers, meter);
      this.#place(next, waiting.nodes[configuration]!, closing);
    }
    return undefined;
  }

  /** Fires those of these observers that agree with the state. */
  #observe(state: number, observers: readonly number[], meter: StepMeter): void {
    for (const slot of observers) {
      const isFired = (this.#words[slot >> 5]! & (1 << (slot & 31))) !== 0;
      if (!isFired && this.#steps.next(state, this.#slots.actions[slot]!, meter) !== impossibleStep) this.#fire(slot);
    }
  }

  #fire(slot: number): void {
    this.#words[slot >> 5]! |= 1 << (slot & 31);
    this.#fired.push(this.#slots.operations[slot]!);
  }

  /** The bit of the closing operation goes, because its slot will mean something else. */
  #place(state: number, parent: number, closing: number): void {
    const bit = 1 << (closing & 31);
    const isDone = (this.#words[closing >> 5]! & bit) !== 0;
    if (isDone) this.#words[closing >> 5]! &= ~bit;
    this.#file(isDone ? this.#done : this.#waiting, state, parent);
  }

  #file(frontier: Frontier, state: number, parent: number): void {
    const configuration = frontier.add(state, this.#words);
    if (configuration < 0) return;
    this.#configurations++;
    if (this.#lineage === undefined) return;
    let node = parent;
    for (const operation of this.#fired) node = this.#lineage.extend(node, operation);
    frontier.nodes[configuration] = node;
  }

  #load(frontier: Frontier, configuration: number): void {
    const from = configuration * frontier.width;
    const { retired, width } = this.#slots;
    // Words that the frontier does not have belong to slots that were all free when it was made.
    for (let word = 0; word < width; word++) this.#words[word] = word < frontier.width ? frontier.words[from + word]! & ~retired[word]! : 0;
  }

  /** What every configuration has used is no more a choice, so its slot becomes free. */
  #retireSpent(): void {
    const { pending, width } = this.#slots;
    const current = this.#current;
    for (let word = 0; word < Math.min(width, current.width); word++) {
      let spent = pending[word]!;
      for (let configuration = 0; spent !== 0 && configuration < current.count; configuration++) {
        if (!current.isDead(configuration)) spent &= current.words[configuration * current.width + word]!;
      }
      for (; spent !== 0; spent &= spent - 1) this.#slots.retire((word << 5) + lowestBit(spent));
    }
  }

  #makeWords(): void {
    if (this.#words.length < this.#slots.width) this.#words = new Int32Array(2 * this.#slots.width);
  }
}
