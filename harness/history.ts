// The record of one run: what clients did, what was broken, what nodes stated as fact, in the order in which the one
// recorder saw it. In memory it is columns; `operations` pairs them up for checkers. Pure; files are `history-file.ts`.
import type { Json, JsonObject } from "./json.ts";
import { NameColumn } from "./name-column.ts";
import type { Input, NodeName, Operation, OutcomeType, Phase } from "./operation.ts";

export type EventType = "invoke" | OutcomeType | "fault" | "fact";

/** One line of `history.jsonl`. The order of a history is `index`, never the time. */
export interface HistoryEvent {
  readonly index: number;
  /** Recorder's monotonic clock, nanoseconds since the start of the run. */
  readonly timeNs: number;
  /** Clients: 0, 1, 2 ...; -1 for faults and facts. */
  readonly process: number;
  readonly type: EventType;
  /** The action of an operation, the kind of a fault or of a fact. */
  readonly f: string;
  readonly node?: NodeName;
  readonly phase: Phase;
  /** Invocation: the input without `f`; `ok`: the output; fault and fact: their data. */
  readonly value?: Json;
  readonly error?: string;
}

/** What the nemesis did at one moment. `skip`: planned, but not possible or not allowed then, with the reason. */
export interface FaultEvent {
  readonly index: number;
  readonly timeNs: number;
  readonly id: string;
  readonly kind: string;
  readonly action: "inject" | "lift" | "skip" | "died" | "restarted";
  /** The nodes that were really hit. */
  readonly victims: readonly NodeName[];
  /** Shape, parameters, and on `lift` how many messages, operations or bytes were really affected. */
  readonly detail: JsonObject;
}

/** A statement of a node for invariants, see `Probe.fact`. */
export interface Fact {
  readonly index: number;
  readonly timeNs: number;
  readonly node: NodeName;
  readonly incarnation: number;
  readonly kind: string;
  readonly data: JsonObject;
}

export type NewEvent = Omit<HistoryEvent, "index">;

const typeNames: readonly EventType[] = ["invoke", "ok", "fail", "info", "fault", "fact"];
const typeCodes: Readonly<Record<EventType, number>> = { invoke: 0, ok: 1, fail: 2, info: 3, fault: 4, fact: 5 };
const phaseNames: readonly Phase[] = ["warm-up", "faults", "core-liveness", "final"];
const phaseCodes: Readonly<Record<Phase, number>> = { "warm-up": 0, faults: 1, "core-liveness": 2, final: 3 };

/** An append-only history that is being recorded or read. */
export class HistoryBuilder {
  #capacity: number;
  #count = 0;
  #times: Float64Array;
  #processes: Int32Array;
  #types: Uint8Array;
  #phases: Uint8Array;
  readonly #functions = new NameColumn();
  readonly #nodes = new NameColumn();
  readonly #values: (Json | undefined)[] = [];
  /** Of few events, by index. */
  readonly #errors = new Map<number, string>();

  constructor(capacity = 256) {
    this.#capacity = capacity;
    this.#times = new Float64Array(capacity);
    this.#processes = new Int32Array(capacity);
    this.#types = new Uint8Array(capacity);
    this.#phases = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#count;
  }

  /**
   * Appends and answers the index of the new event. The value of an invocation may be the whole input, `f` included: then
   * nothing has to be copied.
   */
  append(event: NewEvent): number {
    if (this.#count === this.#capacity) this.#grow();
    const index = this.#count++;
    this.#times[index] = event.timeNs;
    this.#processes[index] = event.process;
    this.#types[index] = typeCodes[event.type];
    this.#phases[index] = phaseCodes[event.phase];
    this.#functions.push(event.f);
    this.#nodes.push(event.node);
    this.#values.push(event.value);
    if (event.error !== undefined) this.#errors.set(index, event.error);
    return index;
  }

  /** The history so far; later appends do not change it (they write behind what it sees). `isCut`: the recording ended before the run did. */
  build(options: { readonly isCut?: boolean } = {}): History {
    return new History(
      {
        count: this.#count,
        times: this.#times.subarray(0, this.#count),
        processes: this.#processes.subarray(0, this.#count),
        types: this.#types.subarray(0, this.#count),
        phases: this.#phases.subarray(0, this.#count),
        functions: this.#functions,
        nodes: this.#nodes,
        values: this.#values,
        errors: this.#errors,
      },
      options.isCut ?? false,
    );
  }

  #grow(): void {
    this.#capacity *= 2;
    this.#times = enlarged(this.#times, new Float64Array(this.#capacity));
    this.#processes = enlarged(this.#processes, new Int32Array(this.#capacity));
    this.#types = enlarged(this.#types, new Uint8Array(this.#capacity));
    this.#phases = enlarged(this.#phases, new Uint8Array(this.#capacity));
  }
}

