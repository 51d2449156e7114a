// An event that runs some code of one incarnation: late while the host is held, never once it is dead. For disk, network and process.
import type { Event } from "./event-queue.ts";
import type { Incarnation } from "./host.ts";

export interface HostEventOptions {
  readonly incarnation: Incarnation;
  /** For the trace. */
  readonly kind: number;
  readonly payloadHash: number;
  readonly run: () => void;
}

export class HostEvent implements Event {
  readonly #options: HostEventOptions;

  constructor(options: HostEventOptions) {
    this.#options = options;
  }

  fire(): void {
    const { incarnation, kind, payloadHash, run } = this.#options;
    if (!incarnation.isAlive) return;
    if (incarnation.host.isHeld) {
      incarnation.host.park(this, 0);
      return;
    }
    incarnation.begin(kind, payloadHash);
    run();
  }
}

/** Runs `run` as an event of its own, at this instant. */
export function soon(incarnation: Incarnation, kind: number, run: () => void): void {
  const { host } = incarnation;
  host.scheduler.schedule(new HostEvent({ incarnation, kind, payloadHash: 0, run }), 0, 0, host.index);
}
