// Who waits for whom: steps under one key follow each other, a step for all waits for every other. For faults that come and go at once.

export class Turns {
  /** The end of the last step of each key. */
  readonly #tails = new Map<string, Promise<void>>();
  #barrier: Promise<void> = Promise.resolve();

  /** Runs the step after those of the same key, and those for all, that were asked for before. A failure concerns its caller alone. */
  take<T>(key: string, step: () => Promise<T>): Promise<T> {
    const result = (this.#tails.get(key) ?? this.#barrier).then(step);
    const tail: Promise<void> = settled(result).then(() => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    });
    this.#tails.set(key, tail);
    return result;
  }

  /** Runs the step after all that were asked for before, and before all that are asked for later. */
  takeAll<T>(step: () => Promise<T>): Promise<T> {
    const result = Promise.all([this.#barrier, ...this.#tails.values()]).then(step);
    this.#tails.clear();
    this.#barrier = settled(result);
    return result;
  }
}

/** Waits for all, however they end. @throws the one reason, or an AggregateError that tells all of them */
export async function together<T>(steps: readonly Promise<T>[]): Promise<readonly T[]> {
  const outcomes = await Promise.allSettled(steps);
  throwAll(outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : [])));
  return outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
}

/** Does nothing for an empty list. @throws the one problem, or an AggregateError that tells all of them */
export function throwAll(problems: readonly unknown[]): void {
  if (problems.length === 1) throw problems[0];
  if (problems.length > 1) throw new AggregateError(problems, problems.map(wordsOf).join("; "));
}

export function wordsOf(problem: unknown): string {
  return problem instanceof Error ? problem.message : String(problem);
}

async function settled(promise: Promise<unknown>): Promise<void> {
  await Promise.allSettled([promise]);
}
