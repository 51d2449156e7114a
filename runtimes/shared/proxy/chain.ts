// The stages of one direction of one connection, in the order in which their toxics were made; exchanged while bytes flow. For flows.
import type { Conversation } from "./conversation.ts";
import { fateOf } from "./fate.ts";
import type { ProxyClock } from "./proxy-clock.ts";
import type { Direction } from "./direction.ts";
import type { Sink, Stage } from "./stage.ts";
import type { Toxic } from "./toxic.ts";

/** What a connection or session tells its chains. */
export interface ChainContext {
  readonly seed: string;
  readonly proxy: string;
  readonly connection: number;
  readonly clock: ProxyClock;
  /** A toxic did something, counted under the effect's name. */
  affect(this: void, toxic: string, effect: string, count: number): void;
}

/** Of connections only. */
export interface StreamContext extends ChainContext {
  readonly conversation: Conversation;
}

/** Where a chain ends: the flow. */
export interface Terminal extends Sink {
  /** The end closes both directions: the next one, or at once if it has come already. */
  closeAtEnd(): void;
  reset(): void;
  /** A stage has passed something on: there may be room again. */
  settle(): void;
}

/** Whether the toxic hits this connection. The same answer every time. */
export function isHit(toxic: Toxic, { seed, proxy, connection }: Pick<ChainContext, "seed" | "proxy" | "connection">): boolean {
  if (toxic.toxicity >= 1) return true;
  return fateOf({ seed, proxy, connection, direction: toxic.direction, toxic: toxic.name }).draw < toxic.toxicity;
}

export class Chain implements Sink {
  readonly #direction: Direction;
  readonly #context: StreamContext;
  readonly #terminal: Terminal;
  #slots: Slot[] = [];
  #isOver = false;

  constructor(direction: Direction, context: StreamContext, terminal: Terminal) {
    this.#direction = direction;
    this.#context = context;
    this.#terminal = terminal;
  }

  get isEmpty(): boolean {
    return this.#slots.length === 0;
  }

  write(chunk: Buffer): void {
    (this.#slots[0]?.stage ?? this.#terminal).write(chunk);
  }

  end(): void {
    (this.#slots[0]?.stage ?? this.#terminal).end();
  }

  isFull(): boolean {
    return this.#slots.some(({ stage }) => stage.isFull());
  }

  /** Removes, updates and adds stages until they fit the toxics of this direction that hit. Removed stages pass on what they hold. */
  fit(toxics: readonly Toxic[]): void {
    for (const slot of this.#slots) {
      if (!toxics.some(({ name, type }) => name === slot.toxic.name && type === slot.toxic.type)) this.#remove(slot);
    }
    toxics.forEach((toxic, index) => {
      // Removing a toxic may have ended the connection.
      if (this.#isOver) return;
      const slot = this.#slots.find((candidate) => candidate.toxic.name === toxic.name);
      if (slot === undefined) this.#insert(toxic, index);
      else slot.update(toxic);
    });
  }

  dispose(): void {
    this.#isOver = true;
    for (const { stage } of this.#slots) stage.dispose();
    this.#slots = [];
  }

  #remove(slot: Slot): void {
    slot.stage.remove();
    slot.stage.dispose();
    this.#context.conversation.forget(slot.toxic.name);
    this.#slots = this.#slots.filter((candidate) => candidate !== slot);
    this.#link();
  }

  #insert(toxic: Toxic, index: number): void {
    const slot = new Slot(toxic, {
      direction: this.#direction,
      context: this.#context,
      next: this.#slots[index]?.stage ?? this.#terminal,
      terminal: this.#terminal,
    });
    this.#slots = this.#slots.toSpliced(index, 0, slot);
    this.#link();
  }

  #link(): void {
    this.#slots.forEach((slot, index) => void (slot.next = this.#slots[index + 1]?.stage ?? this.#terminal));
  }
}

/** A stage with what lies behind it. */
class Slot implements Sink {
  readonly stage: Stage;
  toxic: Toxic;
  next: Sink;
  readonly #terminal: Terminal;
  #hasEnded = false;

  constructor(
    toxic: Toxic,
    {
      direction,
      context,
      next,
      terminal,
    }: { readonly direction: Direction; readonly context: StreamContext; readonly next: Sink; readonly terminal: Terminal },
  ) {
    this.toxic = toxic;
    this.next = next;
    this.#terminal = terminal;
    const { random } = fateOf({ ...context, direction, toxic: toxic.name });
    const stage = toxic.type.stage?.(toxic.attributes, {
      outlet: this,
      random,
      clock: context.clock,
      close: () => this.#close(),
      reset: () => terminal.reset(),
      affect: (effect, count = 1) => context.affect(toxic.name, effect, count),
      exchange: () => context.conversation.exchangeOf(toxic.name),
    });
    if (stage === undefined) throw new Error(`Assertion failed: ${toxic.type.name} has no stage`);
    this.stage = stage;
  }

  update(toxic: Toxic): void {
    if (toxic.attributes !== this.toxic.attributes) this.stage.update(toxic.attributes);
    this.toxic = toxic;
  }

  write(chunk: Buffer): void {
    if (this.#hasEnded) return;
    this.next.write(chunk);
    this.#terminal.settle();
  }

  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.next.end();
  }

  /** The end takes the way of the data, so that what later stages hold is not lost. */
  #close(): void {
    this.#terminal.closeAtEnd();
    this.end();
  }
}
