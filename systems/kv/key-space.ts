// Keys with revisions, and the changes that led to them. Part of the replicated state; for the machine.

/** A change as watchers see it; `value` null: the key was deleted. */
export type Change = {
  readonly revision: number;
  readonly key: string;
  readonly value: string | null;
};

export type StoredValue = {
  readonly value: string;
  /** Of the change that wrote it. */
  readonly revision: number;
};

export type SavedKeySpace = {
  readonly revision: number;
  readonly compacted: number;
  readonly values: readonly (readonly [key: string, value: string, revision: number])[];
  readonly changes: readonly Change[];
};

export class KeySpace {
  readonly #values = new Map<string, StoredValue>();
  /** The newest changes, in order of revision; older ones are compacted. */
  #changes: Change[] = [];
  readonly #historyLimit: number;
  #revision = 0;
  #compacted = 0;

  /** `historyLimit`: how many changes are kept for watchers. */
  constructor(historyLimit: number) {
    this.#historyLimit = historyLimit;
  }

  /** Of the last change; 0 before the first. */
  get revision(): number {
    return this.#revision;
  }

  /** Changes up to this revision cannot be watched any more. */
  get compacted(): number {
    return this.#compacted;
  }

  get keyCount(): number {
    return this.#values.size;
  }

  find(key: string): StoredValue | null {
    return this.#values.get(key) ?? null;
  }

  /** Keys that begin with `prefix`, sorted by code unit. O(number of keys). */
  keysWith(prefix: string): string[] {
    return [...this.#values.keys()].filter((key) => key.startsWith(prefix)).toSorted();
  }

  /** Answers the revision of the change. */
  put(key: string, value: string): number {
    this.#note({ revision: ++this.#revision, key, value });
    this.#values.set(key, { value, revision: this.#revision });
    return this.#revision;
  }

  /** null: there was nothing to delete, so nothing changed. */
  delete(key: string): number | null {
    if (!this.#values.delete(key)) return null;
    this.#note({ revision: ++this.#revision, key, value: null });
    return this.#revision;
  }

  /** All changes from `revision` on, or null if some of them are compacted. */
  changesFrom(revision: number): readonly Change[] | null {
    if (revision <= this.#compacted && this.#compacted > 0) return null;
    // Every revision is one change, so the first one kept has the revision after the compacted ones.
    return this.#changes.slice(Math.max(0, revision - this.#compacted - 1));
  }

  snapshot(): SavedKeySpace {
    const values = [...this.#values].map(([key, { value, revision }]) => [key, value, revision] as const);
    return { revision: this.#revision, compacted: this.#compacted, values, changes: this.#changes.slice() };
  }

  restore(saved: SavedKeySpace): void {
    this.#revision = saved.revision;
    this.#compacted = saved.compacted;
    this.#changes = saved.changes.slice();
    this.#values.clear();
    for (const [key, value, revision] of saved.values) this.#values.set(key, { value, revision });
  }

  #note(change: Change): void {
    this.#changes.push(change);
    if (this.#changes.length > this.#historyLimit) this.#compacted = this.#changes.shift()?.revision ?? this.#compacted;
  }
}
