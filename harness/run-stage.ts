// One stage of a run: asks a generator, hands out operations, takes completions, until it is over. One timer, no polling.
//
// All that a stage does of its own accord happens in its wake-up, never inside a completion: in simulation a wake-up of
// the recorder comes before all events of nodes at the same microsecond, so that a script that names microseconds
// repeats a run exactly. There a freed client is given work one microsecond later; in real time at once.
import type { DrawnOperations } from "./drawn-operations.ts";
import type { Generator, GeneratorContext, GeneratorEvent, Step } from "./generator.ts";
import { drawnProcess, isInvoke, type InvokeStep } from "./generators/step.ts";
import type { NodeName, Outcome } from "./operation.ts";
import type { Random } from "./random.ts";
import { resolveReferences } from "./references.ts";
import type { ClientSlots, InFlight } from "./run-clients.ts";
import type { Halt } from "./run-halt.ts";
import type { Recorder } from "./run-recorder.ts";
import type { Cluster } from "./runtime.ts";
import { scriptIdOf } from "./script.ts";

/** What all stages of a run share. */
export interface StageWorld {
  readonly cluster: Cluster;
  readonly recorder: Recorder;
  readonly clients: ClientSlots;
  readonly halt: Halt;
  readonly clientCount: number;
  readonly isSimulation: boolean;
  /** What was really run, and what it answered. */
  readonly drawn: DrawnOperations;
}

export interface StageOptions {
  readonly generator: Generator;
  readonly random: Random;
  /** What generators see as the cluster. */
  readonly nodes: readonly NodeName[];
  readonly lengthMs: number;
  /** Over as soon as the generator is done; else the stage lasts its whole length. */
  readonly endsEarly: boolean;
  readonly agenda?: Agenda;
}

/** What else falls due during a stage: faults. */
export interface Agenda {
  carryOut(nowNs: number): void;
  /** When something falls due next; Infinity: nothing is planned. */
  nextNs(): number;
  /** Called by the stage, to be told of changes: an event for the generator, or a new due time. */
  onChange: (event: GeneratorEvent | undefined) => void;
}

const ignored = (): void => undefined;
const turnaroundNs = 1_000;
/** A generator that keeps naming operations which cannot be run is a mistake. */
const skippedInARow = 10_000;

