// One life of a node or a client slot: every port asks it before anything happens, so that a dead one is inert. For environments.

export class Life {
  #isAlive = true;
  readonly #failed: (error: unknown) => void;

  /** `failed` gets what code of this incarnation threw. */
  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  end(): void {
    this.#isAlive = false;
  }

  /** Runs code of the incarnation, unless it is dead. Never throws. */
  run(code: () => void): void {
    if (!this.#isAlive) return;
    try {
      code();
    } catch (error) {
      // What leaves the code of a dead one is the signal that ended it.
      if (this.#isAlive) this.#failed(error);
    }
  }
}

/** Leaves the handler that called `environment.crash`; the incarnation is dead already. */
export class CrashSignal extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "CrashSignal";
  }
}

/** As the records say it; the same words as in simulation. */
export function describeError(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
