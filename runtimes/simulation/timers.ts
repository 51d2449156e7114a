// Timers in virtual time: those of an incarnation, and those of the recorder. For environments and the cluster.
import type { TimerId, Timers } from "../../harness/environment.ts";
import type { Event, EventHandle } from "./event-queue.ts";
import type { Incarnation } from "./host.ts";
import type { Scheduler } from "./scheduler.ts";
import { kindOf } from "./trace.ts";

const timerKind = kindOf("timer");
/** Intervals of nothing would never let time pass. */
const shortestPeriodUs = 1;

/** Timers of one incarnation: silent once it is dead, late while it is paused or slow. */
export class NodeTimers implements Timers {
  readonly incarnation: Incarnation;
  /** Periodic timers, and single ones that are due but wait for the processor: those that the scheduler does not know by this id. */
  readonly special: Map<TimerId, NodeTimer> = new Map();

  constructor(incarnation: Incarnation) {
    this.incarnation = incarnation;
  }

  after(ms: number, run: () => void): TimerId {
    if (!this.incarnation.isAlive) return 0;
    return new NodeTimer(this, run, 0).start(microseconds(ms));
  }

  every(ms: number, run: () => void): TimerId {
    if (!this.incarnation.isAlive) return 0;
    const periodUs = Math.max(shortestPeriodUs, microseconds(ms));
    const timer = new NodeTimer(this, run, periodUs);
    const id = timer.start(periodUs);
    this.special.set(id, timer);
    return id;
  }

  cancel(timer: TimerId): void {
    if (!this.incarnation.isAlive) return;
    this.special.get(timer)?.stop();
    this.incarnation.host.scheduler.cancel(timer);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepWith(this, ms, signal);
  }
}

class NodeTimer implements Event {
  readonly #timers: NodeTimers;
  readonly #run: () => void;
  readonly #periodUs: number;
  #id: TimerId = 0;
  #handle: EventHandle = 0;
  #isStopped = false;

  constructor(timers: NodeTimers, run: () => void, periodUs: number) {
    this.#timers = timers;
    this.#run = run;
    this.#periodUs = periodUs;
  }

  start(delayUs: number): TimerId {
    const { host } = this.#timers.incarnation;
    this.#handle = host.scheduler.schedule(this, 0, delayUs, host.index);
    this.#id = this.#handle;
    return this.#id;
  }

  stop(): void {
    this.#isStopped = true;
    this.#timers.special.delete(this.#id);
    this.#timers.incarnation.host.scheduler.cancel(this.#handle);
  }

  fire(): void {
    const { incarnation } = this.#timers;
    if (this.#isStopped || !incarnation.isAlive) return;
    if (incarnation.host.isHeld) {
      this.#timers.special.set(this.#id, this);
      incarnation.host.park(this, 0);
      return;
    }
    incarnation.begin(timerKind, this.#periodUs);
    if (this.#periodUs > 0) this.#handle = incarnation.host.scheduler.schedule(this, 0, this.#periodUs, incarnation.host.index);
    else if (this.#timers.special.size > 0) this.#timers.special.delete(this.#id);
    this.#run();
  }
}

/**
 * Timers of the recorder and the harness. Each fires at an instant of its own class: at least a microsecond after it
 * was set and before every event of the world at that instant, so that a replayed script meets the world as the
 * recorded run did.
 */
export class RecorderTimers implements Timers {
  readonly #scheduler: Scheduler;
  readonly #periodic = new Map<TimerId, RecorderTimer>();

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  after(ms: number, run: () => void): TimerId {
    return new RecorderTimer(this.#scheduler, run, 0).start(microseconds(ms));
  }

  every(ms: number, run: () => void): TimerId {
    const periodUs = Math.max(shortestPeriodUs, microseconds(ms));
    const timer = new RecorderTimer(this.#scheduler, run, periodUs);
    const id = timer.start(periodUs);
    this.#periodic.set(id, timer);
    return id;
  }

  cancel(timer: TimerId): void {
    this.#periodic.get(timer)?.stop();
    this.#periodic.delete(timer);
    this.#scheduler.cancel(timer);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepWith(this, ms, signal);
  }
}

class RecorderTimer implements Event {
  readonly #scheduler: Scheduler;
  readonly #run: () => void;
  readonly #periodUs: number;
  #handle: EventHandle = 0;

  constructor(scheduler: Scheduler, run: () => void, periodUs: number) {
    this.#scheduler = scheduler;
    this.#run = run;
    this.#periodUs = periodUs;
  }

  start(delayUs: number): EventHandle {
    this.#handle = this.#scheduler.scheduleRecorder(this, 0, Math.max(1, delayUs));
    return this.#handle;
  }

  stop(): void {
    this.#scheduler.cancel(this.#handle);
  }

  fire(): void {
    if (this.#periodUs > 0) this.start(this.#periodUs);
    this.#run();
  }
}

/** Milliseconds to whole microseconds; what is past is now. @throws RangeError for what is no duration */
function microseconds(ms: number): number {
  if (!(ms < Number.POSITIVE_INFINITY)) throw new RangeError(`${ms} ms is no duration`);
  return ms > 0 ? Math.round(ms * 1_000) : 0;
}

function sleepWith(timers: Timers, ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    // The signal's reason is the caller's, whatever its type: that is what AbortSignal promises.
    const abort = (): void => {
      timers.cancel(timer);
      reject(signal?.reason);
    };
    if (signal?.aborted === true) {
      reject(signal.reason);
      return;
    }
    const timer = timers.after(ms, () => {
      signal?.removeEventListener("abort", abort);
      resolve();
    });
    signal?.addEventListener("abort", abort, { once: true });
  });
}
