// The breadth-first search for a linearization: reads a history from left to right and keeps every situation that explains
// it so far (frontier-machine.ts). It finds no lucky order, but it needs no luck: where there is no linearization it is done
// at the first completion that nothing explains, and its memory follows the concurrency, not the length of the history.
import type { Json } from "../../../harness/json.ts";
import type { Input, Operation } from "../../../harness/operation.ts";
import { Lineage } from "./frontier-lineage.ts";
import { Machine } from "./frontier-machine.ts";
import type { Advance } from "./frontier-machine.ts";
import { Steps } from "./frontier-steps.ts";
import type { Model } from "../model.ts";
import type { ReducedOptions } from "../search/reduced-search.ts";
import { StepMeter } from "../search/search.ts";
import type { SearchAnswer, SearchBudget, SearchStatistics } from "../search/search.ts";

/** Completions between two copies of the frontier from which the first impossible moment is found. */
const completionsBetweenCheckpoints = 512;

/** Of the memory limit; a larger frontier is not copied. */
const checkpointShare = 1 / 16;
const rememberedSteps = 1 << 14;

/** How far a machine has read: the next operation to open and the next to close. */
interface Reading<S, I extends Input, O extends Json> {
  readonly machine: Machine<S, I, O>;
  nextInvocation: number;
  nextCompletion: number;
}

/** A search that can be run many times; it keeps its buffers. */
export class JustInTimeSearch<S, I extends Input, O extends Json> {
  readonly #model: Model<S, I, O>;
  readonly #steps: Steps<S, I, O>;
  readonly #lineage = new Lineage();
  readonly #main: Reading<S, I, O>;
  /** Copies of earlier moments, the older one first. */
  #checkpoints: [Reading<S, I, O>, Reading<S, I, O>];
  readonly #trial: Reading<S, I, O>;
  #operations: readonly Operation<I, O>[] = [];
  /** Positions of what closes, in order of closing. */
  #completions: number[] = [];
  #statistics: SearchStatistics = { steps: 0, configurations: 0, deepest: 0, memoryBytes: 0 };

