// `corrupt`: flips single bits. On TCP each byte is hit with the probability, wherever chunks begin; on UDP one byte of a datagram.
import type { Random } from "../../../../harness/random.ts";
import type { DatagramContext, DatagramStage, Stage, StageContext, ToxicType } from "../stage.ts";
import { notProbable, probability } from "../stage.ts";

type CorruptAttributes = {
  /** TCP: of a byte. UDP: of a datagram. */
  readonly probability: number;
};

export const corrupt: ToxicType<CorruptAttributes> = {
  name: "corrupt",
  goType: "CorruptToxic",
  fields: [probability("probability")],
  fault: (attributes) => notProbable(attributes, "probability"),
  stage: (attributes, context) => new CorruptStage(attributes, context),
  datagramStage: (attributes, context) => corruptDatagrams(attributes, context),
};

class CorruptStage implements Stage<CorruptAttributes> {
  readonly #context: StageContext;
  #probability: number;
  /** How many bytes pass unharmed before the next hit. */
  #gapBytes: number;

  constructor({ probability }: CorruptAttributes, context: StageContext) {
    this.#context = context;
    this.#probability = probability;
    this.#gapBytes = gapBytes(probability, context.random);
  }

  write(chunk: Buffer): void {
    if (this.#gapBytes >= chunk.length) {
      this.#gapBytes -= chunk.length;
      return this.#context.outlet.write(chunk);
    }
    const damaged = Buffer.from(chunk);
    let position = this.#gapBytes;
    while (position < damaged.length) {
      damaged[position] = (damaged[position] ?? 0) ^ (1 << this.#context.random.below(8, "bit"));
      this.#context.affect("corruptedBytes");
      position += 1 + gapBytes(this.#probability, this.#context.random);
    }
    this.#gapBytes = position - damaged.length;
    this.#context.outlet.write(damaged);
  }

  end(): void {
    this.#context.outlet.end();
  }

  isFull(): boolean {
    return false;
  }

  update({ probability }: CorruptAttributes): void {
    if (probability === this.#probability) return;
    this.#probability = probability;
    this.#gapBytes = gapBytes(probability, this.#context.random);
  }

  remove(): void {
    // Nothing is held.
  }

  dispose(): void {
    // Nothing is held.
  }
}

/** Geometric: drawing the distance to the next hit costs one draw a hit instead of one a byte. Infinity: none will come. */
function gapBytes(probability: number, random: Random): number {
  if (probability >= 1) return 0;
  if (probability <= 0) return Infinity;
  return Math.floor(Math.log(1 - random.float("gap")) / Math.log1p(-probability));
}

function corruptDatagrams(initial: CorruptAttributes, { deliver, random, affect }: DatagramContext): DatagramStage<CorruptAttributes> {
  let { probability } = initial;
  return {
    push(datagram) {
      if (datagram.length === 0 || !random.chance(probability, "corrupt")) return deliver(datagram);
      const damaged = Buffer.from(datagram);
      const position = random.below(damaged.length, "byte");
      damaged[position] = (damaged[position] ?? 0) ^ (1 << random.below(8, "bit"));
      affect("corruptedDatagrams");
      deliver(damaged);
    },
    update: (attributes) => void ({ probability } = attributes),
    remove: () => undefined,
    dispose: () => undefined,
  };
}
