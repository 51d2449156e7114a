// Whether a node may run, and when one that died by itself is started again: the simulation's supervisor in real time. For members.

/** A node that lived shorter than this is in a crash loop, and each turn doubles the pause, up to 2^4 times. */
const stableAfterMs = 5_000;
const longestBackOff = 4;

export interface SupervisionOptions {
  readonly restartDelayMs: number;
  /** Starts the node if it does not run. */
  readonly boot: () => void;
}

export class Supervision {
  readonly #options: SupervisionOptions;
  readonly #holders = new Set<string>();
  #isWanted = false;
  #crashCount = 0;
  #restart: NodeJS.Timeout | undefined;

  constructor(options: SupervisionOptions) {
    this.#options = options;
  }

  get mayRun(): boolean {
    return this.#isWanted && this.#holders.size === 0;
  }

  want(): void {
    this.#isWanted = true;
    this.bootIfWanted();
  }

  unwant(): void {
    this.#isWanted = false;
    clearTimeout(this.#restart);
  }

  hold(holder: string): void {
    this.#holders.add(holder);
  }

  release(holder: string): void {
    if (this.#holders.delete(holder)) this.bootIfWanted();
  }

  bootIfWanted(): void {
    if (this.mayRun) this.#options.boot();
  }

  /** It died by itself: started again after a pause. Who releases it earlier starts it earlier. */
  died(livedMs: number): void {
    this.#crashCount = livedMs >= stableAfterMs ? 1 : this.#crashCount + 1;
    const backOff = 2 ** Math.min(longestBackOff, this.#crashCount - 1);
    clearTimeout(this.#restart);
    if (!this.#isWanted) return;
    this.#restart = setTimeout(() => this.bootIfWanted(), this.#options.restartDelayMs * backOff);
  }
}
