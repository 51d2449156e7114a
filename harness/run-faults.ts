// The faults of a run: carried out when they fall due or their mark is made, lifted after their time, every step recorded.
import type { Fault, FaultEffect, Injection, PlannedFault, When } from "./faults.ts";
import type { GeneratorEvent } from "./generator.ts";
import type { JsonObject } from "./json.ts";
import { withTimeout } from "./promises.ts";
import { messageOf } from "./run-clients.ts";
import type { NewFaultEvent, Recorder } from "./run-recorder.ts";
import type { Agenda } from "./run-stage.ts";
import type { Cluster } from "./runtime.ts";

export interface FaultAgendaOptions {
  readonly cluster: Cluster;
  readonly recorder: Recorder;
  readonly faults: readonly PlannedFault[];
  /** When the fault phase begins: marks are counted from here. */
  readonly faultsFromMs: number;
}

type TimedFault = PlannedFault & { readonly when: { readonly atMs: number } };
type TriggeredFault = PlannedFault & { readonly when: Extract<When, { mark: string }> };

/** Longest wait for a runtime that is still injecting or lifting when the faults have to go. */
const settleLimitMs = 10_000;

export class FaultAgenda implements Agenda {
  onChange: (event: GeneratorEvent | undefined) => void = () => undefined;
  readonly #options: FaultAgendaOptions;
  readonly #originNs: number;
  readonly #timed: readonly TimedFault[];
  #nextTimed = 0;
  #haveFaultsBegun = false;
  #isReleased = false;
  /** Triggers that have not fired. */
  readonly #armed = new Map<string, TriggeredFault>();
  /** In force, with the time at which they end. */
  readonly #inForce = new Map<string, { readonly fault: PlannedFault; readonly liftNs: number }>();
  readonly #underWay = new Set<Promise<void>>();

  /** The load begins now. */
  constructor(options: FaultAgendaOptions) {
    this.#options = options;
    this.#originNs = options.cluster.nowNs();
    this.#timed = options.faults.filter(isTimed).toSorted((a, b) => a.when.atMs - b.when.atMs);
  }

