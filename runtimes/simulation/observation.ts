// What the recorder hears of the world, in order, as it happens. For probes, environments and processes.
import type { Json, JsonObject } from "../../harness/json.ts";
import type { Level } from "../../harness/environment.ts";
import type { ClusterObserver } from "../../harness/runtime.ts";
import type { Incarnation } from "./host.ts";
import type { Scheduler } from "./scheduler.ts";
import { kindOf, type Trace } from "./trace.ts";

const markKind = kindOf("mark");
const factKind = kindOf("fact");
const diedKind = kindOf("died");
const logKind = kindOf("log");

export interface ProbeCounts {
  heldCount: number;
  failedCount: number;
}

/** Calls the subscriber synchronously, as harness: its mistakes are not the node's. */
export class Observation {
  readonly probes: Map<string, ProbeCounts> = new Map();
  readonly marks: Map<string, number> = new Map();
  readonly #scheduler: Scheduler;
  readonly #trace: Trace;
  #observer: ClusterObserver | undefined;

  constructor(scheduler: Scheduler, trace: Trace) {
    this.#scheduler = scheduler;
    this.#trace = trace;
  }

  subscribe(observer: ClusterObserver): void {
    this.#observer = observer;
  }

  count(id: string, holds: boolean): void {
    let counts = this.probes.get(id);
    if (counts === undefined) this.probes.set(id, (counts = { heldCount: 0, failedCount: 0 }));
    if (holds) counts.heldCount++;
    else counts.failedCount++;
  }

  mark({ host }: Incarnation, kind: string): void {
    this.marks.set(kind, (this.marks.get(kind) ?? 0) + 1);
    this.#trace.event(this.#scheduler.nowUs, host.index, markKind, this.#trace.hashOf(kind));
  }

  fact({ host, number }: Incarnation, kind: string, data: JsonObject): void {
    this.#trace.event(this.#scheduler.nowUs, host.index, factKind, this.#trace.hashOf(kind));
    const observer = this.#observer;
    if (observer !== undefined) this.#scheduler.asHarness(() => observer.fact({ node: host.name, incarnation: number, kind, data }));
  }

  failedProbe({ host }: Incarnation, probe: { readonly id: string; readonly kind: "always" | "unreachable"; readonly detail: JsonObject }): void {
    this.#scheduler.asHarness(() => this.#observer?.probe({ node: host.name, ...probe }));
  }

  died({ host }: Incarnation, reason: string, isUncaught: boolean): void {
    this.#trace.event(this.#scheduler.nowUs, host.index, diedKind, isUncaught ? 1 : 0);
    this.#scheduler.asHarness(() => this.#observer?.died({ node: host.name, reason, isUncaught }));
  }

  log({ host, number }: Incarnation, line: { readonly level: Level; readonly message: string; readonly data?: Json }): void {
    this.#trace.event(this.#scheduler.nowUs, host.index, logKind, line.message.length);
    const observer = this.#observer;
    if (observer === undefined) return;
    this.#scheduler.asHarness(() => observer.log({ timeNs: this.#scheduler.nowUs * 1_000, node: host.name, incarnation: number, ...line }));
  }
}
