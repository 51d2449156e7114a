// The toxics of one direction of one datagram session, in the order in which they were made. For sessions.
import type { ChainContext } from "./chain.ts";
import { fateOf } from "./fate.ts";
import type { Direction } from "./direction.ts";
import type { DatagramStage } from "./stage.ts";
import type { Toxic } from "./toxic.ts";

interface Slot {
  toxic: Toxic;
  readonly stage: DatagramStage;
}

export class DatagramChain {
  readonly #direction: Direction;
  readonly #context: ChainContext;
  readonly #deliver: (datagram: Buffer) => void;
  #slots: readonly Slot[] = [];

  constructor(direction: Direction, context: ChainContext, deliver: (datagram: Buffer) => void) {
    this.#direction = direction;
    this.#context = context;
    this.#deliver = deliver;
  }

  push(datagram: Buffer): void {
    this.#passOn(0, datagram);
  }

  /** Removes, updates and adds stages until they fit the toxics that hit. Removed ones deliver what they hold. */
  fit(toxics: readonly Toxic[]): void {
    for (const slot of this.#slots) {
      if (toxics.some(({ name, type }) => name === slot.toxic.name && type === slot.toxic.type)) continue;
      slot.stage.remove();
      slot.stage.dispose();
      this.#slots = this.#slots.filter((candidate) => candidate !== slot);
    }
    toxics.forEach((toxic, index) => this.#keep(toxic, index));
  }

  dispose(): void {
    for (const { stage } of this.#slots) stage.dispose();
    this.#slots = [];
  }

  #keep(toxic: Toxic, index: number): void {
    const slot = this.#slots.find((candidate) => candidate.toxic.name === toxic.name);
    if (slot === undefined) {
      this.#slots = this.#slots.toSpliced(index, 0, this.#slot(toxic));
    } else if (slot.toxic !== toxic) {
      if (toxic.attributes !== slot.toxic.attributes) slot.stage.update(toxic.attributes);
      slot.toxic = toxic;
    }
  }

  #slot(toxic: Toxic): Slot {
    const { random } = fateOf({ ...this.#context, direction: this.#direction, toxic: toxic.name });
    // The place is looked up when a datagram comes out: the stages around this one change while it holds some.
    const deliver = (datagram: Buffer): void => this.#passOn(this.#slots.findIndex((slot) => slot.stage === stage) + 1, datagram);
    const stage = toxic.type.datagramStage?.(toxic.attributes, {
      deliver,
      affect: (effect) => this.#context.affect(toxic.name, effect, 1),
      random,
      clock: this.#context.clock,
    });
    if (stage === undefined) throw new Error(`Assertion failed: ${toxic.type.name} has no datagram stage`);
    return { toxic, stage };
  }

  #passOn(index: number, datagram: Buffer): void {
    const slot = this.#slots[index];
    if (slot === undefined) this.#deliver(datagram);
    else slot.stage.push(datagram);
  }
}
