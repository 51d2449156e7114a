// A host: a machine of the simulated world, with its clock, its processor and the process that runs on it. For everything that acts on nodes.
import type { NodeState } from "../../harness/faults.ts";
import type { Answer, Exchange } from "../../harness/environment.ts";
import type { Json, JsonObject } from "../../harness/json.ts";
import type { NodeName } from "../../harness/operation.ts";
import type { Node } from "../../harness/system.ts";
import type { ActiveFault } from "./active-fault.ts";
import { HostClock } from "./clock.ts";
import type { Event } from "./event-queue.ts";
import type { Owner, Scheduler } from "./scheduler.ts";
import type { Trace } from "./trace.ts";

/** What a slowed processor needs for one event at full speed; unhindered processors are infinitely fast. */
const eventCostUs = 100;

interface Parked {
  readonly event: Event;
  readonly stage: number;
}

export interface HostOptions {
  readonly name: NodeName;
  /** Position in the world; enters the trace. */
  readonly index: number;
  readonly isNode: boolean;
  readonly scheduler: Scheduler;
  readonly trace: Trace;
}

/**
 * Events that arrive while the processor is paused or busy wait in order. Whoever delivers an event asks `isHeld` first
 * and parks it; `Incarnation.begin` then makes the event that host's own.
 */
export class Host implements Event {
  readonly name: NodeName;
  readonly index: number;
  readonly isNode: boolean;
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  readonly clock: HostClock = new HostClock();
  /** The process that runs; null while it is down. */
  incarnation: Incarnation | null = null;
  incarnationCount = 0;
  isHeld = false;
  readonly #pauses = new Set<ActiveFault>();
  readonly #slows = new Map<ActiveFault, number>();
  #parked: Parked[] = [];
  #busyUntilUs = 0;
  #isWaking = false;

  constructor(options: HostOptions) {
    this.name = options.name;
    this.index = options.index;
    this.isNode = options.isNode;
    this.scheduler = options.scheduler;
    this.trace = options.trace;
  }

  get isPaused(): boolean {
    return this.#pauses.size > 0;
  }

  get parkedCount(): number {
    return this.#parked.length;
  }

  /** Keeps an event until the processor is free; it then fires with `stage`. */
  park(event: Event, stage: number): void {
    this.#parked.push({ event, stage });
    for (const fault of this.#pauses) fault.affect("delayedEvents");
    if (!this.isPaused) for (const fault of this.#slows.keys()) fault.affect("delayedEvents");
  }

  pause(fault: ActiveFault): void {
    this.#pauses.add(fault);
    this.isHeld = true;
  }

  resume(fault: ActiveFault): void {
    if (this.#pauses.delete(fault)) this.#wakeSoon();
  }

  slow(fault: ActiveFault, factor: number): void {
    this.#slows.set(fault, factor);
  }

  quicken(fault: ActiveFault): void {
    this.#slows.delete(fault);
  }

  /** The process is gone, and with it whatever stopped it. What was parked finds it dead. */
  processEnded(): void {
    this.incarnation = null;
    this.#pauses.clear();
    if (this.isHeld) this.#wakeSoon();
  }

  /** Called as an event of this host begins: a slowed processor is busy with it for a while. */
  occupy(): void {
    if (this.#slows.size === 0) return;
    let factor = 1;
    for (const slowdown of this.#slows.values()) factor *= slowdown;
    this.#busyUntilUs = this.scheduler.nowUs + eventCostUs * factor;
    this.isHeld = true;
    this.#wakeSoon();
  }

  /** The processor is free for the next parked event. */
  fire(): void {
    this.#isWaking = false;
    if (this.isPaused) return;
    if (this.scheduler.nowUs < this.#busyUntilUs) {
      this.#wakeSoon();
      return;
    }
    this.isHeld = false;
    const next = this.#parked.shift();
    next?.event.fire(next.stage);
    if (this.#parked.length > 0 && !this.isPaused) {
      this.isHeld = true;
      this.#wakeSoon();
    }
  }

  #wakeSoon(): void {
    if (this.#isWaking || this.isPaused) return;
    this.#isWaking = true;
    this.scheduler.schedule(this, 0, this.#busyUntilUs - this.scheduler.nowUs, this.index);
  }
}

/** `starting` until `start()` has resolved; `stopping` from a graceful stop on. */
export type Stage = "starting" | "up" | "stopping";

/** One life of a node, or a client slot's only one. Once dead it is inert: every port asks `isAlive` first. */
export class Incarnation implements Owner {
  readonly host: Host;
  readonly number: number;
  readonly startedUs: number;
  isAlive = true;
  stage: Stage = "starting";
  node: Node | null = null;
  serve: ((request: Exchange, from: NodeName, answer: Answer) => void) | null = null;
  receive: ((from: NodeName, message: Json) => void) | null = null;
  inspect: (() => JsonObject) | null = null;

  constructor(host: Host) {
    this.host = host;
    this.number = ++host.incarnationCount;
    this.startedUs = host.scheduler.nowUs;
    host.incarnation = this;
  }

  get name(): NodeName {
    return this.host.name;
  }

  get isNode(): boolean {
    return this.host.isNode;
  }

  /** Makes the event that runs now this incarnation's own, and puts it into the trace. */
  begin(kind: number, payloadHash: number): void {
    const { host } = this;
    const { scheduler } = host;
    scheduler.current = this;
    host.trace.event(scheduler.nowUs, host.index, kind, payloadHash);
    host.occupy();
  }

  status(): NodeState["status"] {
    if (this.host.isPaused) return "paused";
    return this.stage === "starting" ? "starting" : "up";
  }
}
