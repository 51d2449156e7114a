// Marks that somebody waits for: reported at once, or answered with a signal to this very process before `probe.mark` returns. For node hosts.
import type { Trap } from "../wire/control.ts";

export interface TrapsOptions {
  /** A watched mark was made. */
  readonly seen: (kind: string) => void;
  /** Carries out the trap. */
  readonly spring: (trap: Trap) => void;
}

interface Armed {
  readonly trap: Trap;
  leftCount: number;
}

export class Traps {
  readonly #options: TrapsOptions;
  #armed = new Map<string, Armed>();
  #watched: ReadonlySet<string> = new Set();
  /** A message that was under way when a trap sprang does not arm it again. */
  readonly #sprung = new Set<string>();

  constructor(options: TrapsOptions) {
    this.#options = options;
  }

  /** All traps and watched marks from now on. The harness may not have heard of the latest marks of a trap that it repeats: the smaller count is right. */
  set(traps: readonly Trap[], watchedMarks: readonly string[]): void {
    const armed = traps
      .filter(({ id }) => !this.#sprung.has(id))
      .map((trap): [string, Armed] => [trap.id, { trap, leftCount: Math.min(trap.leftCount, this.#armed.get(trap.id)?.leftCount ?? Infinity) }]);
    this.#armed = new Map(armed);
    this.#watched = new Set(watchedMarks);
  }

  marked(kind: string): void {
    if (this.#watched.has(kind)) this.#options.seen(kind);
    for (const armed of this.#armed.values()) {
      const { trap } = armed;
      if (trap.mark !== kind || --armed.leftCount > 0) continue;
      this.#armed.delete(trap.id);
      this.#sprung.add(trap.id);
      this.#options.spring(trap);
    }
  }
}
