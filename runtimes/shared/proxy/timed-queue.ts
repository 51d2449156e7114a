// A queue of one direction in which everything has a time at which it is due, with one timer for the first of it. For toxics that delay.
import type { ProxyClock } from "./proxy-clock.ts";
import type { Sink } from "./stage.ts";

/** A chunk, or the end of the stream. */
type Content = Buffer | "end";

interface Due {
  readonly content: Content;
  readonly dueMs: number;
}

/** Keeps order: nothing overtakes, whatever is due when. Infinity is never due. */
export class TimedQueue {
  readonly #outlet: Sink;
  readonly #clock: ProxyClock;
  #queue: Due[] = [];
  /** Position of the first in `#queue`; what lies before it has gone. Shifting an array of a thousand is slow. */
  #head = 0;
  #heldBytes = 0;
  #cancel: (() => void) | undefined;

  constructor(outlet: Sink, clock: ProxyClock) {
    this.#outlet = outlet;
    this.#clock = clock;
  }

  get length(): number {
    return this.#queue.length - this.#head;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** O(1), and passes on at once what is due already. */
  push(content: Content, dueMs: number): void {
    this.#queue.push({ content, dueMs });
    if (content !== "end") this.#heldBytes += content.length;
    if (this.#cancel === undefined) this.#pump();
  }

  /** Gives everything that is held a new due time, in order. */
  reschedule(dueMs: (content: Content) => number): void {
    this.#queue = this.#queue.slice(this.#head).map(({ content }) => ({ content, dueMs: dueMs(content) }));
    this.#head = 0;
    this.#stopTimer();
    this.#pump();
  }

  /** Passes on everything now. */
  flush(): void {
    this.#stopTimer();
    while (this.length > 0) this.#passOn();
  }

  clear(): void {
    this.#stopTimer();
    this.#queue = [];
    this.#head = 0;
    this.#heldBytes = 0;
  }

  #pump(): void {
    for (let first = this.#queue[this.#head]; first !== undefined; first = this.#queue[this.#head]) {
      const waitMs = first.dueMs - this.#clock.nowMs();
      if (waitMs > 0) return this.#wait(waitMs);
      this.#passOn();
    }
  }

  #wait(waitMs: number): void {
    if (waitMs === Infinity) return;
    this.#cancel = this.#clock.after(waitMs, () => {
      this.#cancel = undefined;
      this.#pump();
    });
  }

  #passOn(): void {
    const first = this.#queue[this.#head++];
    if (this.#head > 64 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    if (first === undefined) return;
    if (first.content === "end") return this.#outlet.end();
    this.#heldBytes -= first.content.length;
    this.#outlet.write(first.content);
  }

  #stopTimer(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
