// Datagrams on their way, each with a timer of its own: whoever has the shorter delay arrives first. For UDP toxics that delay.
import type { DatagramContext } from "./stage.ts";

/** More under way than this and the newest is dropped, as by a full queue of a router. */
const underWayLimit = 4096;

export class DatagramDelays {
  readonly #context: DatagramContext;
  readonly #underWay = new Map<{ readonly datagram: Buffer; readonly dueMs: number }, () => void>();

  constructor(context: DatagramContext) {
    this.#context = context;
  }

  push(datagram: Buffer, delayMs: number): void {
    if (delayMs <= 0) return this.#context.deliver(datagram);
    if (this.#underWay.size >= underWayLimit) return;
    const entry = { datagram, dueMs: this.#context.clock.nowMs() + delayMs };
    const deliver = (): void => {
      this.#underWay.delete(entry);
      this.#context.deliver(datagram);
    };
    this.#underWay.set(entry, this.#context.clock.after(delayMs, deliver));
  }

  /** Delivers everything now, in the order in which it was due. */
  flush(): void {
    const entries = [...this.#underWay.keys()].toSorted((a, b) => a.dueMs - b.dueMs);
    this.clear();
    for (const { datagram } of entries) this.#context.deliver(datagram);
  }

  clear(): void {
    for (const cancel of this.#underWay.values()) cancel();
    this.#underWay.clear();
  }
}
