// The model as the plain search sees it: states are small integers, and steps are remembered. For that search.
import { assert } from "../../../harness/errors.ts";
import type { Json } from "../../../harness/json.ts";
import type { Input, Operation } from "../../../harness/operation.ts";
import type { Model } from "../model.ts";
import type { StepMeter } from "./search.ts";
import { stateSizeBytes } from "./transitions.ts";

/** Answer of `PlainStates.next` when the output is impossible in that state. */
export const illegal = -1;

const unseen = -2;
const maximalTableCells = 1 << 20;
/** Share of the memory limit that the table of transitions may take. */
const tableShare = 1 / 8;

/** States interned to 0, 1, 2 ... and steps remembered per state and operation, as far as a table of bounded size reaches. */
export class PlainStates<S, I extends Input, O extends Json> {
  readonly #model: Model<S, I, O>;
  readonly #operations: readonly Operation<I, O>[];
  readonly #meter: StepMeter;
  readonly #maximalCells: number;
  readonly #ids = new Map<unknown, number>();
  readonly #states: S[] = [];
  #table: Int32Array;
  #stateBytes = 0;

  constructor(
    model: Model<S, I, O>,
    operations: readonly Operation<I, O>[],
    { meter, memoryBytes }: { readonly meter: StepMeter; readonly memoryBytes: number },
  ) {
    this.#model = model;
    this.#operations = operations;
    this.#meter = meter;
    this.#maximalCells = Math.min(maximalTableCells, Math.floor((memoryBytes * tableShare) / Int32Array.BYTES_PER_ELEMENT));
    this.#table = new Int32Array(Math.min(this.#maximalCells, 4 * operations.length)).fill(unseen);
    this.#intern(model.initial);
  }

  get sizeBytes(): number {
    return this.#table.byteLength + this.#stateBytes;
  }

  next(state: number, position: number): number {
    const cell = state * this.#operations.length + position;
    if (cell >= this.#maximalCells) return this.#compute(state, position);
    if (cell >= this.#table.length) this.#enlarge(cell + 1);
    const known = this.#table[cell] ?? unseen;
    if (known !== unseen) return known;
    return (this.#table[cell] = this.#compute(state, position));
  }

  #compute(id: number, position: number): number {
    this.#meter.charge();
    const operation = this.#operations[position];
    const state = this.#states[id];
    assert(operation !== undefined && state !== undefined, "the search asks for steps that exist");
    const isCompleted = operation.type === "ok";
    const next = this.#model.step(state, operation.input, isCompleted ? operation.output : undefined);
    if (next === undefined) return isCompleted ? illegal : id;
    return this.#intern(next);
  }

  #intern(state: S): number {
    const key = this.#model.stateKey === undefined ? state : this.#model.stateKey(state);
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.#states.length;
    this.#ids.set(key, id);
    this.#states.push(state);
    this.#stateBytes += stateSizeBytes(key, state);
    return id;
  }

  #enlarge(cells: number): void {
    const larger = new Int32Array(Math.min(this.#maximalCells, Math.max(cells, 2 * this.#table.length)));
    larger.set(this.#table);
    this.#table = larger.fill(unseen, this.#table.length);
  }
}
