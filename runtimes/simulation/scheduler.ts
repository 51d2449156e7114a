// Virtual time: pops one event after the other and drains each completely. For the simulated cluster.
import { setImmediate } from "node:timers";
import { tickDrain, type DrainKind } from "./drain.ts";
import { EventQueue, type Event, type EventHandle } from "./event-queue.ts";
import { Guard } from "./guard.ts";
import { SimulationError } from "./simulation-error.ts";

/** Whose code an event runs. The recorder and the harness have none. */
export interface Owner {
  readonly name: string;
  readonly isNode: boolean;
}

export interface SchedulerOptions {
  readonly eventLimit: number;
  readonly virtualLimitMs: number;
  /** Shuffles events of different hosts at one instant; 0: in order of scheduling. */
  readonly tieSeed: number;
  readonly drain: DrainKind | undefined;
  /** Code of an owner threw, or rejected a promise that nobody handles. */
  readonly failed: (error: unknown, owner: Owner | null) => void;
}

/** So often the real event loop gets its turn, so that Ctrl-C and stray input and output surface. */
const eventsPerTurn = 10_000;
/** Ranks: the recorder's events first, then by tie (20 bits), then by sequence (32 bits). All stay below 2^53. */
const nodeRank = 2 ** 52;
const tieWeight = 2 ** 32;

/** Time is in whole microseconds. One run, one scheduler. */
export class Scheduler {
  nowUs = 0;
  /** Set while an event runs, its microtasks included. Plain, because every event is drained before the next. */
  current: Owner | null = null;
  readonly #queue = new EventQueue();
  readonly #options: SchedulerOptions;
  readonly #guard: Guard;
  #drain: (() => void) | undefined;
  #sequence = 0;
  #recorderSequence = 0;
  #eventCount = 0;
  #isOver = false;
  #finish: (error: unknown) => void = () => undefined;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#guard = new Guard({
      currentNode: () => (this.current?.isNode === true ? this.current.name : undefined),
      uncaught: (error) => options.failed(error, this.current),
      leaked: (error) => this.abort(error),
    });
  }

  /** An event of the world, due in `delayUs` (rounded up to whole microseconds, never negative). */
  schedule(event: Event, stage: number, delayUs: number, hostIndex: number): EventHandle {
    const timeUs = this.nowUs + (delayUs > 0 ? Math.ceil(delayUs) : 0);
    const tie = this.#options.tieSeed === 0 ? 0 : tieOf(this.#options.tieSeed, hostIndex, timeUs);
    return this.#queue.push(event, stage, timeUs, nodeRank + tie * tieWeight + this.#sequence++);
  }

  /** An event of the recorder or the harness: before all others of its instant, and counted apart, so that it shifts none of them. */
  scheduleRecorder(event: Event, stage: number, delayUs: number): EventHandle {
    return this.#queue.push(event, stage, this.nowUs + (delayUs > 0 ? Math.ceil(delayUs) : 0), this.#recorderSequence++);
  }

  cancel(handle: EventHandle): boolean {
    return this.#queue.cancel(handle);
  }

  /** Ends the run: the promise of `run` rejects with this error. The first one wins. */
  abort(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#finish(error);
  }

  /** Runs code of the harness inside an event of a node: neither errors nor tripwires of it belong to that node. An error ends the run. */
  asHarness<T>(action: () => T): T {
    const owner = this.current;
    this.current = null;
    try {
      return action();
    } catch (error) {
      this.abort(error);
      throw error;
    } finally {
      this.current = owner;
    }
  }

  /** Starts `body` and pumps events until it settles or the run is aborted. Resolves through a macrotask. */
  run<T>(body: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const settle = (action: () => void): void => {
        this.#isOver = true;
        setImmediate(() => {
          this.#guard.leave();
          action();
        });
      };
      // Not assigned directly: V8 puts such a function among the old objects, where it keeps the whole run from being collected cheaply.
      const finish = (error: unknown): void => settle(() => reject(error));
      this.#finish = finish;
      setImmediate(() => {
        this.#drain = this.#options.drain === "immediate" ? undefined : tickDrain();
        const start: Event = {
          fire: () => {
            body().then(
              (result) => settle(() => resolve(result)),
              (error: unknown) => this.abort(error),
            );
          },
        };
        this.scheduleRecorder(start, 0, 0);
        this.#turn();
      });
    });
  }

  /** One macrotask's worth of events. An error out of a tick leaves through the process (catching it would corrupt Node's own state) and comes back to the guard. */
  #turn(): void {
    this.#guard.enter();
    let isClean = false;
    try {
      this.current = null;
      if (this.#drain === undefined) this.#step();
      else this.#steps(this.#drain);
      isClean = true;
    } finally {
      if (this.#isOver && isClean && this.#drain !== undefined) this.#guard.leave();
      else this.#nextTurn(isClean);
    }
  }

  #nextTurn(isClean: boolean): void {
    // Between turns the process has its own listeners back, unless microtasks or an error are still on their way.
    if (isClean && this.#drain !== undefined) this.#guard.leave();
    setImmediate(() => {
      if (this.#isOver) this.#guard.leave();
      else this.#turn();
    });
  }

  #steps(drain: () => void): void {
    for (let budget = eventsPerTurn; budget > 0 && !this.#isOver; budget--) {
      if (!this.#step()) return;
      drain();
      this.current = null;
    }
  }

  #step(): boolean {
    const queue = this.#queue;
    if (!queue.pop()) {
      this.abort(
        new SimulationError(
          "stuck",
          "No event is left, but the body of the run still waits: it waits for something that the simulation does not give (real time, real input or output, a promise that nobody settles)",
        ),
      );
      return false;
    }
    this.nowUs = queue.timeUs;
    if (++this.#eventCount > this.#options.eventLimit || this.nowUs > this.#options.virtualLimitMs * 1_000) {
      this.abort(this.#limitError());
      return false;
    }
    try {
      queue.event?.fire(queue.stage);
    } catch (error) {
      this.#options.failed(error, this.current);
    }
    return true;
  }

  #limitError(): SimulationError {
    const { eventLimit, virtualLimitMs } = this.#options;
    const atMs = Math.round(this.nowUs / 1_000);
    if (this.#eventCount > eventLimit)
      return new SimulationError("event-limit", `More than ${eventLimit} events by ${atMs} ms of virtual time: something goes round without end`);
    return new SimulationError("virtual-limit", `The run did not end within ${virtualLimitMs} ms of virtual time`);
  }
}

/** Equal for one host and one instant, so that a host's own events keep their order. */
function tieOf(seed: number, hostIndex: number, timeUs: number): number {
  let hash = Math.imul(seed ^ (timeUs | 0), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15) ^ hostIndex, 0xc2b2ae35);
  return (hash ^ (hash >>> 13)) >>> 12;
}
