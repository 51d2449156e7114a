// What gives nodes a world and carries out faults: simulation, processes, containers.
import type { Environment, Timers } from "./environment.ts";
import type { Faults } from "./faults.ts";
import type { Json, JsonObject } from "./json.ts";
import type { NodeName } from "./operation.ts";
import type { Plan } from "./plan.ts";
import type { Bug, System } from "./system.ts";

/** What a runtime builds nodes and clients from: the correct system, or one of its bugs. */
export interface Subject {
  readonly system: System;
  readonly bug?: Bug;
}

/** Where a run in real time keeps its logs (`logs/NODE.log`) and its undo log: the run's folder in the store. Simulation needs none. */
export interface RunPlace {
  readonly directory: string;
}

export interface Runtime {
  readonly name: Plan["runtime"];
  /** The plan with everything explicit that this runtime would draw from the seed (swarm parameters), so that a re-seeded copy keeps it. */
  resolve(plan: Plan): Plan;
  /**
   * Builds the cluster of the plan, hands it to `body`, and takes everything down when `body` settles, whatever way.
   * Simulation pumps virtual time: inside `body` only what the cluster gives may be awaited. Resolves through a macrotask.
   */
  run<T>(plan: Plan, body: (cluster: Cluster) => Promise<T>): Promise<T>;
}

export interface Cluster {
  readonly nodes: readonly NodeName[];
  /** The recorder's clock: nanoseconds since the start, monotonic. */
  nowNs(): number;
  /** Timers of the recorder, not of any node. */
  readonly timers: Timers;
  /** Starts all nodes; resolves when every `start()` has resolved. Rejects with the reason of a node that died starting. */
  start(): Promise<void>;
  /** Stops all nodes gracefully within a limit, then kills. */
  stop(): Promise<void>;
  /** The world of one client slot; the same host (and links) for every process that uses the slot. */
  clientEnvironment(slot: number): Environment;
  readonly faults: Faults;
  /** One subscriber; events arrive in the order of their times, synchronously in simulation. */
  subscribe(observer: ClusterObserver): void;
  statistics(): ClusterStatistics;
}

export interface ClusterObserver {
  fact(fact: { readonly node: NodeName; readonly incarnation: number; readonly kind: string; readonly data: JsonObject }): void;
  /** A failed `always` or a reached `unreachable` has `holds: false`; passes are only counted (see statistics). */
  probe(probe: { readonly node: NodeName; readonly id: string; readonly kind: "always" | "unreachable"; readonly detail: JsonObject }): void;
  /**
   * A node died and no fault did it: an exception (`isUncaught`), `crash(reason)`, or a signal from outside the run. The
   * runtime's supervisor starts it again.
   */
  died(death: { readonly node: NodeName; readonly reason: string; readonly isUncaught: boolean; readonly isFromOutside?: boolean }): void;
  log(line: LogLine): void;
}

export interface LogLine {
  readonly timeNs: number;
  readonly node: NodeName;
  readonly incarnation: number;
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  readonly data?: Json;
}

export interface ClusterStatistics {
  /** Simulation: rolling hash over every event and draw; same seed, same hash. Absent elsewhere. */
  readonly traceHash?: string;
  readonly eventCount: number;
  readonly messageCount: number;
  /** How often each probe id held and failed. */
  readonly probes: Readonly<Record<string, { readonly heldCount: number; readonly failedCount: number }>>;
  readonly marks: Readonly<Record<string, number>>;
  /** Real time only: longest stall of an event loop, milliseconds, by node (while it was neither paused nor slowed) and of the harness under `recorder`. */
  readonly lagMs?: Readonly<Record<string, number>>;
}
