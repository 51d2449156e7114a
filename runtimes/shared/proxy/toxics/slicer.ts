// `slicer`: cuts chunks into small pieces, with a pause after each.
import type { Random } from "../../../../harness/random.ts";
import type { Stage, StageContext, ToxicType } from "../stage.ts";
import { negative, whole } from "../stage.ts";
import { TimedQueue } from "../timed-queue.ts";

type SlicerAttributes = {
  /** Bytes. */
  readonly average_size: number;
  /** Bytes; a piece is at most `average_size + size_variation` long. */
  readonly size_variation: number;
  /** Microseconds between pieces. */
  readonly delay: number;
};

export const slicer: ToxicType<SlicerAttributes> = {
  name: "slicer",
  goType: "SlicerToxic",
  fields: [whole("average_size", "int"), whole("size_variation", "int"), whole("delay", "int")],
  // The reference cuts for ever when the average is 0, its default, and dies.
  fault: (attributes) => negative(attributes) ?? (attributes.average_size > 0 ? undefined : "average_size must be positive"),
  stage: (attributes, context) => new SlicerStage(attributes, context),
};

class SlicerStage implements Stage<SlicerAttributes> {
  readonly #context: StageContext;
  readonly #queue: TimedQueue;
  #attributes: SlicerAttributes;
  #freeMs = 0;

  constructor(attributes: SlicerAttributes, context: StageContext) {
    this.#attributes = attributes;
    this.#context = context;
    this.#queue = new TimedQueue(context.outlet, context.clock);
  }

  write(chunk: Buffer): void {
    for (const piece of pieces(chunk, this.#attributes, this.#context.random)) {
      const dueMs = Math.max(this.#freeMs, this.#context.clock.nowMs());
      this.#freeMs = dueMs + this.#attributes.delay / 1000;
      this.#queue.push(piece, dueMs);
    }
  }

  end(): void {
    this.#queue.push("end", this.#freeMs);
  }

  isFull(): boolean {
    return this.#queue.heldBytes > 0;
  }

  update(attributes: SlicerAttributes): void {
    this.#attributes = attributes;
  }

  remove(): void {
    this.#queue.flush();
  }

  dispose(): void {
    this.#queue.clear();
  }
}

/** Halves, with the cut moved at random by the variation, until a piece is short enough: the reference's rule, without its endless cases. */
function* pieces(chunk: Buffer, attributes: SlicerAttributes, random: Random): Generator<Buffer> {
  const { average_size: averageBytes, size_variation: variationBytes } = attributes;
  if (chunk.length <= averageBytes + variationBytes) return yield chunk;
  const shift = variationBytes === 0 ? 0 : random.below(Math.min(2 ** 31, variationBytes * 2), "cut") - variationBytes;
  const cut = Math.min(chunk.length - 1, Math.max(1, Math.floor(chunk.length / 2) + shift));
  yield* pieces(chunk.subarray(0, cut), attributes, random);
  yield* pieces(chunk.subarray(cut), attributes, random);
}
