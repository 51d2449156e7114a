// A binary heap of future events on typed arrays: no object is allocated per event. For the scheduler.

/** Something that will happen. One object may have several events under way; `stage` tells them apart. */
export interface Event {
  fire(stage: number): void;
}

/** Names one scheduled event; never 0 and never reused, so that a stale one is harmless. */
export type EventHandle = number;

const initialCapacity = 256;
const slotBits = 22;
const slotCountLimit = 1 << slotBits;
/** Dead events are swept out when there are this many and they outnumber the living. */
const compactionFloor = 64;

/** Ordered by (time, rank). `push` and `pop` are O(log n), `cancel` is O(1) amortised. */
export class EventQueue {
  /** Of the event that `pop` took last. */
  timeUs = 0;
  stage = 0;
  event: Event | null = null;

  #times = new Float64Array(initialCapacity);
  #ranks = new Float64Array(initialCapacity);
  #stages = new Int32Array(initialCapacity);
  #generations = new Int32Array(initialCapacity);
  #events: (Event | null)[] = [];
  #heap = new Int32Array(initialCapacity);
  #size = 0;
  #deadCount = 0;
  readonly #free: number[] = [];
  #slotCount = 0;

  /** Events that will happen; cancelled ones are not counted. */
  get length(): number {
    return this.#size - this.#deadCount;
  }

  push(event: Event, stage: number, timeUs: number, rank: number): EventHandle {
    const slot = this.#free.pop() ?? this.#newSlot();
    this.#times[slot] = timeUs;
    this.#ranks[slot] = rank;
    this.#stages[slot] = stage;
    this.#events[slot] = event;
    this.#siftUp(this.#size++, slot);
    // A slot always has its generation: both arrays grow together. Plus one, so that no handle is 0.
    return (this.#generations[slot]! + 1) * slotCountLimit + slot;
  }

  /** Answers whether the event was still to come. */
  cancel(handle: EventHandle): boolean {
    const slot = handle % slotCountLimit;
    if (slot >= this.#slotCount || this.#generations[slot] !== Math.floor(handle / slotCountLimit) - 1) return false;
    if (this.#events[slot] === null) return false;
    this.#events[slot] = null;
    this.#deadCount++;
    if (this.#deadCount > compactionFloor && this.#deadCount * 2 > this.#size) this.#compact();
    return true;
  }

  /** Takes the next event into `event`, `stage` and `timeUs`; false when there is none. */
  pop(): boolean {
    while (this.#size > 0) {
      const slot = this.#heap[0]!; // size > 0
      this.#removeFirst();
      const event = this.#events[slot];
      if (event === null || event === undefined) {
        this.#deadCount--;
        this.#release(slot);
        continue;
      }
      this.timeUs = this.#times[slot]!; // slot < capacity
      this.stage = this.#stages[slot]!; // slot < capacity
      this.event = event;
      this.#release(slot);
      return true;
    }
    this.event = null;
    return false;
  }

  #newSlot(): number {
    const slot = this.#slotCount++;
    if (slot >= slotCountLimit) throw new RangeError(`more than ${slotCountLimit} events are waiting: something schedules without end`);
    if (slot === this.#times.length) this.#grow();
    return slot;
  }

  #release(slot: number): void {
    this.#events[slot] = null;
    this.#generations[slot] = (this.#generations[slot]! + 1) & 0x3fffffff; // slot < capacity
    this.#free.push(slot);
  }

  #grow(): void {
    const capacity = this.#times.length * 2;
    this.#times = enlarged(this.#times, new Float64Array(capacity));
    this.#ranks = enlarged(this.#ranks, new Float64Array(capacity));
    this.#stages = enlarged(this.#stages, new Int32Array(capacity));
    this.#generations = enlarged(this.#generations, new Int32Array(capacity));
    this.#heap = enlarged(this.#heap, new Int32Array(capacity));
  }

  // The heap's hot loops: every index is below #size, every slot below the capacity, hence the `!`.

  #siftUp(start: number, slot: number): void {
    const heap = this.#heap;
    const times = this.#times;
    const ranks = this.#ranks;
    const time = times[slot]!;
    const rank = ranks[slot]!;
    let index = start;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex]!;
      const parentTime = times[parent]!;
      if (parentTime < time || (parentTime === time && ranks[parent]! < rank)) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = slot;
  }

  #removeFirst(): void {
    this.#size--;
    if (this.#size > 0) this.#siftDown(0, this.#heap[this.#size]!);
  }

  #siftDown(start: number, slot: number): void {
    const heap = this.#heap;
    const times = this.#times;
    const ranks = this.#ranks;
    const size = this.#size;
    const time = times[slot]!;
    const rank = ranks[slot]!;
    let index = start;
    for (;;) {
      let childIndex = 2 * index + 1;
      if (childIndex >= size) break;
      let child = heap[childIndex]!;
      if (childIndex + 1 < size) {
        const other = heap[childIndex + 1]!;
        if (times[other]! < times[child]! || (times[other] === times[child] && ranks[other]! < ranks[child]!)) {
          childIndex++;
          child = other;
        }
      }
      const childTime = times[child]!;
      if (time < childTime || (time === childTime && rank < ranks[child]!)) break;
      heap[index] = child;
      index = childIndex;
    }
    heap[index] = slot;
  }

  #compact(): void {
    const heap = this.#heap;
    let kept = 0;
    for (let index = 0; index < this.#size; index++) {
      const slot = heap[index]!;
      if (this.#events[slot] === null) this.#release(slot);
      else heap[kept++] = slot;
    }
    this.#size = kept;
    this.#deadCount = 0;
    for (let index = (kept >> 1) - 1; index >= 0; index--) this.#siftDown(index, heap[index]!);
  }
}

function enlarged<A extends Float64Array | Int32Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
