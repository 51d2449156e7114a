// A processor slowed down by stopping a process most of the time: run a little, stand still in proportion, again. For node processes.

/** The run part of a cycle; standing still then takes factor - 1 times what it really lasted. */
const shortestRunMs = 2;
const cycleMs = 20;

export class DutyCycle {
  readonly #changed: () => void;
  readonly #factors = new Map<symbol, number>();
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  #sinceMs = 0;

  /** `changed`: the process has to stop or to go on, see `isStopped`. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get isActive(): boolean {
    return this.#factors.size > 0;
  }

  /** Whether it has to stand still now. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** From now on 1 / factor of the time, of all factors together. Answers the way back. */
  add(factor: number): () => void {
    const id = Symbol("slow");
    this.#factors.set(id, factor);
    if (this.#timer === undefined) this.#turn({ isStopped: true });
    return () => {
      this.#factors.delete(id);
      if (this.#factors.size === 0) this.close();
    };
  }

  /** No timer is left, and it need not stand still. Idempotent. */
  close(): void {
    this.#factors.clear();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isStopped = false;
  }

  #turn({ isStopped }: { readonly isStopped: boolean }): void {
    const nowMs = performance.now();
    const ranMs = this.#sinceMs === 0 ? shortestRunMs : nowMs - this.#sinceMs;
    this.#isStopped = isStopped;
    this.#sinceMs = nowMs;
    this.#changed();
    let factor = 1;
    for (const each of this.#factors.values()) factor *= each;
    const waitMs = isStopped ? ranMs * Math.max(0, factor - 1) : Math.max(shortestRunMs, cycleMs / Math.max(1, factor));
    this.#timer = setTimeout(() => this.#turn({ isStopped: !isStopped }), waitMs);
  }
}
