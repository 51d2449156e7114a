// Histories of an atomic object under simulated clients: valid by construction, unless one answer is falsified. For tests and
// benchmarks of the searches, and for authors of models who want to see theirs at work.
import { HistoryBuilder } from "../../../harness/history.ts";
import type { History } from "../../../harness/history.ts";
import type { Json } from "../../../harness/json.ts";
import type { Input, Operation, Outcome } from "../../../harness/operation.ts";
import type { Random } from "../../../harness/random.ts";
import type { Model } from "../model.ts";

/** An object that can be simulated: what clients ask it, and what it answers. */
export interface SimulatedObject<S, I extends Input, O extends Json> {
  readonly model: Model<S, I, O>;
  /** An input; `count` inputs were drawn before it, for distinct values. `present`: for inputs that fit the moment. */
  draw(random: Random, count: number, present?: Present<S, I>): I;
  /** The right answer in this state. */
  answer(state: S, input: I): O;
  /** Some answer of the right shape, mostly wrong; undefined if there is only one. Near the `given` one, if there is one. */
  falsify(input: I, random: Random, given?: O): O | undefined;
}

/** What may be known when an input is drawn. */
export interface Present<S, I> {
  /** Of the client that will ask. */
  readonly process: number;
  /** All inputs so far, in order of invocation. */
  readonly inputs: readonly I[];
  /** Of the object that such an input concerns. */
  state(input: I): S;
}

export interface SimulationOptions {
  readonly clientCount: number;
  readonly operationCount: number;
  /** Chance that nobody hears the outcome of an operation; half of those take effect, some later moment. */
  readonly indeterminate: number;
  /** Falsify one answer, if there is one, in the last tenth of the history (`late`) or anywhere. */
  readonly bad?: "late" | "anywhere";
  /** Chance that an operation fails: it certainly has no effect. Default 0. */
  readonly failed?: number;
}

/**
 * Each client moves through invoke, apply, complete; a random client moves at each moment. The position of a history event
 * is its moment. A client whose operation has an unknown outcome goes on under a new process number.
 */
export function simulateOperations<S, I extends Input, O extends Json>(
  object: SimulatedObject<S, I, O>,
  options: SimulationOptions,
  random: Random,
): Operation<I, O>[] {
  const simulation = new Simulation(object, options, random);
  return falsified(object, simulation.run(), options, random);
}

/** The same as a history with events, as a recorder would have written it. */
export function historyOf<I extends Input, O extends Json>(operations: readonly Operation<I, O>[]): History<I, O> {
  const builder = new HistoryBuilder();
  const events = operations.flatMap((operation) => [
    { at: operation.invokedIndex, operation, isInvocation: true },
    ...(operation.type === "info" ? [] : [{ at: operation.completedIndex, operation, isInvocation: false }]),
  ]);
  events.sort((one, other) => one.at - other.at || Number(other.isInvocation) - Number(one.isInvocation));
  for (const { operation, isInvocation } of events) {
    const { f, ...value } = operation.input;
    const shared = { process: operation.process, f, phase: operation.phase };
    if (isInvocation) builder.append({ ...shared, timeNs: builder.length * 1000, type: "invoke", value });
    else if (operation.type === "ok") builder.append({ ...shared, timeNs: builder.length * 1000, type: "ok", value: operation.output ?? null });
    else builder.append({ ...shared, timeNs: builder.length * 1000, type: "fail", error: operation.error ?? "failed" });
  }
  const history = builder.build();
  // Pairing has renumbered the events and knows no types; inputs and outputs are those given.
  return history.decode<I, O>(({ output: _untyped, ...operation }) => {
    const original = operations[operation.id];
    if (original === undefined) throw new Error(`Assertion failed: no operation ${operation.id}`);
    const { input, output } = original;
    return { ...operation, input, ...(output === undefined ? {} : { output }) };
  });
}

interface ClientState<I, O> {
  readonly process: number;
  readonly id: number;
  readonly input: I;
  readonly invokedIndex: number;
  readonly applied: { readonly output: O } | undefined;
}

class Simulation<S, I extends Input, O extends Json> {
  readonly #object: SimulatedObject<S, I, O>;
  readonly #options: SimulationOptions;
  readonly #random: Random;
  readonly #clients: (ClientState<I, O> | undefined)[] = [];
  readonly #processes: number[];
  readonly #operations: Operation<I, O>[] = [];
  readonly #inputs: I[] = [];
  readonly #orphans: I[] = [];
  #states = new Map<string, S>();
  #moment = 0;