export class Stage {
  readonly #world: StageWorld;
  readonly #options: StageOptions;
  readonly #originNs: number;
  readonly #endNs: number;
  #generator: Generator;
  /** An answer for later, kept until then or until an event changes the generator. */
  #held: InvokeStep | undefined;
  #last: GeneratorContext | undefined;
  #isDone = false;
  #isOver = false;
  #isAwake = false;
  /** Requested by completions and faults, and by the generator. */
  #wakeNs = Infinity;
  #waitNs = Infinity;
  #timer: { readonly id: number; readonly dueNs: number } | undefined;
  readonly #end = Promise.withResolvers<void>();
  // Initializers: V8 puts a function that is assigned to a member among the old objects, where it would keep the run it belongs to alive.
  readonly #onCompleted = (operation: InFlight, outcome: Outcome): void => this.#completed(operation, outcome);
  readonly #onChange = (event: GeneratorEvent | undefined): void => this.#changed(event);
  /** One for the whole stage: it is set about twice an operation. */
  readonly #onTimer = (): void => {
    this.#timer = undefined;
    this.#wake();
  };

  constructor(world: StageWorld, options: StageOptions) {
    this.#world = world;
    this.#options = options;
    this.#generator = options.generator;
    this.#originNs = world.cluster.nowNs();
    this.#endNs = this.#originNs + options.lengthMs * 1e6;
  }

  /** Resolves when nothing is in flight any more and the stage is over, or the run was halted. Rejects with what a generator threw. */
  run(): Promise<void> {
    const { clients, halt } = this.#world;
    clients.onCompleted = this.#onCompleted;
    if (this.#options.agenda !== undefined) this.#options.agenda.onChange = this.#onChange;
    const forget = halt.onHalt(() => this.#finish());
    this.#request(this.#originNs);
    return this.#end.promise.finally(forget);
  }

  #wake(): void {
    if (this.#isOver || this.#isAwake) return;
    this.#isAwake = true;
    this.#wakeNs = Infinity;
    try {
      const { cluster, clients } = this.#world;
      const nowNs = cluster.nowNs();
      clients.expire(nowNs);
      this.#options.agenda?.carryOut(nowNs);
      if (!this.#isDone && nowNs < this.#endNs) this.#handOut();
      if (this.#mayEnd(nowNs)) this.#finish();
      else this.#arm(nowNs);
    } catch (error) {
      this.#finish(() => this.#end.reject(error));
    } finally {
      this.#isAwake = false;
    }
  }

  #mayEnd(nowNs: number): boolean {
    const isSpent = nowNs >= this.#endNs || (this.#isDone && this.#options.endsEarly);
    return isSpent && this.#world.clients.busyCount === 0;
  }

  #finish(settle: () => void = this.#end.resolve): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { cluster, clients } = this.#world;
    if (this.#timer !== undefined) cluster.timers.cancel(this.#timer.id);
    clients.onCompleted = ignored;
    if (this.#options.agenda !== undefined) this.#options.agenda.onChange = ignored;
    settle();
  }

  /** Asks the generator for as many operations as it has for now and clients are free for. */
  #handOut(): void {
    this.#waitNs = Infinity;
    for (let skippedCount = 0; this.#world.clients.free().length > 0;) {
      const context = this.#context();
      const step = this.#held ?? this.#generator.next(context);
      this.#held = undefined;
      if (!isInvoke(step)) return this.#pause(step);
      if ((step.invoke.atMs ?? 0) > context.timeMs) return this.#hold(step, step.invoke.atMs ?? 0);
      if (this.#invoke(step, context)) skippedCount = 0;
      else if (++skippedCount > skippedInARow) throw new Error(`a generator named ${skippedCount} operations in a row whose $from cannot be resolved`);
    }
  }

  #pause(step: Exclude<Step, InvokeStep>): void {
    if (step === "done") this.#isDone = true;
    else if (step !== "wait-for-event") this.#waitNs = this.#nsOf(step.waitUntilMs);
  }

  #hold(step: InvokeStep, atMs: number): void {
    this.#held = step;
    this.#waitNs = this.#nsOf(atMs);
  }

  /** False if the operation was skipped for want of an earlier output. */
  #invoke(step: InvokeStep, context: GeneratorContext): boolean {
    const { clients, drawn, recorder, cluster } = this.#world;
    const { invoke } = step;
    this.#generator = step.then;
    const input = resolveReferences(invoke.input, drawn);
    if (input === undefined) return false;
    const process = invoke.process ?? drawnProcess(context);
    const id = scriptIdOf(invoke) ?? drawn.nextId;
    // A script that was cut down to fewer nodes may still name one that is gone: its operations go to the slot's home.
    const node = invoke.node !== undefined && cluster.nodes.includes(invoke.node) ? invoke.node : undefined;
    drawn.add({ id, process, atMs: context.timeMs, phase: recorder.phase, input: invoke.input, ...(node === undefined ? {} : { node }) });
    clients.invoke({ id, process, input, node });
    this.#generator = this.#generator.update(this.#context(), { kind: "invoked", process, input });
    return true;
  }

  #completed(operation: InFlight, outcome: Outcome): void {
    if (outcome.type === "ok") this.#world.drawn.answered(operation.id, outcome.output);
    this.#tell({ kind: "completed", process: operation.process, input: operation.input, outcome });
  }

  #changed(event: GeneratorEvent | undefined): void {
    if (event === undefined) this.#soon();
    else this.#tell(event);
  }

  #tell(event: GeneratorEvent): void {
    try {
      this.#generator = this.#generator.update(this.#context(), event);
      this.#held = undefined;
      this.#soon();
    } catch (error) {
      this.#finish(() => this.#end.reject(error));
    }
  }

  /** Looks again as soon as may be. Inside a wake-up that happens anyway. */
  #soon(): void {
    if (this.#isAwake) return;
    if (this.#world.isSimulation) this.#request(this.#world.cluster.nowNs() + turnaroundNs);
    else this.#wake();
  }

  #request(dueNs: number): void {
    this.#wakeNs = Math.min(this.#wakeNs, dueNs);
    if (!this.#isOver && !this.#isAwake) this.#arm(this.#world.cluster.nowNs());
  }

  /** Sets the timer for whatever is due first; an earlier timer that is already set may stay, it only looks in vain. */
  #arm(nowNs: number): void {
    const dueNs = this.#nextDueNs(nowNs);
    if (dueNs === Infinity || (this.#timer !== undefined && this.#timer.dueNs <= dueNs)) return;
    const { timers } = this.#world.cluster;
    if (this.#timer !== undefined) timers.cancel(this.#timer.id);
    const delayUs = Math.ceil((dueNs - nowNs) / 1_000);
    // A quarter of a microsecond less: whether the timers round up or to the nearest, it is exactly this microsecond.
    this.#timer = { id: timers.after(Math.max(0, delayUs - 0.25) / 1_000, this.#onTimer), dueNs };
  }

  #nextDueNs(nowNs: number): number {
    const ownNs = Math.min(this.#wakeNs, this.#isDone || nowNs >= this.#endNs ? Infinity : this.#waitNs, nowNs < this.#endNs ? this.#endNs : Infinity);
    return Math.min(ownNs, this.#world.clients.nextDeadlineNs(), this.#options.agenda?.nextNs() ?? Infinity);
  }

  /** The same object while neither the time nor the free clients have changed. */
  #context(): GeneratorContext {
    const timeMs = Math.floor((this.#world.cluster.nowNs() - this.#originNs) / 1_000) / 1_000;
    const free = this.#world.clients.free();
    if (this.#last?.timeMs === timeMs && this.#last.free === free) return this.#last;
    const { nodes, random } = this.#options;
    this.#last = { timeMs, free, clientCount: this.#world.clientCount, nodes, random };
    return this.#last;
  }

  /** The first whole microsecond that is not before; never now, so that a generator which waits for the past cannot stop time. */
  #nsOf(ms: number): number {
    const dueNs = this.#originNs + Math.ceil(ms * 1_000 - 0.001) * 1_000;
    return Math.max(dueNs, this.#world.cluster.nowNs() + turnaroundNs);
  }
}
