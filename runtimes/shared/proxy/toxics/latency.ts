// `latency`: everything arrives later, in order on TCP (chunks are delayed side by side, not one after the other), in any order on UDP.
import type { Random } from "../../../../harness/random.ts";
import type { DatagramContext, DatagramStage, Stage, StageContext, ToxicType } from "../stage.ts";
import { negative, whole } from "../stage.ts";
import { TimedQueue } from "../timed-queue.ts";
import { DatagramDelays } from "../datagram-delays.ts";

type LatencyAttributes = {
  /** Milliseconds. */
  readonly latency: number;
  /** Milliseconds; uniform: at most this much more or less. Else: the scale of the distribution. */
  readonly jitter: number;
  readonly distribution: string;
};

const distributions = ["uniform", "normal", "exponential", "pareto"] as const;

export const latency: ToxicType<LatencyAttributes> = {
  name: "latency",
  goType: "LatencyToxic",
  fields: [whole("latency"), whole("jitter"), { name: "distribution", kind: "string", initial: "uniform", isExtension: true, choices: distributions }],
  fault: negative,
  stage: (attributes, context) => new LatencyStage(attributes, context),
  datagramStage: (attributes, context) => new DatagramLatencyStage(attributes, context),
};

/** As many chunks as the reference buffers in front of this toxic; the bytes are its 1,024 chunks of 32 KiB. */
const chunkLimit = 1024;
const byteLimit = chunkLimit * 32 * 1024;

class LatencyStage implements Stage<LatencyAttributes> {
  readonly #context: StageContext;
  readonly #queue: TimedQueue;
  #attributes: LatencyAttributes;

  constructor(attributes: LatencyAttributes, context: StageContext) {
    this.#attributes = attributes;
    this.#context = context;
    this.#queue = new TimedQueue(context.outlet, context.clock);
  }

  write(chunk: Buffer): void {
    const waitMs = delayMs(this.#attributes, this.#context.random);
    if (waitMs > 0) this.#context.affect("slowedChunks");
    this.#queue.push(chunk, this.#context.clock.nowMs() + waitMs);
  }

  /** The end is delayed like a chunk. */
  end(): void {
    this.#queue.push("end", this.#context.clock.nowMs() + delayMs(this.#attributes, this.#context.random));
  }

  isFull(): boolean {
    return this.#queue.length >= chunkLimit || this.#queue.heldBytes >= byteLimit;
  }

  /** What is under way keeps the delay that it was given. */
  update(attributes: LatencyAttributes): void {
    this.#attributes = attributes;
  }

  remove(): void {
    this.#queue.flush();
  }

  dispose(): void {
    this.#queue.clear();
  }
}

class DatagramLatencyStage implements DatagramStage<LatencyAttributes> {
  readonly #context: DatagramContext;
  readonly #delays: DatagramDelays;
  #attributes: LatencyAttributes;

  constructor(attributes: LatencyAttributes, context: DatagramContext) {
    this.#attributes = attributes;
    this.#context = context;
    this.#delays = new DatagramDelays(context);
  }

  push(datagram: Buffer): void {
    const waitMs = delayMs(this.#attributes, this.#context.random);
    if (waitMs > 0) this.#context.affect("slowedDatagrams");
    this.#delays.push(datagram, waitMs);
  }

  update(attributes: LatencyAttributes): void {
    this.#attributes = attributes;
  }

  remove(): void {
    this.#delays.flush();
  }

  dispose(): void {
    this.#delays.clear();
  }
}

function delayMs({ latency, jitter, distribution }: LatencyAttributes, random: Random): number {
  return jitter === 0 ? latency : Math.max(0, latency + jitter * deviation(distribution, random));
}

/** In units of the jitter. Uniform as in the reference; pareto with shape 3, long tails with a finite variance. */
function deviation(distribution: string, random: Random): number {
  const draw = random.float("jitter");
  switch (distribution) {
    case "normal":
      // Box and Muller 1958; 1 - draw, because the logarithm of 0 is no number to add.
      return Math.sqrt(-2 * Math.log(1 - draw)) * Math.cos(2 * Math.PI * random.float("angle"));
    case "exponential":
      return -Math.log(1 - draw);
    case "pareto":
      return (1 - draw) ** (-1 / 3) - 1;
    default:
      return draw * 2 - 1;
  }
}