function enlarged<A extends { set(from: A): void }>(from: A, to: A): A {
  to.set(from);
  return to;
}

interface Columns {
  readonly count: number;
  readonly times: Float64Array;
  readonly processes: Int32Array;
  readonly types: Uint8Array;
  readonly phases: Uint8Array;
  // Shared with the builder, which only ever writes behind `count`.
  readonly functions: NameColumn;
  readonly nodes: NameColumn;
  readonly values: readonly (Json | undefined)[];
  readonly errors: ReadonlyMap<number, string>;
}

/**
 * A finished record. `History<I, O>` after a workload decoded it (`decode`), else inputs and outputs are plain JSON.
 * Every completion belongs to the open invocation of its process; `pair` finds it in O(n) once.
 */
export class History<I extends Input = Input, O extends Json = Json> {
  readonly isCut: boolean;
  readonly #columns: Columns;
  #operations: readonly Operation<I, O>[] | undefined;
  #facts: readonly Fact[] | undefined;

  constructor(columns: Columns, isCut: boolean, operations?: readonly Operation<I, O>[]) {
    this.#columns = columns;
    this.isCut = isCut;
    this.#operations = operations;
  }

  /** Number of events. */
  get length(): number {
    return this.#columns.count;
  }

  event(index: number): HistoryEvent {
    const { times, processes, types, phases, functions, nodes, values, errors } = this.#columns;
    const type = typeNames[types[index] ?? 0] ?? "invoke";
    const [node, value, error] = [nodes.at(index), type === "invoke" ? withoutFunction(values[index]) : values[index], errors.get(index)];
    return {
      index,
      timeNs: times[index] ?? 0,
      process: processes[index] ?? -1,
      type,
      f: functions.at(index) ?? "",
      phase: phaseNames[phases[index] ?? 0] ?? "warm-up",
      ...(node === undefined ? {} : { node }),
      ...(value === undefined ? {} : { value }),
      ...(error === undefined ? {} : { error }),
    };
  }

  *events(): IterableIterator<HistoryEvent> {
    for (let index = 0; index < this.length; index++) yield this.event(index);
  }

  /** All operations in order of invocation. */
  get operations(): readonly Operation<I, O>[] {
    // The cast is the boundary where a workload's `decode` has vouched for I and O.
    this.#operations ??= pair(this.#columns) as unknown as readonly Operation<I, O>[];
    return this.#operations;
  }

