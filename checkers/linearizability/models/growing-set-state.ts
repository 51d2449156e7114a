// The state of a growing set. For its model.
//
// A state shares its elements with those that it grew from: they are the first so many of one list that only ever grows, so
// that replaying a linearization of many adds costs O(1) for each. Whoever grows a state that has grown before gets a list
// of its own. A state never changes.

/** Elements in the order in which they came in, and their places. */
interface Entries {
  readonly elements: string[];
  readonly places: Map<string, number>;
}

export class GrowingSetState {
  readonly #entries: Entries;
  readonly #size: number;

  private constructor(entries: Entries, size: number) {
    this.#entries = entries;
    this.#size = size;
  }

  static empty(): GrowingSetState {
    return new GrowingSetState({ elements: [], places: new Map() }, 0);
  }

  /** The state with one more element; itself if it has it. O(1), or O(size) if this state has grown before. */
  with(element: string): GrowingSetState {
    if (this.#has(element)) return this;
    const entries = this.#ownEntries();
    entries.places.set(element, this.#size);
    entries.elements.push(element);
    return new GrowingSetState(entries, this.#size + 1);
  }

  /** Whether these are all its elements, each once, in any order. O(size). */
  consistsOf(elements: readonly string[]): boolean {
    if (elements.length !== this.#size) return false;
    const isShown = new Uint8Array(this.#size);
    for (const element of elements) {
      const place = this.#entries.places.get(element) ?? this.#size;
      if (place >= this.#size || isShown[place] === 1) return false;
      isShown[place] = 1;
    }
    return true;
  }

  /** All elements, sorted. O(size log size). */
  elements(): readonly string[] {
    return this.#entries.elements.slice(0, this.#size).toSorted();
  }

  #has(element: string): boolean {
    const place = this.#entries.places.get(element);
    return place !== undefined && place < this.#size;
  }

  /** Entries that nobody has grown beyond this state; those of the empty state stay empty, for it may live as long as its model. */
  #ownEntries(): Entries {
    if (this.#size > 0 && this.#entries.elements.length === this.#size) return this.#entries;
    const elements = this.#entries.elements.slice(0, this.#size);
    return { elements, places: new Map(elements.map((element, place) => [element, place])) };
  }
}
