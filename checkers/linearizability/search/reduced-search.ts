// The depth-first search for a linearization, with every reduction that holds for any model. This is the main engine.
//
// The skeleton is Wing and Gong 1993 with the memory of Lowe 2017 ("Testing for linearizability", section 4): take any
// operation that may come first, step the model, and go on with the rest; remember where this has failed. On top of it:
//
//  - Indeterminate operations are optional. They have no completion that would force them, and one that would change
//    nothing here is not tried. The search ends when all *completed* operations are done.
//  - Observers are eager. One that may come next and agrees with the state is done at once and without alternative: its
//    earliest place disables nothing, because it changes nothing. "Never changes any state" is a static property.
//  - Twins: among operations of equal input and output only the one with the earliest completion is tried; exchanging it
//    with a twin that comes earlier in some linearization keeps the linearization. Likewise only the earliest invoked of
//    equal indeterminate ones.
//  - Dominance and windowed keys: see configurations.ts.
//  - Looking ahead, where the model tells the effects: a value is not left while a missing operation needs it that can get it
//    nowhere else in time, and an indeterminate operation is tried only if something that may come next wants its value.
import type { Json } from "../../../harness/json.ts";
import type { Input, Operation } from "../../../harness/operation.ts";
import { Configurations } from "./configurations.ts";
import { noValue } from "./effects.ts";
import type { Model } from "../model.ts";
import { Schedule } from "./schedule.ts";
import { StepMeter } from "./search.ts";
import type { SearchAnswer, SearchBudget, SearchStatistics } from "./search.ts";
import { Transitions, illegal } from "./transitions.ts";

/** Of the four arrays below. */
const bytesPerMove = 16;

export interface ReducedOptions {
  /** Compute classes of equal operations first: costs about a microsecond an operation, and pays off in long searches. */
  readonly withClasses: boolean;
  /** Turn back as soon as an operation is known to have become impossible, not only when it is due. Default: as `withClasses`. */
  readonly looksAhead?: boolean;
}

/** In place of an operation that was dropped: it took effect never. */
const dropped = -1;

/** A search that can be run many times; it keeps its buffers, so that small histories pay no set-up. */
export class ReducedSearch<S, I extends Input, O extends Json> {
  readonly #model: Model<S, I, O>;
  readonly #transitions: Transitions<S, I, O>;
  readonly #schedule = new Schedule();
  readonly #configurations = new Configurations(this.#schedule.mutators, this.#schedule.observers, this.#schedule.pending);
  #state = 0;
  #depth = 0;
  /** Per move of the path: the candidate, and what was before it. */
  #moves = new Int32Array(64);
  #statesBefore = new Int32Array(64);
  #marksBefore = new Int32Array(64);
  /** The longest linearization that met a dead end; `#deepestShared` positions of it are still those of the present path. */
  #deepest = new Int32Array(64);
  #deepestLength = 0;
  #deepestShared = 0;
  #steps = 0;
  #memoryBytes = 0;

  constructor(model: Model<S, I, O>) {
    this.#model = model;
    this.#transitions = new Transitions(model);
  }

  /** Looks for a linearization of the operations of one partition, in order of invocation and without failed ones. */
  run(operations: readonly Operation<I, O>[], budget: SearchBudget, options: ReducedOptions): SearchAnswer {
    const meter = new StepMeter(budget);
    this.#start(operations, meter, { ...options, memoryBytes: budget.limits.memoryBytes });
    const answer = this.#search(meter, budget.limits.memoryBytes);
    meter.report();
    this.#steps = meter.steps;
    this.#memoryBytes = this.#sizeBytes;
    this.#transitions.release();
    this.#configurations.release();
    return answer;
  }

