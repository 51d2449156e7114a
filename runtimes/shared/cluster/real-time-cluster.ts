// The cluster of one real-time run: members, client slots, faults, observation, put together for one plan. For the runtime.
import type { Environment, Timers } from "../../../harness/environment.ts";
import type { Faults } from "../../../harness/faults.ts";
import type { NodeName } from "../../../harness/operation.ts";
import type { Cluster, ClusterObserver, ClusterStatistics } from "../../../harness/runtime.ts";
import type { ClientSlots } from "./client-slots.ts";
import type { ClusterMember } from "./cluster-member.ts";
import { RecorderLag } from "./lag.ts";
import type { Observation } from "./observation.ts";

export interface RealTimeClusterParts {
  readonly members: readonly ClusterMember[];
  readonly clients: ClientSlots;
  readonly faults: Faults;
  readonly timers: Timers;
  readonly observation: Observation;
  readonly nowNs: () => number;
  readonly stopLimitMs: number;
  /** What made the run worthless so far, oldest first; see `stop`. */
  readonly troubles: readonly Error[];
}

export class RealTimeCluster implements Cluster {
  readonly nodes: readonly NodeName[];
  readonly timers: Timers;
  readonly faults: Faults;
  readonly #parts: RealTimeClusterParts;
  readonly #lag = new RecorderLag();

  constructor(parts: RealTimeClusterParts) {
    this.#parts = parts;
    this.nodes = parts.members.map(({ name }) => name);
    this.timers = parts.timers;
    this.faults = parts.faults;
  }

  nowNs(): number {
    return this.#parts.nowNs();
  }

  async start(): Promise<void> {
    await Promise.all(this.#parts.members.map((member) => member.begin()));
    this.#lag.restart();
  }

  /** @throws Error when something around the nodes went wrong in this run (a link that could not be opened, a process that could not be started): it must not pass as valid */
  async stop(): Promise<void> {
    await Promise.all(this.#parts.members.map((member) => member.finish(this.#parts.stopLimitMs)));
    const { troubles } = this.#parts;
    const [first] = troubles;
    if (first === undefined) return;
    const others = troubles.length > 1 ? `, and ${troubles.length - 1} more` : "";
    throw new Error(`the runtime could not do its part: ${first.message}${others}`, { cause: first });
  }

  clientEnvironment(slot: number): Environment {
    return this.#parts.clients.environment(slot);
  }

  subscribe(observer: ClusterObserver): void {
    this.#parts.observation.subscribe(observer);
  }

  statistics(): ClusterStatistics {
    const { clients, members, observation } = this.#parts;
    clients.count();
    const ofNodes = members.flatMap(({ lag, name }) => (lag.maxMs === undefined ? [] : [[name, lag.maxMs] as const]));
    return {
      eventCount: observation.eventCount,
      messageCount: observation.messageCount,
      probes: Object.fromEntries(Array.from(observation.probes, ([id, counts]) => [id, { ...counts }])),
      marks: Object.fromEntries(observation.marks),
      lagMs: { ...Object.fromEntries(ofNodes), recorder: this.#lag.maxMs },
    };
  }

  /** For the end of the run. Idempotent. */
  close(): void {
    this.#lag.stop();
  }
}
