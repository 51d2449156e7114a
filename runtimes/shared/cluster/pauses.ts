// Who wants a node's process stopped: it is while anybody does, and a pause ends with the process. For members.
import type { Running } from "./machine.ts";

export class Pauses {
  readonly #disturb: () => () => void;
  readonly #holders = new Set<string>();
  #isPaused = false;
  #calm: () => void = () => undefined;
  /** Stopping and continuing come one after the other, each seeing what is wanted by then. */
  #queue: Promise<void> = Promise.resolve();

  /** `disturb`: called when a pause begins; what it answers is called when it is over. */
  constructor(disturb: () => () => void) {
    this.#disturb = disturb;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** True: the process is stopped. False: it has ended. @throws whatever kept it from being stopped; nobody wants it then */
  async pause(holder: string, running: Running): Promise<boolean> {
    this.#holders.add(holder);
    try {
      await this.#settle(running);
    } catch (error) {
      this.#holders.delete(holder);
      throw error;
    }
    return this.#isPaused && this.#holders.has(holder);
  }

  /** Resolves when it goes on, or when somebody else still wants it stopped. @throws whatever kept it from going on */
  async resume(holder: string, running: Running | undefined): Promise<void> {
    this.#holders.delete(holder);
    if (running !== undefined) await this.#settle(running);
  }

  /** The process has gone, and with it whatever stopped it. */
  ended(): void {
    this.#holders.clear();
    this.#isPaused = false;
    this.#calm();
  }

  #settle(running: Running): Promise<void> {
    const settled = this.#queue.then(() => this.#carryOut(running));
    this.#queue = settled.catch(() => undefined);
    return settled;
  }

  async #carryOut(running: Running): Promise<void> {
    const isWanted = this.#holders.size > 0;
    if (isWanted === this.#isPaused) return;
    if (isWanted) {
      const calm = this.#disturb();
      try {
        await running.pause();
      } catch (error) {
        calm();
        throw error;
      }
      this.#calm = calm;
      // It may have ended meanwhile: then nobody is left who wants it stopped.
      if (this.#holders.size === 0) calm();
      else this.#isPaused = true;
    } else {
      await running.resume();
      this.#isPaused = false;
      this.#calm();
    }
  }
}
