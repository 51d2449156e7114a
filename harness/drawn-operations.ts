// The operations of a run as they were really invoked, with what the successful ones answered: its script, and what
// references to earlier outputs are looked up in. In columns, because a run in real time has hundreds of thousands.
import type { Json } from "./json.ts";
import { NameColumn } from "./name-column.ts";
import type { Phase } from "./operation.ts";
import type { ScriptedOperation } from "./plan.ts";
import type { Outputs } from "./references.ts";

export class DrawnOperations implements Outputs {
  #capacity = 256;
  #count = 0;
  #nextId = 0;
  #ids: Float64Array = new Float64Array(this.#capacity);
  #times: Float64Array = new Float64Array(this.#capacity);
  #processes: Int32Array = new Int32Array(this.#capacity);
  readonly #phases = new NameColumn<Phase>();
  readonly #nodes = new NameColumn();
  readonly #inputs: ScriptedOperation["input"][] = [];
  readonly #outputs: (Json | undefined)[] = [];
  /** Where an id is, for those that are not their own position: the ones of a script that was cut down. */
  readonly #positions = new Map<number, number>();

  /** Larger than every id so far. */
  get nextId(): number {
    return this.#nextId;
  }

  /** In order of invocation. */
  add({ id, process, atMs, phase, input, node }: ScriptedOperation): void {
    if (this.#count === this.#capacity) this.#grow();
    const position = this.#count++;
    this.#nextId = Math.max(this.#nextId, id + 1);
    if (id !== position) this.#positions.set(id, position);
    this.#ids[position] = id;
    this.#times[position] = atMs;
    this.#processes[position] = process;
    this.#phases.push(phase);
    this.#nodes.push(node);
    this.#inputs.push(input);
    this.#outputs.push(undefined);
  }

  /** The operation with this id ended ok. */
  answered(id: number, output: Json): void {
    this.#outputs[this.#positionOf(id)] = output;
  }

  /** What the operation answered; undefined unless it ended ok. */
  get(id: number): Json | undefined {
    const position = this.#positionOf(id);
    return this.#ids[position] === id && position < this.#count ? this.#outputs[position] : undefined;
  }

  /** As a script has them. O(n). */
  toArray(): readonly ScriptedOperation[] {
    return this.#inputs.map((input, position) => {
      const node = this.#nodes.at(position);
      return {
        id: this.#ids[position] ?? position,
        process: this.#processes[position] ?? 0,
        atMs: this.#times[position] ?? 0,
        phase: this.#phases.at(position) ?? "warm-up",
        input,
        ...(node === undefined ? {} : { node }),
      };
    });
  }

  #positionOf(id: number): number {
    return this.#positions.get(id) ?? id;
  }

  #grow(): void {
    this.#capacity *= 2;
    const [ids, times, processes] = [this.#ids, this.#times, this.#processes];
    this.#ids = new Float64Array(this.#capacity);
    this.#times = new Float64Array(this.#capacity);
    this.#processes = new Int32Array(this.#capacity);
    this.#ids.set(ids);
    this.#times.set(times);
    this.#processes.set(processes);
  }
}
