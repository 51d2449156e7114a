// By how much a node's wall clock is to be wrong, and why: the arithmetic of clock faults that overlap. The same rule as in simulation.
import type { ClockError } from "../wire/control.ts";

interface Step {
  readonly id: string;
  readonly offsetMs: number;
}

/** Drifts by `ratePpm` from `sinceMs`; once `untilMs` is set it slews back at the same rate, as a time daemon would: a drifting clock never jumps. */
interface Drift {
  readonly id: string;
  readonly ratePpm: number;
  readonly sinceMs: number;
  untilMs: number;
}

/** Offset = sum of the steps in force + sum of the drifts. A restart does not repair it. Times are real time, milliseconds since the epoch. */
export class WallClock {
  #steps: Step[] = [];
  #drifts: Drift[] = [];

  step(id: string, offsetMs: number): void {
    this.#steps.push({ id, offsetMs });
  }

  drift(id: string, ratePpm: number, nowMs: number): void {
    this.#drifts.push({ id, ratePpm, sinceMs: nowMs, untilMs: Number.POSITIVE_INFINITY });
  }

  /** Ends what this fault did: a step is taken back at once, a drift turns round. */
  lift(id: string, nowMs: number): void {
    this.#steps = this.#steps.filter((step) => step.id !== id);
    for (const drift of this.#drifts) if (drift.id === id) drift.untilMs = Math.min(drift.untilMs, nowMs);
    this.#drifts = this.#drifts.filter((drift) => stageOf(drift, nowMs) !== "over");
  }

  /** What holds from `nowMs` until `nextChangeMs`. */
  errorAt(nowMs: number): ClockError {
    let offsetMs = 0;
    let ratePpm = 0;
    for (const step of this.#steps) offsetMs += step.offsetMs;
    for (const drift of this.#drifts) {
      offsetMs += driftedMs(drift, nowMs);
      const stage = stageOf(drift, nowMs);
      if (stage !== "over") ratePpm += stage === "drifting" ? drift.ratePpm : -drift.ratePpm;
    }
    return { offsetMs, ratePpm, anchorMs: nowMs };
  }

  /** What this fault contributes. */
  shareMs(id: string, nowMs: number): number {
    let shareMs = 0;
    for (const step of this.#steps) if (step.id === id) shareMs += step.offsetMs;
    for (const drift of this.#drifts) if (drift.id === id) shareMs += driftedMs(drift, nowMs);
    return shareMs;
  }

  /** When the next drift will have slewed back entirely; undefined if none is about to. */
  nextChangeMs(nowMs: number): number | undefined {
    const ends = this.#drifts.map(endMs).filter((end) => end > nowMs && end < Number.POSITIVE_INFINITY);
    return ends.length === 0 ? undefined : Math.min(...ends);
  }
}

function stageOf(drift: Drift, nowMs: number): "drifting" | "slewing" | "over" {
  if (drift.untilMs === Number.POSITIVE_INFINITY) return "drifting";
  return nowMs < endMs(drift) ? "slewing" : "over";
}

/** When it is back at nothing: the way back takes as long as the way out. */
function endMs({ sinceMs, untilMs }: Drift): number {
  return untilMs + Math.max(0, untilMs - sinceMs);
}

function driftedMs({ ratePpm, sinceMs, untilMs }: Drift, nowMs: number): number {
  const lastedMs = Math.min(nowMs, untilMs) - sinceMs;
  const slewedMs = Math.max(0, nowMs - untilMs);
  return (Math.max(0, lastedMs - slewedMs) * ratePpm) / 1_000_000;
}
