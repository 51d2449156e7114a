// The client slots of a run: who is free, what is in flight, and that every operation ends. For the stages of a run.
import type { Client, ClusterView } from "./client.ts";
import type { Environment } from "./environment.ts";
import type { Input, NodeName, Outcome } from "./operation.ts";
import type { Recorder } from "./run-recorder.ts";
import type { Cluster } from "./runtime.ts";
import type { ClientFactory } from "./system.ts";
import { unansweredAfter } from "./unanswered.ts";
import { withTimeout } from "./promises.ts";

/** An operation that a client has been asked for and has not yet ended. Its identity tells a late answer from the awaited one. */
export interface InFlight {
  readonly id: number;
  readonly process: number;
  readonly node: NodeName;
  readonly input: Input;
  readonly deadlineNs: number;
}

export interface ClientSlotsOptions {
  readonly cluster: Cluster;
  readonly recorder: Recorder;
  readonly factory: ClientFactory;
  readonly clientCount: number;
  /** What clients are told; they end their operations by then. */
  readonly operationTimeoutMs: number;
  /** After this many times as long the runner ends an operation that its client has not. */
  readonly patience: number;
  readonly view: Pick<ClusterView, "variant" | "workload">;
}

interface Slot {
  readonly index: number;
  process: number;
  environment: Environment | undefined;
  client: Client | undefined;
  /** The node that `client` is bound to. */
  node: NodeName;
  inFlight: InFlight | undefined;
  /** How many clients were opened here. */
  openedCount: number;
}

export type CompletedListener = (operation: InFlight, outcome: Outcome) => void;

export class ClientSlots {
  /** Called after a completion was recorded. One listener: the stage that is under way. */
  onCompleted: CompletedListener = () => undefined;
  readonly #options: ClientSlotsOptions;
  readonly #slots: readonly Slot[];
  readonly #closing = new Set<Promise<void>>();
  #busyCount = 0;
  #operationTimeoutMs: number;
  /** Computed when asked for, until a slot changes. */
  #free: readonly number[] | undefined;

