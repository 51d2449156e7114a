// One direction of one connection: bytes and the end from one socket to the other, through the toxics, held while the direction is blocked.
import type { Socket } from "node:net";
import { Chain, type StreamContext, type Terminal } from "./chain.ts";
import type { ByteCounter } from "./counters.ts";
import type { Direction } from "./direction.ts";
import type { Toxic } from "./toxic.ts";

/** The connection, as its flows see it. */
export interface FlowOwner {
  /** Both sides, after what was written is sent. */
  close(): void;
  /** Both sides, at once. */
  reset(cause: "toxic" | "peer" | "cut"): void;
  stalled(direction: Direction, sizeBytes: number): void;
  released(direction: Direction, sizeBytes: number): void;
}

/** What becomes of that which a blocked direction held: it goes on its way, or its connection is reset. */
export type OnHeal = "deliver" | "cut";

/** While blocked, so much is read and held here; the rest waits at the sender. Reading shows when and how much was stalled. */
const heldLimitBytes = 256 * 1024;

export class Flow implements Terminal {
  readonly #direction: Direction;
  readonly #source: Socket;
  readonly #destination: Socket;
  readonly #counter: ByteCounter;
  readonly #owner: FlowOwner;
  readonly #context: StreamContext;
  /** Absent while no toxic hits this direction: nothing then stands between the sockets. */
  #chain: Chain | undefined;
  #isBackedUp = false;
  #isPaused = false;
  #isBlocked = false;
  #isOver = false;
  /** The sender has sent its end. */
  #isEnding = false;
  /** The end has been passed on. */
  #hasEnded = false;
  #isClosing = false;
  /** The sender's process is gone: an end is a reset now. */
  #isLost = false;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #heldEnding: "end" | "reset" | undefined;

  constructor(
    direction: Direction,
    {
      source,
      destination,
      counter,
      owner,
      context,
    }: { readonly source: Socket; readonly destination: Socket; readonly counter: ByteCounter; readonly owner: FlowOwner; readonly context: StreamContext },
  ) {
    this.#direction = direction;
    this.#source = source;
    this.#destination = destination;
    this.#counter = counter;
    this.#owner = owner;
    this.#context = context;
  }

  start(): void {
    this.#source.on("data", (chunk: Buffer) => this.#take(chunk));
    this.#source.on("end", () => {
      this.#isEnding = true;
      if (!this.#isOver) (this.#chain ?? this).end();
    });
    this.#destination.on("drain", () => {
      this.#isBackedUp = false;
      this.settle();
    });
    this.#source.resume();
  }

  /** Fits the chain to the toxics; without one that hits there is no chain. */
  apply(toxics: readonly Toxic[]): void {
    if (this.#isOver) return;
    if (toxics.length > 0) this.#chain ??= new Chain(this.#direction, this.#context, this);
    this.#chain?.fit(toxics);
    if (this.#chain?.isEmpty === true) this.#chain = undefined;
    this.settle();
  }

  /** Nothing is held back or stands between. */
  get isClear(): boolean {
    return this.#chain === undefined && !this.#isBlocked && !this.#isBackedUp;
  }

  block(): void {
    this.#isBlocked = true;
  }

  /** Sends what was held on its way, in order; a cut resets the connection instead, if anything was held. */
  unblock(onHeal: OnHeal): void {
    if (!this.#isBlocked) return;
    this.#isBlocked = false;
    if (onHeal === "cut" && (this.#heldBytes > 0 || this.#heldEnding !== undefined)) return this.#owner.reset("cut");
    const [held, ending] = [this.#held, this.#heldEnding];
    this.#held = [];
    if (this.#heldBytes > 0) this.#owner.released(this.#direction, this.#heldBytes);
    this.#heldBytes = 0;
    this.#heldEnding = undefined;
    for (const chunk of held) this.write(chunk);
    if (ending === "reset") this.#owner.reset("peer");
    if (ending === "end") this.end();
    this.settle();
  }

  /** The sender is gone. Its RST is held as data is. */
  fail(): void {
    if (this.#isOver) return;
    if (!this.#isBlocked) return this.#owner.reset("peer");
    this.#heldEnding = "reset";
    this.#owner.stalled(this.#direction, 0);
  }

  /** The sender's process is gone, its socket too. What it has sent arrives all the same, when it is due; then the connection is reset. */
  lose(): void {
    if (this.#isOver) return;
    this.#isLost = true;
    if (this.#hasEnded) this.#owner.reset("peer");
    else if (!this.#isEnding) (this.#chain ?? this).end();
  }

  /** The connection is over. */
  dispose(): void {
    this.#isOver = true;
    this.#held = [];
    this.#chain?.dispose();
    this.#chain = undefined;
  }

  write(chunk: Buffer): void {
    if (this.#isBlocked) return this.#hold(chunk);
    if (this.#destination.destroyed || this.#hasEnded) return;
    this.#counter.sentBytes += chunk.length;
    if (this.#destination.write(chunk)) return;
    this.#isBackedUp = true;
    this.settle();
  }

  end(): void {
    if (this.#isBlocked) {
      this.#heldEnding ??= "end";
      return this.#owner.stalled(this.#direction, 0);
    }
    if (this.#isLost) return this.#owner.reset("peer");
    this.#hasEnded = true;
    if (this.#isClosing) this.#owner.close();
    else if (!this.#destination.destroyed) this.#destination.end();
  }

  closeAtEnd(): void {
    this.#isClosing = true;
    if (this.#hasEnded) this.#owner.close();
  }

  reset(): void {
    this.#owner.reset("toxic");
  }

  settle(): void {
    if (this.#isOver) return;
    const mustPause = this.#isBackedUp || this.#heldBytes >= heldLimitBytes || this.#chain?.isFull() === true;
    if (mustPause === this.#isPaused) return;
    this.#isPaused = mustPause;
    if (mustPause) this.#source.pause();
    else this.#source.resume();
  }

  #take(chunk: Buffer): void {
    if (this.#isOver) return;
    this.#counter.receivedBytes += chunk.length;
    if (this.#chain === undefined) this.write(chunk);
    else {
      this.#chain.write(chunk);
      this.settle();
    }
    this.#context.conversation.lastSpeaker = this.#direction;
  }

  #hold(chunk: Buffer): void {
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    this.#owner.stalled(this.#direction, chunk.length);
    this.settle();
  }
}
