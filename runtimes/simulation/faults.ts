// The faults port of the simulation: what is in force, what is armed, and whom it hit. For runners, through the cluster.
import type { Fault, FaultEffect, FaultKind, Faults, Injection, NodeState, When } from "../../harness/faults.ts";
import type { JsonObject } from "../../harness/json.ts";
import type { NodeName } from "../../harness/operation.ts";
import type { Atlas } from "../shared/atlas.ts";
import { ActiveFault } from "./active-fault.ts";
import type { Event, EventHandle } from "./event-queue.ts";
import { capabilities, type FaultEffects } from "./fault-effects.ts";
import { resolveTarget } from "./fault-targets.ts";
import type { Host, Incarnation } from "./host.ts";
import type { Processes } from "./processes.ts";
import type { Scheduler } from "./scheduler.ts";
import { kindOf, type Trace } from "./trace.ts";

export interface SimulatedFaultsOptions {
  readonly nodes: readonly Host[];
  readonly effects: FaultEffects;
  readonly processes: Processes;
  readonly atlas: Atlas;
  readonly scheduler: Scheduler;
  readonly trace: Trace;
}

type MarkWhen = Extract<When, { mark: string }>;

interface Trigger {
  readonly fault: Fault;
  readonly when: MarkWhen;
  readonly fired: (injection: Injection) => void;
  /** Marks still to come before it fires. */
  leftCount: number;
  /** Fired, but delayed. */
  handle: EventHandle | undefined;
}

interface InForce {
  readonly active: ActiveFault;
  readonly victims: readonly Host[];
}

const noEffect: FaultEffect = { affectedCount: 0, detail: {} };

/** Faults overlap freely; each is lifted by its own id. What it does, it does at once: the promises are settled. */
export class SimulatedFaults implements Faults {
  readonly #options: SimulatedFaultsOptions;
  readonly #inForce = new Map<string, InForce>();
  #triggers: Trigger[] = [];

  constructor(options: SimulatedFaultsOptions) {
    this.#options = options;
  }

  async inject(fault: Fault): Promise<Injection> {
    return this.#inject(fault, undefined);
  }

  async lift(id: string): Promise<FaultEffect> {
    this.#disarm((trigger) => trigger.fault.id === id);
    return this.#lift(id);
  }

  async arm(fault: Fault, when: MarkWhen, fired: (injection: Injection) => void): Promise<void> {
    this.#triggers.push({ fault, when, fired, leftCount: Math.max(1, when.occurrence), handle: undefined });
  }

  async heal(): Promise<void> {
    this.#disarm(() => true);
    for (const id of this.#inForce.keys()) this.#lift(id);
    for (const host of this.#options.nodes) this.#options.processes.bootIfWanted(host);
  }

  capabilities(): Readonly<Record<FaultKind, true | string>> {
    return capabilities;
  }

  state(node: NodeName): NodeState {
    const host = this.#options.nodes.find((each) => each.name === node);
    if (host?.incarnation === undefined || host.incarnation === null) return { status: "down", incarnation: host?.incarnationCount ?? 0, inspected: {} };
    return { status: host.incarnation.status(), incarnation: host.incarnation.number, inspected: this.#inspect(host) };
  }

  /** A node made a mark: fires what was armed for it, at once where no delay is asked for. */
  marked({ host }: Incarnation, kind: string): void {
    for (const trigger of this.#triggers) {
      const { when } = trigger;
      if (when.mark !== kind || (when.node !== "any" && when.node !== host.name) || trigger.handle !== undefined) continue;
      if (--trigger.leftCount > 0) continue;
      const fire: Event = { fire: () => this.#fire(trigger, host.name) };
      if (when.delayMs > 0) trigger.handle = this.#options.scheduler.scheduleRecorder(fire, 0, when.delayMs * 1_000);
      else this.#fire(trigger, host.name);
    }
  }

  #fire(trigger: Trigger, marker: NodeName): void {
    this.#triggers = this.#triggers.filter((each) => each !== trigger);
    this.#options.scheduler.asHarness(() => trigger.fired(this.#inject(trigger.fault, marker)));
  }

  #inject(fault: Fault, marker: NodeName | undefined): Injection {
    const { nodes, atlas } = this.#options;
    const skip = (reason: string): Injection => ({ id: fault.id, victims: [], skipped: reason, detail: {} });
    const capability = capabilities[fault.kind];
    if (capability !== true) return skip(capability);
    if (this.#inForce.has(fault.id)) return skip(`a fault with the id ${fault.id} is in force already`);
    const targets = resolveTarget(fault.targets, { nodes, marker, inspect: (host) => this.#inspect(host) });
    const isByLink = fault.kind === "partition" && fault.params.links !== undefined && fault.params.links.length > 0;
    if (targets.length === 0 && !isByLink) return skip("no node matches the target");
    if (fault.kind === "pause" && targets.every((host) => host.incarnation === null)) return skip("none of the targets is running");
    const isDamaging = fault.kind === "bit-rot" || fault.kind === "wipe";
    const victims = isDamaging ? atlas.admit(targets) : targets;
    if (victims.length === 0 && !isByLink) return skip("the atlas: durable data of a minority of the nodes is damaged already");
    return this.#begin(fault, victims, targets.length - victims.length);
  }

  #begin(fault: Fault, victims: readonly Host[], sparedCount: number): Injection {
    const active = new ActiveFault(
      fault,
      victims.map((host) => host.name),
    );
    this.#inForce.set(fault.id, { active, victims });
    this.#record(kindOf("fault"), fault, victims);
    this.#options.scheduler.asHarness(() => this.#options.effects.begin(active, victims));
    const detail: JsonObject = sparedCount > 0 ? { ...active.effect().detail, sparedByAtlas: sparedCount } : active.effect().detail;
    return { id: fault.id, victims: active.victims, detail };
  }

  #lift(id: string): FaultEffect {
    const found = this.#inForce.get(id);
    if (found === undefined) return noEffect;
    this.#inForce.delete(id);
    this.#options.scheduler.asHarness(() => this.#options.effects.end(found.active, found.victims));
    this.#record(kindOf("lift"), found.active.fault, found.victims);
    return found.active.effect();
  }

  #record(kind: number, fault: Fault, victims: readonly Host[]): void {
    const { trace, scheduler } = this.#options;
    let hash = trace.hashOf(fault.kind);
    for (const host of victims) hash = Math.imul(hash, 31) + host.index;
    trace.event(scheduler.nowUs, harnessIndex, kind, hash);
  }

  #disarm(isMeant: (trigger: Trigger) => boolean): void {
    for (const trigger of this.#triggers) if (isMeant(trigger) && trigger.handle !== undefined) this.#options.scheduler.cancel(trigger.handle);
    this.#triggers = this.#triggers.filter((trigger) => !isMeant(trigger));
  }

  /** Runs code of the node, so that its mistakes are its own. */
  #inspect(host: Host): JsonObject {
    const { incarnation } = host;
    if (incarnation === null || incarnation.inspect === null) return {};
    const { scheduler } = this.#options;
    const before = scheduler.current;
    scheduler.current = incarnation;
    try {
      return incarnation.inspect();
    } finally {
      scheduler.current = before;
    }
  }
}

/** The owner of faults in the trace. */
export const harnessIndex: number = 0xffff;