  constructor(object: SimulatedObject<S, I, O>, options: SimulationOptions, random: Random) {
    this.#object = object;
    this.#options = options;
    this.#random = random;
    this.#processes = Array.from({ length: options.clientCount }, (_, client) => client);
  }

  run(): Operation<I, O>[] {
    for (;;) {
      const hasMore = this.#operations.length < this.#options.operationCount;
      const able = this.#processes.keys().filter((client) => hasMore || this.#clients[client] !== undefined);
      const clients = [...able];
      if (clients.length === 0) return this.#operations;
      this.#move(this.#random.pick(clients, "client"));
      const orphan = this.#orphans[0];
      if (orphan !== undefined && this.#random.chance(0.1, "orphan")) {
        this.#orphans.shift();
        this.#apply(orphan);
      }
    }
  }

  #move(slot: number): void {
    const client = this.#clients[slot];
    if (client === undefined) this.#invoke(slot);
    else if (client.applied !== undefined) this.#complete(slot, client, { type: "ok", output: client.applied.output });
    else if (this.#options.failed !== undefined && this.#random.chance(this.#options.failed, "failed"))
      this.#complete(slot, client, { type: "fail", error: "refused" });
    else if (this.#random.chance(this.#options.indeterminate, "lost")) this.#lose(slot, client);
    else this.#clients[slot] = { ...client, applied: { output: this.#apply(client.input) } };
  }

  #invoke(slot: number): void {
    const id = this.#operations.length;
    const process = this.#processes[slot] ?? slot;
    const input = this.#object.draw(this.#random, id, { process, inputs: this.#inputs, state: (concerned) => this.#stateOf(concerned) });
    this.#inputs.push(input);
    const invokedIndex = this.#moment++;
    this.#clients[slot] = { process, id, input, invokedIndex, applied: undefined };
    const invokedNs = invokedIndex * 1000;
    this.#operations.push({
      id,
      process,
      phase: "faults",
      input,
      type: "info",
      error: "never completed",
      invokedIndex,
      completedIndex: Infinity,
      invokedNs,
      completedNs: Infinity,
    });
  }

  #complete(slot: number, client: ClientState<I, O>, outcome: Outcome<O>): void {
    this.#clients[slot] = undefined;
    const completedIndex = this.#moment++;
    const { id, process, input, invokedIndex } = client;
    this.#operations[id] = {
      id,
      process,
      phase: "faults",
      input,
      ...outcome,
      invokedIndex,
      completedIndex,
      invokedNs: invokedIndex * 1000,
      completedNs: completedIndex * 1000,
    };
  }

  #lose(slot: number, client: ClientState<I, O>): void {
    this.#clients[slot] = undefined;
    this.#processes[slot] = Math.max(...this.#processes) + 1;
    if (this.#random.chance(0.5, "takes effect")) this.#orphans.push(client.input);
  }

  #apply(input: I): O {
    const { model } = this.#object;
    const state = this.#stateOf(input);
    const output = this.#object.answer(state, input);
    const next = model.step(state, input, output);
    if (next === undefined) throw new Error(`Assertion failed: the simulated ${model.name} gave an answer that its model forbids`);
    this.#states.set(this.#keyOf(input), next);
    return output;
  }

  #stateOf(input: I): S {
    const key = this.#keyOf(input);
    const state = this.#states.get(key);
    return state === undefined ? this.#object.model.initial : state; // null may be a state
  }

  #keyOf(input: I): string {
    return this.#object.model.partitionKey?.(input) ?? "";
  }
}

function falsified<S, I extends Input, O extends Json>(
  object: SimulatedObject<S, I, O>,
  operations: Operation<I, O>[],
  options: SimulationOptions,
  random: Random,
): Operation<I, O>[] {
  if (options.bad === undefined) return operations;
  const first = options.bad === "late" ? Math.floor(operations.length * 0.9) : 0;
  const eligible = operations.filter((operation) => operation.id >= first && operation.type === "ok" && object.falsify(operation.input, random) !== undefined);
  if (eligible.length === 0) return operations;
  const chosen = random.pick(eligible, "falsified");
  const output = object.falsify(chosen.input, random);
  if (output !== undefined) operations[chosen.id] = { ...chosen, output };
  return operations;
}
