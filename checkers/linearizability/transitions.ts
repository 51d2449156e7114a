// The model as the searches see it: states are small integers, and a step that was taken before is looked up.
import type { Json } from "../../harness/json.ts";
import type { Input, Operation } from "../../harness/operation.ts";
import type { Model } from "./model.ts";

/** Answer of `Transitions.next` when the output is impossible in that state. */
export const illegal = -1;

const unseen = -2;
const maximalTableCells = 1 << 22;

/**
 * States interned to 0, 1, 2 ... (0 is the initial one). In classes mode, operations of equal input and output are one
 * class, and `next` is a table lookup; otherwise it calls the model, which is cheaper for short histories.
 */
export class Transitions<S, I extends Input, O extends Json> {
  readonly #model: Model<S, I, O>;
  readonly #ids = new Map<unknown, number>();
  readonly #states: S[] = [];
  #operations: readonly Operation<I, O>[] = [];
  #classes = new Int32Array(0);
  #classCount = 0;
  #table = new Int32Array(0);

  constructor(model: Model<S, I, O>) {
    this.#model = model;
  }

  /** Forgets everything and starts on these operations. */
  start(operations: readonly Operation<I, O>[], options: { readonly withClasses: boolean }): void {
    this.#ids.clear();
    this.#states.length = 0;
    this.#operations = operations;
    this.#classCount = 0;
    if (options.withClasses) this.#classify();
    this.#intern(this.#model.initial);
  }

  /** Lets go of operations and states; the buffers stay. */
  release(): void {
    this.#operations = [];
    this.#ids.clear();
    this.#states.length = 0;
  }

  /** Class of an operation; only in classes mode. Operations of one class have the same effect and the same legality. */
  classOf(operation: number): number {
    return this.#classes[operation] ?? 0;
  }

  get classCount(): number {
    return this.#classCount;
  }

  state(id: number): S {
    const state = this.#states[id];
    if (state === undefined) throw new Error(`Assertion failed: no state ${id}`);
    return state;
  }

  /** The state after an operation (its position), or `illegal`. */
  next(state: number, operation: number): number {
    if (this.#classCount === 0) return this.#compute(state, operation);
    const cell = state * this.#classCount + (this.#classes[operation] ?? 0);
    if (cell >= this.#table.length) {
      if (cell >= maximalTableCells) return this.#compute(state, operation);
      this.#table = enlarged(this.#table, Math.min(maximalTableCells, Math.max(cell + 1, this.#table.length * 2)));
    }
    const known = this.#table[cell] ?? unseen;
    if (known !== unseen) return known;
    const next = this.#compute(state, operation);
    this.#table[cell] = next;
    return next;
  }

  #compute(state: number, position: number): number {
    const operation = this.#operations[position];
    if (operation === undefined) throw new Error(`Assertion failed: no operation at ${position}`);
    const next = this.#model.step(this.state(state), operation.input, operation.type === "ok" ? operation.output : undefined);
    return next === undefined ? illegal : this.#intern(next);
  }

  #intern(state: S): number {
    const key = this.#model.stateKey === undefined ? state : this.#model.stateKey(state);
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.#states.length;
    this.#ids.set(key, id);
    this.#states.push(state);
    return id;
  }

  #classify(): void {
    const ids = new Map<string, number>();
    this.#classes = new Int32Array(this.#operations.length);
    for (const [position, operation] of this.#operations.entries()) {
      const key = operation.type === "ok" ? JSON.stringify([operation.input, operation.output]) : `?${this.#pendingClass(operation.input)}`;
      let id = ids.get(key);
      if (id === undefined) ids.set(key, (id = ids.size));
      this.#classes[position] = id;
    }
    this.#classCount = ids.size;
    this.#table = new Int32Array(Math.min(maximalTableCells, 64 * ids.size)).fill(unseen);
  }

  #pendingClass(input: I): string {
    return this.#model.pendingClass?.(input) ?? JSON.stringify(input);
  }
}

function enlarged(table: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(table);
  return larger.fill(unseen, table.length);
}
