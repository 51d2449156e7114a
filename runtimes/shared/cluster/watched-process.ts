// A machine's process that says when it is slowed, so that its lag then is not held against it. For members.
import type { Ending, Running } from "./machine.ts";

export class WatchedProcess implements Running {
  readonly process: Running["process"];
  readonly reachableAt: string;
  readonly ended: Promise<Ending>;
  readonly #running: Running;
  readonly #disturb: () => () => void;

  /** `disturb`: called when it is slowed; what it answers is called when that is over. */
  constructor(running: Running, disturb: () => () => void) {
    this.process = running.process;
    this.reachableAt = running.reachableAt;
    this.ended = running.ended;
    this.#running = running;
    this.#disturb = disturb;
  }

  kill(): Promise<void> {
    return this.#running.kill();
  }

  pause(): Promise<void> {
    return this.#running.pause();
  }

  resume(): Promise<void> {
    return this.#running.resume();
  }

  async slow(factor: number): Promise<() => Promise<void>> {
    const calm = this.#disturb();
    void this.ended.then(calm);
    try {
      const quicken = await this.#running.slow(factor);
      return () => quicken().finally(calm);
    } catch (error) {
      calm();
      throw error;
    }
  }
}
