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
import type { Json } from "../../harness/json.ts";
import type { Input, Operation } from "../../harness/operation.ts";
import { Configurations } from "./configurations.ts";
import type { Model } from "./model.ts";
import { Schedule } from "./schedule.ts";
import { StepMeter } from "./search.ts";
import type { SearchAnswer, SearchBudget, SearchStatistics } from "./search.ts";
import { Transitions, illegal } from "./transitions.ts";

export interface ReducedOptions {
  /** Compute classes of equal operations first: costs about a microsecond an operation, and pays off in long searches. */
  readonly withClasses: boolean;
}

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

  constructor(model: Model<S, I, O>) {
    this.#model = model;
    this.#transitions = new Transitions(model);
  }

  /** Looks for a linearization of the operations of one partition, in order of invocation and without failed ones. */
  run(operations: readonly Operation<I, O>[], budget: SearchBudget, options: ReducedOptions): SearchAnswer {
    this.#transitions.start(operations, options);
    this.#schedule.start(operations, this.#model);
    if (options.withClasses) this.#schedule.linkTwins((operation) => this.#transitions.classOf(operation), this.#transitions.classCount);
    this.#configurations.clear();
    this.#makeRoom(operations.length);
    this.#state = 0;
    this.#depth = 0;
    this.#deepestLength = 0;
    this.#deepestShared = 0;
    const meter = new StepMeter(budget);
    const answer = this.#search(meter);
    meter.report();
    this.#transitions.release();
    this.#steps = meter.steps;
    return answer;
  }

  get statistics(): SearchStatistics {
    return {
      steps: this.#steps,
      configurations: this.#configurations.count,
      deepest: Math.max(this.#deepestLength, this.#schedule.doneCount),
      memoryBytes: this.#configurations.sizeBytes,
    };
  }

  /** The longest partial linearization of the last run: positions of operations. */
  get longestPartial(): number[] {
    return Array.from(this.#deepest.subarray(0, this.#deepestLength));
  }

  #search(meter: StepMeter): SearchAnswer {
    const schedule = this.#schedule;
    this.#observe();
    if (schedule.isFinished) return this.#found();
    let candidate = schedule.firstCandidate();
    for (;;) {
      if (candidate === -1) {
        if (this.#depth === 0) return this.#refuted();
        candidate = this.#backtrack();
        continue;
      }
      if (meter.tick()) {
        const reason = meter.pause(this.#configurations.sizeBytes);
        if (reason !== undefined) return { verdict: "unknown", reason };
      }
      const isDropped = candidate < -1;
      const next = isDropped ? this.#state : this.#transitions.next(this.#state, candidate);
      if (!isDropped && (next === illegal || (next === this.#state && schedule.isPending(candidate)))) {
        candidate = schedule.candidateAfter(candidate);
        continue;
      }
      this.#advance(candidate, next);
      if (schedule.isFinished) return this.#found();
      // Dropping is no choice but the last resort of a situation that is known already, so it needs no entry of its own.
      const isNew = isDropped || this.#configurations.add(schedule.mutatorHash, this.#state);
      candidate = isNew ? schedule.firstCandidate() : this.#backtrack();
    }
  }

  #advance(candidate: number, state: number): void {
    const depth = this.#depth++;
    // Non-null everywhere: `#makeRoom` sized the arrays for one move per operation.
    this.#moves[depth] = candidate;
    this.#statesBefore[depth] = this.#state;
    this.#marksBefore[depth] = this.#schedule.doneCount;
    this.#state = state;
    this.#schedule.take(candidate < -1 ? this.#schedule.dropped(candidate) : candidate);
    this.#observe();
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
    return this.#schedule.candidateAfter(this.#moves[depth]!);
  }

  #rememberDeepest(): void {
    const { doneCount, order } = this.#schedule;
    if (doneCount <= this.#deepestLength) return;
    for (let position = this.#deepestShared; position < doneCount; position++) this.#deepest[position] = order[position]!;
    this.#deepestLength = doneCount;
    this.#deepestShared = doneCount;
  }

  #found(): SearchAnswer {
    const order = Array.from(this.#schedule.order.subarray(0, this.#schedule.doneCount));
    for (let depth = this.#depth - 1; depth >= 0; depth--) {
      // A dropped operation took no effect and has no place in the linearization.
      if (this.#moves[depth]! < -1) order.splice(this.#marksBefore[depth]!, 1);
    }
    return { verdict: "valid", order };
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