  nextNs(): number {
    const beginNs = this.#haveFaultsBegun ? Infinity : this.#nsAt(this.#options.faultsFromMs);
    const timed = this.#timed[this.#nextTimed];
    let next = Math.min(beginNs, timed === undefined ? Infinity : this.#nsAt(timed.when.atMs));
    for (const { liftNs } of this.#inForce.values()) next = Math.min(next, liftNs);
    return next;
  }

  carryOut(nowNs: number): void {
    if (!this.#haveFaultsBegun && nowNs >= this.#nsAt(this.#options.faultsFromMs)) this.#begin();
    for (const { fault, liftNs } of this.#inForce.values()) if (liftNs <= nowNs) this.#lift(fault);
    for (let timed = this.#timed[this.#nextTimed]; timed !== undefined && this.#nsAt(timed.when.atMs) <= nowNs; timed = this.#timed[this.#nextTimed]) {
      this.#nextTimed++;
      this.#inject(timed);
    }
  }

  /** Ends the faults: what is in force is lifted and recorded, what never came is recorded as skipped. Bounded in time. */
  async release(): Promise<void> {
    if (this.#isReleased) return;
    this.#isReleased = true;
    await this.#settled();
    for (const { fault } of this.#inForce.values()) this.#lift(fault);
    for (const fault of this.#timed.slice(this.#nextTimed)) this.#record(fault, "skip", { reason: "the load ended before its time" });
    this.#nextTimed = this.#timed.length;
    for (const fault of this.#armed.values()) {
      // Lifting what has not fired disarms it, in a runtime that knows how; if it fires all the same, it is lifted at once.
      this.#track(this.#options.cluster.faults.lift(fault.id).then(() => undefined));
      this.#record(fault, "skip", { reason: `its mark ${fault.when.mark} was not made for the ${ordinal(fault.when.occurrence)} time` });
    }
    this.#armed.clear();
    await this.#settled();
  }

  #begin(): void {
    this.#haveFaultsBegun = true;
    this.#options.recorder.phase = "faults";
    for (const fault of this.#options.faults.filter(isTriggered)) this.#arm(fault);
  }

  #inject(planned: PlannedFault): void {
    if (this.#isBeyond(planned)) return;
    this.#track(
      this.#options.cluster.faults.inject(bare(planned)).then(
        (injection) => this.#injected(planned, injection),
        (error: unknown) => this.#halfInjected(planned, error),
      ),
    );
  }

  #arm(planned: TriggeredFault): void {
    if (this.#isBeyond(planned)) return;
    this.#armed.set(planned.id, planned);
    const fired = (injection: Injection): void => {
      this.#armed.delete(planned.id);
      this.#injected(planned, injection);
    };
    const arming = this.#options.cluster.faults.arm(bare(planned), planned.when, fired);
    this.#track(
      arming.catch((error: unknown) => {
        this.#armed.delete(planned.id);
        this.#record(planned, "skip", { reason: `its trigger could not be armed: ${messageOf(error)}` });
      }),
    );
  }

  /** Records a skip if this runtime cannot do it, with the reason. */
  #isBeyond(planned: PlannedFault): boolean {
    const capability = this.#options.cluster.faults.capabilities()[planned.kind];
    if (capability !== true) this.#record(planned, "skip", { reason: capability });
    return capability !== true;
  }

  #injected(planned: PlannedFault, injection: Injection): void {
    if (injection.skipped !== undefined) return this.#record(planned, "skip", { reason: injection.skipped });
    // Parameters are plain JSON by definition of the plan; their interfaces only lack the index signature.
    const params: JsonObject = { ...(planned.params as JsonObject) };
    this.#inForce.set(planned.id, { fault: planned, liftNs: this.#options.cluster.nowNs() + planned.durationMs * 1e6 });
    this.#record(planned, "inject", { params, durationMs: planned.durationMs, ...injection.detail }, injection.victims);
    if (this.#isReleased) this.#lift(planned);
  }

  /** Nobody can tell how far it came: recorded as carried out, so that no claim is judged as if nothing had happened. */
  #halfInjected(planned: PlannedFault, error: unknown): void {
    this.#record(planned, "inject", { error: messageOf(error) });
    this.#lift(planned, { isUnmeasured: true });
  }

  #lift(planned: PlannedFault, remark: JsonObject = {}): void {
    this.#inForce.delete(planned.id);
    const lifted = ({ affectedCount, detail }: FaultEffect): void =>
      this.#record(planned, "lift", recordOf({ affectedCount, detail: { ...detail, ...remark } }));
    const failed = (error: unknown): void => this.#record(planned, "lift", { error: messageOf(error) });
    this.#track(this.#options.cluster.faults.lift(planned.id).then(lifted, failed));
  }

  #record(planned: PlannedFault, action: NewFaultEvent["action"], detail: JsonObject, victims: readonly string[] = []): void {
    this.#options.recorder.fault({ id: planned.id, kind: planned.kind, action, victims, detail });
    this.onChange({ kind: "fault", id: planned.id, fault: planned.kind, action });
  }

  #track(step: Promise<void>): void {
    const tracked: Promise<void> = step.finally(() => void this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
  }

  async #settled(): Promise<void> {
    if (this.#underWay.size === 0) return;
    await withTimeout(this.#options.cluster.timers, Promise.allSettled(this.#underWay), { timeoutMs: settleLimitMs, what: "injecting and lifting faults" });
  }

  #nsAt(ms: number): number {
    return this.#originNs + Math.round(ms * 1_000) * 1_000;
  }
}

/** An effect as its lift records it. What nobody measured has no count: then nobody can rule it out, see `effectiveFaults`. */
export function recordOf({ affectedCount, detail }: FaultEffect): JsonObject {
  return detail["isUnmeasured"] === true ? detail : { ...detail, affectedCount };
}

function isTimed(fault: PlannedFault): fault is TimedFault {
  return "atMs" in fault.when;
}

function isTriggered(fault: PlannedFault): fault is TriggeredFault {
  return "mark" in fault.when;
}

/** Without its time: what the port takes. */
function bare(planned: PlannedFault): Fault {
  const { when: _when, durationMs: _durationMs, ...fault } = planned;
  return fault;
}

function ordinal(count: number): string {
  const ending = count % 100 >= 11 && count % 100 <= 13 ? "th" : (["th", "st", "nd", "rd"][count % 10] ?? "th");
  return `${count}${ending}`;
}