  get statistics(): SearchStatistics {
    return {
      steps: this.#steps,
      configurations: this.#configurations.count,
      deepest: Math.max(this.#deepestLength, this.#schedule.doneCount),
      memoryBytes: this.#memoryBytes,
    };
  }

  /** The longest partial linearization of the last run: positions of operations. */
  get longestPartial(): number[] {
    return Array.from(this.#deepest.subarray(0, this.#deepestLength)).filter((operation) => operation !== dropped);
  }

  #start(operations: readonly Operation<I, O>[], meter: StepMeter, options: ReducedOptions & { readonly memoryBytes: number }): void {
    const schedule = this.#schedule;
    this.#transitions.start(operations, { withClasses: options.withClasses, memoryBytes: options.memoryBytes, meter });
    schedule.start(operations, this.#model);
    if (options.withClasses) schedule.linkTwins((operation) => this.#transitions.classOf(operation), this.#transitions.classCount);
    const { effects } = this.#transitions;
    if (effects !== undefined && options.looksAhead !== false) schedule.watch(effects);
    this.#configurations.clear();
    this.#makeRoom(operations.length);
    this.#state = this.#transitions.initial;
    this.#depth = 0;
    this.#deepestLength = 0;
    this.#deepestShared = 0;
  }

  get #sizeBytes(): number {
    return this.#configurations.sizeBytes + this.#transitions.sizeBytes + this.#schedule.sizeBytes + bytesPerMove * this.#moves.length;
  }

  #search(meter: StepMeter, memoryBytes: number): SearchAnswer {
    const schedule = this.#schedule;
    if (schedule.isAnyLost(this.#state)) return this.#refuted();
    this.#observe();
    if (schedule.isFinished) return this.#found();
    let candidate = schedule.firstCandidate(this.#state);
    for (;;) {
      if (candidate === -1) {
        if (this.#depth === 0) return this.#refuted();
        candidate = this.#backtrack();
        continue;
      }
      if (meter.tick()) {
        const reason = meter.pause(this.#sizeBytes);
        if (reason !== undefined) return { verdict: "unknown", reason };
      }
      const isDropped = candidate < -1;
      const next = isDropped ? this.#state : this.#transitions.next(this.#state, candidate);
      if (!isDropped && (next === illegal || (next === this.#state && schedule.isPending(candidate)))) {
        candidate = schedule.candidateAfter(candidate, this.#state);
        continue;
      }
      if (!this.#advance(candidate, next)) {
        candidate = this.#backtrack();
        continue;
      }
      if (schedule.isFinished) return this.#found();
      if (!this.#hasRoom(memoryBytes)) return { verdict: "unknown", reason: "memory" };
      // Dropping is no choice but the last resort of a situation that is known already, so it needs no entry of its own.
      const isNew = isDropped || this.#configurations.add(schedule.mutatorHash, this.#state);
      candidate = isNew ? schedule.firstCandidate(this.#state) : this.#backtrack();
    }
  }

  /** Asked before memory grows, so that the limit holds at every moment. */
  #hasRoom(memoryBytes: number): boolean {
    return this.#configurations.hasRoom || this.#configurations.grow(memoryBytes - this.#sizeBytes + this.#configurations.sizeBytes);
  }

  /** Makes a move; false if it took away what a missing operation needs. */
  #advance(candidate: number, state: number): boolean {
    const depth = this.#depth++;
    // Non-null everywhere: `#makeRoom` sized the arrays for one move per operation.
    this.#moves[depth] = candidate;
    const before = this.#state;
    this.#statesBefore[depth] = before;
    this.#marksBefore[depth] = this.#schedule.doneCount;
    this.#state = state;
    this.#schedule.take(candidate < -1 ? this.#schedule.dropped(candidate) : candidate);
    if (state !== before && this.#schedule.isLost(before, state)) return false;
    if (candidate < -1 && this.#isLostWith(this.#schedule.dropped(candidate))) return false;
    this.#observe();
    return true;
  }

  /** The value that a dropped operation would have left is lost with it. */
  #isLostWith(dropped: number): boolean {
    const value = this.#transitions.effects?.to[dropped];
    return value !== undefined && value !== noValue && value !== this.#state && this.#schedule.isLost(value, this.#state);
  }

  /** Takes every observer that may come next and agrees with the state. */
  #observe(): void {
    const schedule = this.#schedule;
    let observer = schedule.firstObserver();
    while (observer !== -1) {
      if (this.#transitions.next(this.#state, observer) !== illegal) schedule.take(observer);
      observer = schedule.observerAfter(observer);
    }
    schedule.alignWindows();
  }

  /** Undoes the last move and answers the candidate after it, or -1. */
  #backtrack(): number {
    this.#rememberDeepest();
    const depth = --this.#depth;
    const mark = this.#marksBefore[depth]!;
    this.#schedule.undoTo(mark);
    if (mark < this.#deepestShared) this.#deepestShared = mark;
    this.#state = this.#statesBefore[depth]!;
    return this.#schedule.candidateAfter(this.#moves[depth]!, this.#state);
  }

  #rememberDeepest(): void {
    const { doneCount, order } = this.#schedule;
    if (doneCount <= this.#deepestLength) return;
    for (let position = this.#deepestShared; position < doneCount; position++) this.#deepest[position] = order[position]!;
    for (let depth = this.#depth - 1; depth >= 0 && this.#marksBefore[depth]! >= this.#deepestShared; depth--) {
      if (this.#moves[depth]! < -1) this.#deepest[this.#marksBefore[depth]!] = dropped;
    }
    this.#deepestLength = doneCount;
    this.#deepestShared = doneCount;
  }

  #found(): SearchAnswer {
    const { order, doneCount } = this.#schedule;
    const found: number[] = [];
    let depth = 0;
    for (let place = 0; place < doneCount; place++) {
      while (depth < this.#depth && this.#marksBefore[depth]! < place) depth++;
      // A dropped operation took no effect and has no place in the linearization.
      const isDropped = depth < this.#depth && this.#marksBefore[depth] === place && this.#moves[depth]! < -1;
      if (!isDropped) found.push(order[place]!);
    }
    return { verdict: "valid", order: found };
  }

  #refuted(): SearchAnswer {
    this.#rememberDeepest();
    return { verdict: "invalid" };
  }

  #makeRoom(count: number): void {
    if (this.#moves.length >= count) return;
    const length = Math.max(count, 2 * this.#moves.length);
    this.#moves = new Int32Array(length);
    this.#statesBefore = new Int32Array(length);
    this.#marksBefore = new Int32Array(length);
    this.#deepest = new Int32Array(length);
  }
}
