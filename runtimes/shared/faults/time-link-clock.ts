// Clocks of nodes that follow a time service, set wrong by an asymmetric latency of their questions to it (Cristian's rule). Up to two seconds.
import type { Timers } from "../../../harness/environment.ts";
import type { NodeName } from "../../../harness/operation.ts";
import type { ClockError } from "../wire/control.ts";
import type { Member } from "../cluster/member.ts";
import type { ClockMechanism, ClockReading } from "./clock-mechanism.ts";
import { offsetAt, readingOf } from "./environment-clock.ts";
import type { LinkDelay, TimeLinks } from "./time-links.ts";

export interface TimeLinkClockOptions {
  readonly links: TimeLinks;
  readonly timers: Timers;
  /** Real time, milliseconds since the epoch. Default: this machine's. */
  readonly realMs?: () => number;
}

/** A latency of twice this would make the questions of a node to its time service take longer than anybody waits. */
const limitMs = 2_000;
/** How often the latency of a drifting clock is changed; a node asks about as often. */
const rampMs = 200;
const pollMs = 50;
/** The machine's own asymmetry, beyond what the node's error bound says. */
const toleranceMs = 20;
/** A node follows a ramp with the delay of a step, of its period, and of a busy machine. */
const lagMs = 1_000;
/** Beside the latency itself: the node asks every now and then, and must be scheduled to do so. */
const patienceMs = 5_000;

const noError: ClockError = { offsetMs: 0, ratePpm: 0, anchorMs: 0 };

/** A reading is what the node shows; within its bound, of half a round trip, it cannot be wrong. */
export function timeLinkClock(options: TimeLinkClockOptions): ClockMechanism {
  return new TimeLinkClock(options);
}

class TimeLinkClock implements ClockMechanism {
  readonly name = "time-link";
  readonly #links: TimeLinks;
  readonly #timers: Timers;
  readonly #realMs: () => number;
  readonly #ramps = new Map<NodeName, { readonly timer: number; problem: unknown }>();
  #isClosed = false;

  constructor({ links, timers, realMs = Date.now }: TimeLinkClockOptions) {
    this.#links = links;
    this.#timers = timers;
    this.#realMs = realMs;
  }

  capability(): true {
    return true;
  }

  refusal(offsetMs: number): string | undefined {
    if (Math.abs(offsetMs) <= limitMs) return undefined;
    return `a clock that follows a time service can be led astray by at most ${limitMs} ms, not by ${offsetMs} ms: the latency would be twice that`;
  }

  /** Waits until the node shows it. */
  async apply(member: Member, error: ClockError): Promise<ClockReading | undefined> {
    await this.#endRamp(member.name);
    await this.#links.setDelay(member.name, delayFor(reachableAt(error, this.#realMs())));
    if (error.ratePpm !== 0 && !this.#isClosed) this.#ramp(member.name, error);
    return await this.#awaitOffset(member, error);
  }

  // The latency is on the link, not in the process.
  started(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {
    this.#isClosed = true;
    for (const { timer } of this.#ramps.values()) this.#timers.cancel(timer);
    this.#ramps.clear();
  }

  #ramp(node: NodeName, error: ClockError): void {
    const step = (): void => {
      this.#links.setDelay(node, delayFor(reachableAt(error, this.#realMs()))).catch((problem: unknown) => {
        ramp.problem ??= problem;
      });
    };
    const ramp: { readonly timer: number; problem: unknown } = { timer: this.#timers.every(rampMs, step), problem: undefined };
    this.#ramps.set(node, ramp);
  }

  /** @throws what went wrong while it drifted */
  async #endRamp(node: NodeName): Promise<void> {
    const ramp = this.#ramps.get(node);
    if (ramp === undefined) return;
    this.#timers.cancel(ramp.timer);
    this.#ramps.delete(node);
    if (ramp.problem !== undefined) throw new Error(`the clock of ${node} stopped drifting`, { cause: ramp.problem });
  }

  /** @throws Error when it does not get there within the limit */
  async #awaitOffset(member: Member, error: ClockError): Promise<ClockReading | undefined> {
    const endMs = this.#realMs() + patienceMs + 4 * Math.abs(error.offsetMs);
    for (;;) {
      const detail = await member.setClock(noError);
      if (detail === undefined) return undefined;
      const { wallMs, realMs } = readingOf(member, detail);
      const measuredMs = wallMs - realMs;
      const expectedMs = reachableAt(error, realMs);
      const isLate = this.#realMs() >= endMs;
      // Half of what the round trip takes beyond the latency that we added. Before the end it may still be that of an earlier latency.
      const boundMs = isLate ? Math.max(0, Number(detail["errorBoundMs"] ?? 0) - Math.abs(expectedMs)) : 0;
      const errorMs = toleranceMs + boundMs + (Math.abs(error.ratePpm) * lagMs) / 1_000_000;
      if (Math.abs(measuredMs - expectedMs) <= errorMs) return { offsetMs: measuredMs, errorMs };
      if (isLate) throw new Error(`the clock of ${member.name} is ahead by ${measuredMs} ms, not by ${expectedMs} ms`);
      await this.#timers.sleep(pollMs);
    }
  }
}

/** A drift ends where the latency does. */
function reachableAt(error: ClockError, realMs: number): number {
  return Math.max(-limitMs, Math.min(limitMs, offsetAt(error, realMs)));
}

/** An extra D on the request makes the clock lead by D/2, on the reply lag by D/2. */
function delayFor(offsetMs: number): LinkDelay {
  return { requestMs: Math.max(0, Math.round(2 * offsetMs)), replyMs: Math.max(0, Math.round(-2 * offsetMs)) };
}
