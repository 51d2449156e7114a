// The model as the searches see it: states are small integers, and a step that was taken before is looked up.
import type { Json } from "../../../harness/json.ts";
import type { Input, Operation } from "../../../harness/operation.ts";
import { classesOf, effectsOf, noValue } from "./effects.ts";
import type { Effects, GrowingStates } from "./effects.ts";
import type { Model } from "../model.ts";
import type { StepMeter } from "./search.ts";

/** Answer of `Transitions.next` when the output is impossible in that state. */
export const illegal = -1;

const unseen = -2;
const empty = new Int32Array(0);
const maximalTableCells = 1 << 22;
const initialRows = 64;
/** Share of the memory limit that the table may take. */
const tableShare = 1 / 8;

export interface TransitionsOptions {
  readonly withClasses: boolean;
  readonly memoryBytes: number;
  /** Hears of every step that the model is asked for. */
  readonly meter: StepMeter;
}

/**
 * States interned to 0, 1, 2 ... In classes mode, operations of equal input and output are one class, and `next` is a table
 * lookup, or a comparison where the model tells the effects; otherwise it calls the model, which is cheaper for short histories.
 */
export class Transitions<S, I extends Input, O extends Json> {
  readonly #model: Model<S, I, O>;
  readonly #ids = new Map<unknown, number>();
  readonly #states: S[] = [];
  #operations: readonly Operation<I, O>[] = [];
  #classes: Int32Array = empty;
  #classCount = 0;
  #table = empty;
  #maximalCells = 0;
  #meter: StepMeter | undefined;
  #effects: Effects | undefined;
  readonly #growing: GrowingStates<S>;
  /** Where states grow: the values that operations ask about, and the number of all states that cannot become any of them. */
  #asked: ReadonlySet<number> | undefined;
  #barren = noValue;
  #stateBytes = 0;

  constructor(model: Model<S, I, O>) {
    this.#model = model;
    const states = this.#states;
    this.#growing = {
      intern: (state) => this.#intern(state),
      get count() {
        return states.length;
      },
      askAbout: (values) => (this.#asked = values),
      mayGrow: (state, value) => this.#mayGrow(this.state(state), value),
    };
  }

  /** Forgets everything and starts on these operations. */
  start(operations: readonly Operation<I, O>[], { withClasses, memoryBytes, meter }: TransitionsOptions): void {
    this.release();
    this.#operations = operations;
    this.#meter = meter;
    this.#maximalCells = Math.min(maximalTableCells, Math.floor((memoryBytes * tableShare) / Int32Array.BYTES_PER_ELEMENT));
    this.#intern(this.#model.initial);
    if (!withClasses) return;
    this.#effects = effectsOf(this.#model, operations, this.#growing);
    if (this.#effects === undefined || this.#effects.grows !== undefined) this.#classify();
    else ({ classes: this.#classes, classCount: this.#classCount } = classesOf(this.#effects));
  }

  /** Where every linearization begins. */
  get initial(): number {
    return this.#effects?.initial ?? 0;
  }

  /** What the operations ask and leave, in classes mode, if the model tells; then states are its values. */
  get effects(): Effects | undefined {
    return this.#effects;
  }

  /** Lets go of operations, states and the table. */
  release(): void {
    this.#operations = [];
    this.#meter = undefined;
    this.#effects = undefined;
    this.#asked = undefined;
    this.#barren = noValue;
    if (this.#states.length > 0) this.#ids.clear();
    this.#states.length = 0;
    this.#stateBytes = 0;
    this.#classCount = 0;
    this.#classes = empty;
    if (this.#table.length > 0) this.#table.buffer.transfer(0); // frees it at once
    this.#table = empty;
  }

  /** What states and table occupy, the states by estimate. */
  get sizeBytes(): number {
    const effectBytes = this.#effects === undefined ? 0 : 3 * this.#effects.from.byteLength + this.#effects.isPending.byteLength;
    return this.#stateBytes + this.#table.byteLength + this.#classes.byteLength + effectBytes;
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
    if (this.#effects !== undefined && this.#effects.grows?.[operation] !== 1) return afterEffect(this.#effects, state, operation);
    if (state === this.#barren) return state;
    if (this.#classCount === 0) return this.#compute(state, operation);
    const cell = state * this.#classCount + (this.#classes[operation] ?? 0);
    if (cell >= this.#table.length) {
      if (cell >= this.#maximalCells) return this.#compute(state, operation);
      this.#table = enlarged(this.#table, Math.min(this.#maximalCells, Math.max(cell + 1, this.#table.length * 2)));
    }
    const known = this.#table[cell] ?? unseen;
    if (known !== unseen) return known;
    const next = this.#compute(state, operation);
    this.#table[cell] = next;
    return next;
  }

  #compute(state: number, position: number): number {
    this.#meter?.charge();
    const operation = this.#operations[position];
    if (operation === undefined) throw new Error(`Assertion failed: no operation at ${position}`);
    const next = this.#model.step(this.state(state), operation.input, operation.type === "ok" ? operation.output : undefined);
    return next === undefined ? illegal : this.#intern(next);
  }

  #intern(state: S): number {
    const key = this.#model.stateKey === undefined ? state : this.#model.stateKey(state);
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const isBarren = this.#asked !== undefined && !this.#asked.values().some((value) => this.#mayGrow(state, value));
    if (isBarren && this.#barren !== noValue) return this.#barren;
    const id = this.#states.length;
    if (isBarren) this.#barren = id;
    this.#ids.set(key, id);
    this.#states.push(state);
    this.#stateBytes += stateSizeBytes(key, state);
    return id;
  }

  #mayGrow(state: S, value: number): boolean {
    return this.#model.mayGrowInto === undefined || this.#model.mayGrowInto(state, this.state(value));
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
    this.#table = new Int32Array(Math.min(this.#maximalCells, initialRows * ids.size)).fill(unseen);
  }

  #pendingClass(input: I): string {
    return this.#model.pendingClass?.(input) ?? JSON.stringify(input);
  }
}

function enlarged(table: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(table);
  larger.fill(unseen, table.length);
  if (table.length > 0) table.buffer.transfer(0); // frees it at once
  return larger;
}

function afterEffect({ from, not, to, isPending }: Effects, state: number, operation: number): number {
  const asked = from[operation];
  if (asked !== noValue && asked !== state) return isPending[operation] === 1 ? state : illegal;
  if (not[operation] === state) return illegal;
  const left = to[operation] ?? noValue;
  return left === noValue ? state : left;
}

/**
 * About what an interned state occupies: two table entries, the key if it is a string, and where the key is not the state
 * itself, twice as much again for what is behind it (measured on queues and strings: a fifth to a half too much).
 */
export function stateSizeBytes(key: unknown, state: unknown): number {
  const length = typeof key === "string" ? key.length : 0;
  return 96 + (key === state ? length : 3 * length);
}