  constructor(model: Model<S, I, O>) {
    this.#model = model;
    this.#steps = new Steps(model);
    const reading = (lineage?: Lineage): Reading<S, I, O> => ({ machine: new Machine(this.#steps, lineage), nextInvocation: 0, nextCompletion: 0 });
    this.#main = reading(this.#lineage);
    this.#checkpoints = [reading(), reading()];
    this.#trial = reading();
  }

  /** Looks for a linearization of the operations of one partition, in order of invocation and without failed ones. */
  run(operations: readonly Operation<I, O>[], budget: SearchBudget, options: ReducedOptions): SearchAnswer {
    this.#start(operations, options);
    const meter = new StepMeter(budget);
    const answer = this.#search(meter, budget.limits.memoryBytes * checkpointShare);
    meter.report();
    this.#statistics = {
      steps: meter.steps,
      configurations: this.#main.machine.configurationCount,
      deepest: this.#lineage.depthOf(this.#lineage.deepest),
      memoryBytes: this.#main.machine.sizeBytes,
    };
    this.#release();
    return answer;
  }

  get statistics(): SearchStatistics {
    return this.#statistics;
  }

  /** The longest partial linearization of the last run: positions of operations. */
  get longestPartial(): number[] {
    return this.#lineage.lineOf(this.#lineage.deepest);
  }

  #start(operations: readonly Operation<I, O>[], options: ReducedOptions): void {
    this.#operations = operations;
    this.#completions = completionsOf(operations);
    this.#steps.start({ ...options, rememberedSteps });
    this.#lineage.clear();
    for (const reading of [this.#main, ...this.#checkpoints]) {
      reading.machine.start([this.#model.initial]);
      reading.nextInvocation = 0;
      reading.nextCompletion = 0;
    }
  }

  #search(meter: StepMeter, checkpointBytes: number): SearchAnswer {
    const main = this.#main;
    while (main.nextCompletion < this.#completions.length) {
      const sinceCheckpoint = main.nextCompletion - this.#checkpoints[1].nextCompletion;
      if (sinceCheckpoint >= completionsBetweenCheckpoints && main.machine.frontierBytes < checkpointBytes) this.#keepCheckpoint();
      const advance = this.#readCompletion(main, Infinity, meter);
      if (advance === "impossible") return this.#refuted(meter);
      if (advance !== undefined) return { verdict: "unknown", reason: advance };
    }
    return { verdict: "valid", order: this.#lineage.lineOf(main.machine.node) };
  }

  /** Reads up to and including the next completion. Outcomes later than `moment` are not known yet. */
  #readCompletion(reading: Reading<S, I, O>, moment: number, meter: StepMeter): Advance {
    const position = this.#completions[reading.nextCompletion++];
    const completing = position === undefined ? undefined : this.#operations[position];
    if (position === undefined || completing === undefined) throw new Error("Assertion failed: nothing is left to complete");
    for (;;) {
      const opening = this.#operations[reading.nextInvocation];
      // An invocation and a completion at the same moment are concurrent.
      if (opening === undefined || opening.invokedIndex > completing.completedIndex) break;
      const isOutcomeKnown = opening.type === "ok" && opening.completedIndex <= moment;
      reading.machine.open({ number: reading.nextInvocation++, operation: opening, isOutcomeKnown });
    }
    return reading.machine.close(position, meter);
  }

  #keepCheckpoint(): void {
    const [older, newer] = this.#checkpoints;
    copyReading(this.#main, older);
    this.#checkpoints = [newer, older];
  }

  /**
   * The frontier knows the outcomes of open operations before they are heard of, so it may be empty too early: then the
   * history up to here would still be possible if the open operations ended otherwise. The first moment at which it is not
   * is found by bisection, reading the last stretch again with those outcomes unknown.
   */
  #refuted(meter: StepMeter): SearchAnswer {
    const failed = this.#main.nextCompletion - 1;
    const open = this.#main.machine.forced();
    if (open.length === 0) return { verdict: "invalid", impossibleAt: this.#completions[failed] ?? 0 };
    const start = this.#checkpointBefore(Math.min(...open));
    let [possible, impossible] = [failed - 1, this.#lastCompletionOf(new Set(open), failed)];
    let middle = failed;
    while (impossible - possible > 1) {
      const advance = this.#tryUntil(start, middle, meter);
      if (advance === "impossible") impossible = middle;
      else if (advance === undefined) possible = middle;
      else return { verdict: "invalid" };
      middle = (possible + impossible) >> 1;
    }
    return { verdict: "invalid", impossibleAt: this.#completions[impossible] ?? 0 };
  }

  /** The latest copy in which this operation had not opened yet. */
  #checkpointBefore(operation: number): Reading<S, I, O> {
    const [older, newer] = this.#checkpoints;
    if (newer.nextInvocation <= operation) return newer;
    if (older.nextInvocation <= operation) return older;
    older.machine.start([this.#model.initial]);
    older.nextInvocation = 0;
    older.nextCompletion = 0;
    return older;
  }

  /** Place of the last of these operations to complete. */
  #lastCompletionOf(operations: ReadonlySet<number>, from: number): number {
    let last = from;
    for (let place = from; place < this.#completions.length; place++) if (operations.has(this.#completions[place] ?? -1)) last = place;
    return last;
  }

  /** Reads on from a copy until this completion, with what was known then. */
  #tryUntil(start: Reading<S, I, O>, completion: number, meter: StepMeter): Advance {
    const trial = this.#trial;
    copyReading(start, trial);
    const moment = this.#operations[this.#completions[completion] ?? 0]?.completedIndex ?? Infinity;
    while (trial.nextCompletion <= completion) {
      const advance = this.#readCompletion(trial, moment, meter);
      if (advance !== undefined) return advance;
    }
    return undefined;
  }

  #release(): void {
    this.#operations = [];
    this.#completions = [];
    this.#steps.release();
    for (const { machine } of [this.#main, ...this.#checkpoints, this.#trial]) machine.release();
  }
}

function copyReading<S, I extends Input, O extends Json>(from: Reading<S, I, O>, to: Reading<S, I, O>): void {
  to.machine.copyFrom(from.machine);
  to.nextInvocation = from.nextInvocation;
  to.nextCompletion = from.nextCompletion;
}

/** Completed operations, and those that took effect before some moment or never, in order of that moment. */
function completionsOf<I extends Input, O extends Json>(operations: readonly Operation<I, O>[]): number[] {
  const positions: number[] = [];
  for (const [position, { type, completedIndex }] of operations.entries()) if (type === "ok" || completedIndex !== Infinity) positions.push(position);
  const endOf = (position: number): number => operations[position]?.completedIndex ?? 0;
  return positions.toSorted((one, other) => endOf(one) - endOf(other) || one - other);
}
