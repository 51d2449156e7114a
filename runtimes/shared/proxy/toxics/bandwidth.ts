// `bandwidth`: so many kilobytes a second (1 KB = 1,000 bytes) in one direction of each connection; 0 stalls until the toxic is removed.
import type { DatagramContext, DatagramStage, Stage, StageContext, ToxicType } from "../stage.ts";
import { negative, whole } from "../stage.ts";
import { TimedQueue } from "../timed-queue.ts";
import { DatagramDelays } from "../datagram-delays.ts";

type BandwidthAttributes = {
  /** Kilobytes a second, which is bytes a millisecond. */
  readonly rate: number;
};

export const bandwidth: ToxicType<BandwidthAttributes> = {
  name: "bandwidth",
  goType: "BandwidthToxic",
  fields: [whole("rate")],
  fault: negative,
  stage: (attributes, context) => new BandwidthStage(attributes, context),
  datagramStage: (attributes, context) => new DatagramBandwidthStage(attributes, context),
};

/** Longer chunks go in pieces of this length, as in the reference. */
const pieceMs = 100;
/** Datagrams that would wait longer are dropped, as by a full queue of a router. */
const longestQueueMs = 1_000;

class BandwidthStage implements Stage<BandwidthAttributes> {
  readonly #context: StageContext;
  readonly #queue: TimedQueue;
  #rate: number;
  /** When the last byte that was taken will have passed. */
  #busyUntilMs = 0;
  #hasEnded = false;

  constructor({ rate }: BandwidthAttributes, context: StageContext) {
    this.#rate = rate;
    this.#context = context;
    this.#queue = new TimedQueue(context.outlet, context.clock);
  }

  write(chunk: Buffer): void {
    const pieceBytes = Math.max(1, this.#rate === 0 ? chunk.length : this.#rate * pieceMs);
    for (let start = 0; start < chunk.length; start += pieceBytes) {
      const piece = chunk.subarray(start, start + pieceBytes);
      this.#queue.push(piece, this.#dueMs(piece.length));
    }
  }

  end(): void {
    this.#hasEnded = true;
    this.#queue.push("end", this.#dueMs(0));
  }

  /** One chunk in hand, no more, so that the sender feels the rate. */
  isFull(): boolean {
    return this.#queue.length > (this.#hasEnded ? 1 : 0);
  }

  update({ rate }: BandwidthAttributes): void {
    this.#rate = rate;
    this.#busyUntilMs = 0;
    this.#queue.reschedule((content) => this.#dueMs(content === "end" ? 0 : content.length));
  }

  remove(): void {
    this.#queue.flush();
  }

  dispose(): void {
    this.#queue.clear();
  }

  #dueMs(sizeBytes: number): number {
    if (this.#rate === 0) return Infinity;
    this.#busyUntilMs = Math.max(this.#busyUntilMs, this.#context.clock.nowMs()) + sizeBytes / this.#rate;
    return this.#busyUntilMs;
  }
}

class DatagramBandwidthStage implements DatagramStage<BandwidthAttributes> {
  readonly #context: DatagramContext;
  readonly #delays: DatagramDelays;
  #rate: number;
  #busyUntilMs = 0;

  constructor({ rate }: BandwidthAttributes, context: DatagramContext) {
    this.#rate = rate;
    this.#context = context;
    this.#delays = new DatagramDelays(context);
  }

  push(datagram: Buffer): void {
    if (this.#rate === 0) return;
    const nowMs = this.#context.clock.nowMs();
    const untilMs = Math.max(this.#busyUntilMs, nowMs) + datagram.length / this.#rate;
    if (untilMs - nowMs > longestQueueMs) return;
    this.#busyUntilMs = untilMs;
    this.#delays.push(datagram, untilMs - nowMs);
  }

  /** What is under way keeps its time. */
  update({ rate }: BandwidthAttributes): void {
    this.#rate = rate;
    this.#busyUntilMs = 0;
  }

  remove(): void {
    this.#delays.flush();
  }

  dispose(): void {
    this.#delays.clear();
  }
}