  /** How the operations ended; one that never completed counts as `info`. O(n), and builds no operation that nobody has asked for. */
  countOutcomes(): Record<OutcomeType, number> {
    const counts = { ok: 0, fail: 0, info: 0 };
    if (this.#operations === undefined) return countPaired(this.#columns, counts);
    for (const { type } of this.#operations) counts[type]++;
    return counts;
  }

  /** The same record with typed operations; the decoder may throw a UsageError for foreign histories. */
  decode<I2 extends Input, O2 extends Json>(decoder: (operation: Operation) => Operation<I2, O2>): History<I2, O2> {
    const plain = this.#operations as readonly Operation[] | undefined;
    return new History<I2, O2>(this.#columns, this.isCut, (plain ?? pair(this.#columns)).map(decoder));
  }

  /** The same record cut down to some operations (ids kept), e.g. one partition. Order and indices are unchanged. */
  withOperations(operations: readonly Operation<I, O>[]): History<I, O> {
    return new History<I, O>(this.#columns, this.isCut, operations);
  }

  get faults(): readonly FaultEvent[] {
    const found: FaultEvent[] = [];
    for (let index = 0; index < this.length; index++) {
      if (this.#columns.types[index] === typeCodes.fault) found.push(faultEvent(this.event(index)));
    }
    return found;
  }

  get facts(): readonly Fact[] {
    this.#facts ??= factsOf(this.#columns);
    return this.#facts;
  }
}

/** As `pair` would find them. */
function countPaired({ count, processes, types }: Columns, counts: Record<OutcomeType, number>): Record<OutcomeType, number> {
  const open = new Set<number>();
  for (let index = 0; index < count; index++) {
    const type = typeNames[types[index] ?? 0] ?? "invoke";
    if (type === "fact" || type === "fault") continue;
    const process = processes[index] ?? -1;
    if (type === "invoke") {
      open.add(process);
      counts.info++;
    } else if (open.delete(process)) {
      counts.info--;
      counts[type]++;
    }
  }
  return counts;
}

/** Invocations with their completions: at most one is open per process. */
function pair(columns: Columns): Operation[] {
  const invocations: number[] = [];
  const completions: (number | undefined)[] = [];
  const open = new Map<number, number>();
  for (let index = 0; index < columns.count; index++) {
    const type = columns.types[index];
    if (type === typeCodes.fact || type === typeCodes.fault) continue;
    const process = columns.processes[index] ?? -1;
    if (type === typeCodes.invoke) {
      open.set(process, invocations.length);
      invocations.push(index);
      completions.push(undefined);
      continue;
    }
    const position = open.get(process);
    if (position === undefined) continue;
    open.delete(process);
    completions[position] = index;
  }
  return invocations.map((index, id) => operationOf(columns, { id, index, completion: completions[id] }));
}

function operationOf(
  columns: Columns,
  { id, index, completion }: { readonly id: number; readonly index: number; readonly completion: number | undefined },
): Operation {
  const value = columns.values[index];
  const node = columns.nodes.at(index);
  const type = completion === undefined ? "info" : outcomeTypeOf(columns, completion);
  const operation: Writable<Operation> = {
    id,
    process: columns.processes[index] ?? -1,
    phase: phaseNames[columns.phases[index] ?? 0] ?? "warm-up",
    input: { ...(isObject(value) ? value : {}), f: columns.functions.at(index) ?? "" },
    type,
    invokedIndex: index,
    completedIndex: completion === undefined || type === "info" ? Infinity : completion,
    invokedNs: columns.times[index] ?? 0,
    completedNs: completion === undefined ? Infinity : (columns.times[completion] ?? 0),
  };
  if (node !== undefined) operation.node = node;
  if (completion === undefined) operation.error = "never completed";
  else if (type === "ok") operation.output = columns.values[completion] ?? null;
  else operation.error = columns.errors.get(completion) ?? "no reason recorded";
  return operation;
}

function outcomeTypeOf({ types }: Columns, completion: number): OutcomeType {
  const type = types[completion];
  return type === typeCodes.ok ? "ok" : type === typeCodes.fail ? "fail" : "info";
}

/** While it is being built: members that may be missing are assigned, since spreading them costs more than the rest together. */
type Writable<T> = { -readonly [Name in keyof T]: T[Name] };

function factsOf(columns: Columns): Fact[] {
  const facts: Fact[] = [];
  for (let index = 0; index < columns.count; index++) if (columns.types[index] === typeCodes.fact) facts.push(factOf(columns, index));
  return facts;
}

function faultEvent(event: HistoryEvent): FaultEvent {
  const value = isObject(event.value) ? event.value : {};
  // Written by the runner in `recordFault`; a foreign file may lack members, hence the defaults.
  return {
    index: event.index,
    timeNs: event.timeNs,
    kind: event.f,
    id: typeof value["id"] === "string" ? value["id"] : "",
    action: (value["action"] ?? "inject") as FaultEvent["action"],
    victims: Array.isArray(value["victims"]) ? value["victims"].map(String) : [],
    detail: isObject(value["detail"]) ? value["detail"] : {},
  };
}

function factOf(columns: Columns, index: number): Fact {
  const value = columns.values[index];
  const members = isObject(value) ? value : {};
  return {
    index,
    timeNs: columns.times[index] ?? 0,
    node: columns.nodes.at(index) ?? "",
    incarnation: Number(members["incarnation"] ?? 0),
    kind: columns.functions.at(index) ?? "",
    data: isObject(members["data"]) ? members["data"] : {},
  };
}

/** The input of an invocation as files have it: what was done is a member of the event. */
export function withoutFunction(value: Json | undefined): Json | undefined {
  if (!isObject(value) || value["f"] === undefined) return value;
  const { f: _f, ...rest } = value;
  return rest;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
