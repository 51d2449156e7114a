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

  #times: Float64Array;
  #ranks: Float64Array;
  #stages: Int32Array;
  #generations: Int32Array;
  #heap: Int32Array;
  #events: (Event | null)[] = [];
  #size = 0;
  #deadCount = 0;
  readonly #free: number[] = [];
  #slotCount = 0;

  constructor() {
    ({ times: this.#times, ranks: this.#ranks, stages: this.#stages, generations: this.#generations, heap: this.#heap } = columnsOf(initialCapacity));
  }

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
    const larger = columnsOf(this.#times.length * 2);
    this.#times = enlarged(this.#times, larger.times);
    this.#ranks = enlarged(this.#ranks, larger.ranks);
    this.#stages = enlarged(this.#stages, larger.stages);
    this.#generations = enlarged(this.#generations, larger.generations);
    this.#heap = enlarged(this.#heap, larger.heap);
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

interface QueueColumns {
  readonly times: Float64Array;
  readonly ranks: Float64Array;
  readonly stages: Int32Array;
  readonly generations: Int32Array;
  readonly heap: Int32Array;
}

/** All in one buffer: buffers are what is dear about a queue that lives for one short run. */
function columnsOf(capacity: number): QueueColumns {
  const buffer = new ArrayBuffer(capacity * 28);
  return {
    times: new Float64Array(buffer, 0, capacity),
    ranks: new Float64Array(buffer, capacity * 8, capacity),
    stages: new Int32Array(buffer, capacity * 16, capacity),
    generations: new Int32Array(buffer, capacity * 20, capacity),
    heap: new Int32Array(buffer, capacity * 24, capacity),
  };
}

function enlarged<A extends Float64Array | Int32Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