  constructor(options: ClientSlotsOptions) {
    this.#options = options;
    this.#operationTimeoutMs = options.operationTimeoutMs;
    this.#slots = Array.from({ length: options.clientCount }, (_, index) => ({
      index,
      process: index,
      environment: undefined,
      client: undefined,
      node: "",
      inFlight: undefined,
      openedCount: 0,
    }));
  }

  get busyCount(): number {
    return this.#busyCount;
  }

  /** Process numbers of the free slots, ascending by slot; the same array until a slot changes. */
  free(): readonly number[] {
    if (this.#free !== undefined) return this.#free;
    const free: number[] = [];
    for (const slot of this.#slots) if (slot.inFlight === undefined) free.push(slot.process);
    this.#free = free;
    return free;
  }

  /** Records the invocation and hands it to the slot's client. The process must be free. */
  invoke(operation: { readonly id: number; readonly process: number; readonly input: Input; readonly node: NodeName | undefined }): void {
    const slot = this.#slots[operation.process % this.#slots.length];
    if (slot?.process !== operation.process || slot.inFlight !== undefined)
      throw new Error(`a generator asked for process ${operation.process}, which is not free`);
    const { cluster, patience, recorder } = this.#options;
    const operationTimeoutMs = this.#operationTimeoutMs;
    const node = operation.node ?? this.#homeOf(slot);
    const { id, process, input } = operation;
    const inFlight: InFlight = { id, process, node, input, deadlineNs: cluster.nowNs() + operationTimeoutMs * patience * 1e6 };
    slot.inFlight = inFlight;
    this.#free = undefined;
    this.#busyCount++;
    recorder.invoked(inFlight);
    this.#attempt(slot, inFlight).then(
      (outcome) => this.#end(slot, inFlight, outcome),
      (error: unknown) => this.#end(slot, inFlight, { type: "info", error: `indeterminate: ${messageOf(error)}` }),
    );
  }

  /** The time limit of operations from now on. Clients are opened anew, because they were told the old one. */
  limitOperations(operationTimeoutMs: number): void {
    if (operationTimeoutMs === this.#operationTimeoutMs) return;
    this.#operationTimeoutMs = operationTimeoutMs;
    for (const slot of this.#slots) if (slot.inFlight === undefined) this.#retireClient(slot);
  }

  /** Ends as `info` what has reached its limit. */
  expire(nowNs: number): void {
    for (const slot of this.#slots) {
      const { inFlight } = slot;
      if (inFlight === undefined || inFlight.deadlineNs > nowNs) continue;
      this.#end(slot, inFlight, { type: "info", error: unansweredAfter(this.#operationTimeoutMs * this.#options.patience) });
    }
  }

  /** When the next operation in flight reaches its limit; Infinity if none is in flight. */
  nextDeadlineNs(): number {
    let next = Infinity;
    for (const { inFlight } of this.#slots) if (inFlight !== undefined && inFlight.deadlineNs < next) next = inFlight.deadlineNs;
    return next;
  }

  /** Gives up what is in flight, without a record: the run was halted, and nobody can tell what came of it. */
  abandon(): void {
    for (const slot of this.#slots) slot.inFlight = undefined;
    this.#free = undefined;
    this.#busyCount = 0;
  }

  /** Closes every client; resolves when all have closed, or after the limit: a client that hangs is left behind. */
  async close(limitMs: number): Promise<void> {
    for (const slot of this.#slots) this.#retireClient(slot);
    if (this.#closing.size === 0) return;
    await withTimeout(this.#options.cluster.timers, Promise.all(this.#closing), { timeoutMs: limitMs, what: "closing the clients" }).catch(() => undefined);
  }

  /** Never throws: a client that cannot be opened has certainly done nothing, so that is a `fail`. */
  #attempt(slot: Slot, { node, input }: InFlight): Promise<Outcome> {
    let client: Client;
    try {
      client = slot.client !== undefined && slot.node === node ? slot.client : this.#open(slot, node);
    } catch (error) {
      return Promise.resolve({ type: "fail", error: `no client: ${messageOf(error)}` });
    }
    try {
      // What is not a promise already becomes one: clients may be written in JavaScript.
      return Promise.resolve(client.invoke(input));
    } catch (error) {
      // Thrown before its first await: an exception of the client like any other.
      return Promise.reject(error);
    }
  }

  #open(slot: Slot, node: NodeName): Client {
    const { cluster, factory, view } = this.#options;
    const operationTimeoutMs = this.#operationTimeoutMs;
    this.#retireClient(slot);
    slot.environment ??= cluster.clientEnvironment(slot.index);
    const clientName = `client-${slot.index}.${slot.openedCount++}`;
    const client = factory(slot.environment, { ...view, nodes: cluster.nodes, home: node, operationTimeoutMs, clientName });
    slot.client = client;
    slot.node = node;
    return client;
  }

  #end(slot: Slot, inFlight: InFlight, outcome: Outcome): void {
    // A late answer: the operation was ended by its limit, or the run was halted.
    if (slot.inFlight !== inFlight) return;
    slot.inFlight = undefined;
    this.#free = undefined;
    this.#busyCount--;
    const checked = isOutcome(outcome) ? outcome : { type: "info" as const, error: "the client's answer was neither ok nor fail nor info" };
    this.#options.recorder.completed(inFlight, checked);
    if (checked.type === "info") {
      slot.process += this.#slots.length;
      this.#retireClient(slot);
    }
    this.onCompleted(inFlight, checked);
  }

  /** Closes the slot's client without waiting; the next operation opens a fresh one. */
  #retireClient(slot: Slot): void {
    const { client } = slot;
    if (client === undefined) return;
    slot.client = undefined;
    // What a client that is thrown away has to say while closing concerns nobody: its operations are already recorded.
    const closing = closed(client).then(
      () => void this.#closing.delete(closing),
      () => void this.#closing.delete(closing),
    );
    this.#closing.add(closing);
  }

  #homeOf(slot: Slot): NodeName {
    const { nodes } = this.#options.cluster;
    return nodes[slot.index % nodes.length] ?? "";
  }
}

async function closed(client: Client): Promise<void> {
  return client.close();
}

/** Clients written in JavaScript can answer anything. */
function isOutcome(outcome: unknown): outcome is Outcome {
  if (typeof outcome !== "object" || outcome === null || !("type" in outcome)) return false;
  return outcome.type === "ok" ? "output" in outcome && outcome.output !== undefined : outcome.type === "fail" || outcome.type === "info";
}

/** The words of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
