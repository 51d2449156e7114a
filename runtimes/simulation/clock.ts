// A host's wall clock: what it believes, by how much it is wrong, and why. For hosts and the faults port.
import type { ActiveFault } from "./active-fault.ts";

/** Wall clocks of every simulation start here, never at the real date: 2024-01-01T00:00:00Z. */
export const epochMs = 1_704_067_200_000;

interface Step {
  readonly fault: ActiveFault;
  readonly offsetUs: number;
}

/** Drifts by `ratePpm` from `sinceUs`; once `untilUs` is set it slews back at the same rate, as a time daemon would: a drifting clock never jumps. */
interface Drift {
  readonly fault: ActiveFault;
  readonly ratePpm: number;
  readonly sinceUs: number;
  untilUs: number;
}

/** Offset = sum of the steps in force + sum of the drifts. A restart does not repair it. */
export class HostClock {
  #steps: Step[] = [];
  #drifts: Drift[] = [];

  /** Whole milliseconds since the epoch, as this host believes at the true time `nowUs`. */
  wallMs(nowUs: number): number {
    if (this.#steps.length === 0 && this.#drifts.length === 0) return epochMs + Math.floor(nowUs / 1_000);
    return epochMs + Math.floor((nowUs + this.#offsetUs(nowUs)) / 1_000);
  }

  step(fault: ActiveFault, offsetMs: number): void {
    this.#steps.push({ fault, offsetUs: Math.round(offsetMs * 1_000) });
  }

  drift(fault: ActiveFault, ratePpm: number, nowUs: number): void {
    this.#drifts.push({ fault, ratePpm, sinceUs: nowUs, untilUs: Number.POSITIVE_INFINITY });
  }

  /** Ends what this fault did: a step is taken back at once, a drift turns round. */
  lift(fault: ActiveFault, nowUs: number): void {
    this.#steps = this.#steps.filter((step) => step.fault !== fault);
    for (const drift of this.#drifts) if (drift.fault === fault) drift.untilUs = Math.min(drift.untilUs, nowUs);
    this.#drifts = this.#drifts.filter((drift) => drift.untilUs === Number.POSITIVE_INFINITY || driftUs(drift, nowUs) !== 0);
  }

  #offsetUs(nowUs: number): number {
    let offsetUs = 0;
    for (const { fault, offsetUs: stepUs } of this.#steps) {
      offsetUs += stepUs;
      fault.affect("clockReads");
    }
    for (const drift of this.#drifts) {
      const driftedUs = driftUs(drift, nowUs);
      if (driftedUs !== 0 && drift.untilUs === Number.POSITIVE_INFINITY) drift.fault.affect("clockReads");
      offsetUs += driftedUs;
    }
    return offsetUs;
  }
}

function driftUs({ ratePpm, sinceUs, untilUs }: Drift, nowUs: number): number {
  const lastedUs = Math.min(nowUs, untilUs) - sinceUs;
  const slewedUs = Math.max(0, nowUs - untilUs);
  return Math.trunc((Math.max(0, lastedUs - slewedUs) * ratePpm) / 1_000_000);
}
