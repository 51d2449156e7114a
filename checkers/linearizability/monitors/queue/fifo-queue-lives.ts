// The values of a queue and when they went in and came out, in columns. For the monitor of queues.
import type { Operation } from "../../../../harness/operation.ts";
import type { QueueInput, QueueOutput } from "../../models/fifo-queue-operation.ts";

export type QueueOperation = Operation<QueueInput, QueueOutput>;

export const none = -1;

/**
 * By value that was certainly in the queue: put in during [a, b], taken out during [c, d]; Infinity if never. Tightened by
 * "in before out": b <= d and c >= a.
 */
export interface QueueLives {
  readonly count: number;
  /** Positions of operations; `none` where the value was not taken out. */
  readonly enqueues: Int32Array;
  readonly dequeues: Int32Array;
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly c: Float64Array;
  readonly d: Float64Array;
}

export interface QueueHistory {
  readonly lives: QueueLives;
  /** Dequeues that found the queue empty. */
  readonly empties: Int32Array;
  /** Dequeues of unknown outcome. */
  readonly lost: Int32Array;
}

export interface Contradiction {
  readonly suspects: readonly number[];
}

/** The columns, or operations that contradict each other on one value, or one clause why values cannot be told apart. O(n). */
export function livesOf(operations: readonly QueueOperation[]): QueueHistory | Contradiction | string {
  const values = new Map<string, number>();
  const enqueues: number[] = [];
  for (const [position, { input }] of operations.entries()) {
    if (input.f !== "enqueue") continue;
    if (values.has(input.value)) return `value ${input.value} is enqueued twice`;
    values.set(input.value, enqueues.length);
    enqueues.push(position);
  }
  const dequeues = new Int32Array(enqueues.length).fill(none);
  const empties: number[] = [];
  const lost: number[] = [];
  for (const [position, { input, output, type, completedIndex }] of operations.entries()) {
    if (input.f !== "dequeue") continue;
    if (type !== "ok") lost.push(position);
    else if (output === undefined) return "a completed dequeue has no answer";
    else if (output === null) empties.push(position);
    else {
      const value = values.get(output);
      if (value === undefined) return { suspects: [position] };
      const [enqueue, rival] = [enqueues[value] ?? none, dequeues[value] ?? none];
      if (rival !== none) return { suspects: [enqueue, rival, position] };
      if (completedIndex < (operations[enqueue]?.invokedIndex ?? 0)) return { suspects: [enqueue, position] };
      dequeues[value] = position;
    }
  }
  return { lives: columnsOf(operations, enqueues, dequeues), empties: Int32Array.from(empties), lost: Int32Array.from(lost) };
}

/** An enqueue of unknown outcome counts if and only if its value came out. */
function columnsOf(operations: readonly QueueOperation[], enqueues: readonly number[], dequeues: Int32Array): QueueLives {
  const counted: number[] = [];
  for (const [value, enqueue] of enqueues.entries()) if (dequeues[value] !== none || operations[enqueue]?.type === "ok") counted.push(value);
  const count = counted.length;
  const columns = { a: new Float64Array(count), b: new Float64Array(count), c: new Float64Array(count), d: new Float64Array(count) };
  const [into, out] = [new Int32Array(count), new Int32Array(count)];
  for (const [life, value] of counted.entries()) {
    const [enqueue, dequeue] = [enqueues[value] ?? none, dequeues[value] ?? none];
    const { invokedIndex: a = 0, completedIndex: b = Infinity } = operations[enqueue] ?? {};
    const { invokedIndex: c = Infinity, completedIndex: d = Infinity } = operations[dequeue] ?? {};
    into[life] = enqueue;
    out[life] = dequeue;
    columns.a[life] = a;
    columns.b[life] = Math.min(b, d);
    columns.c[life] = Math.max(c, a);
    columns.d[life] = d;
  }
  return { count, enqueues: into, dequeues: out, ...columns };
}
