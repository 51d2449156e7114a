// Everything that determines a run, as data. Validation is `parsePlan`; files are `store.ts`.
import type { PlannedFault } from "./faults.ts";
import type { JsonObject } from "./json.ts";
import type { Input, NodeName, Phase } from "./operation.ts";

export interface Plan {
  readonly schema: "faultline/plan/1";
  readonly system: string;
  /** URL of the file that exports `system`; a registry name resolves to one, a user's file works alike. */
  readonly module: string;
  /** One of the system's designs; absent: the first. */
  readonly variant?: string;
  readonly bug?: string;
  readonly workload: string;
  readonly nemeses: readonly string[];
  readonly runtime: "simulation" | "process" | "container";
  readonly seed: string;
  readonly nodes: number;
  readonly clients: number;
  readonly rateHz: number;
  /** Length of the fault phase. */
  readonly durationMs: number;
  readonly options: PlanOptions;
  /** What to run, exactly. Absent: generator and nemesis draw it from the seed; every run records what it drew. */
  readonly script?: Script;
  /** What a replay must find again. */
  readonly expect?: Expectation;
}

export interface Script {
  readonly operations: readonly ScriptedOperation[];
  readonly faults: readonly PlannedFault[];
}

/**
 * `atMs` counts from the start of the load (warm-up and fault phase share one zero, as `PlannedFault.when` does), or of
 * the operation's own later phase. In `input`, `{ $from: id, path }` stands for an earlier output; if that operation was
 * dropped or not ok, this one is skipped. The client slot is `process` modulo the number of clients.
 */
export interface ScriptedOperation {
  readonly id: number;
  readonly process: number;
  readonly atMs: number;
  readonly node?: NodeName;
  readonly phase: Phase;
  readonly input: Input;
}

export interface Expectation {
  readonly failureClass: string | null;
  /** Simulation only. */
  readonly traceHash?: string;
}

/** Sections by owner. Unknown members are refused, so that a typo is not silently a default. */
export interface PlanOptions {
  readonly phases?: PhaseOptions;
  /** Owned by runtimes/simulation/options.ts: drawn by the search (swarm) or left at its defaults. */
  readonly simulation?: JsonObject;
  /** Owned by runtimes/shared/cluster/options.ts: mechanisms of faults in processes and containers. */
  readonly realTime?: JsonObject;
  readonly workload?: JsonObject;
  readonly system?: JsonObject;
}

/** Lengths of the phases around the load, milliseconds. */
export interface PhaseOptions {
  /** Load without faults before the fault phase. Default 500. */
  readonly warmUpMs?: number;
  /** How long nodes may take until `ready`. Default 10,000; in real time 60,000, for a machine may be busy. */
  readonly readyLimitMs?: number;
  /** After heal, before final reads. Default 2,000. */
  readonly quietMs?: number;
  /** For all final reads together. Default 10,000. */
  readonly finalLimitMs?: number;
  /** Time limit of one operation under load. Default 1,000. */
  readonly operationTimeoutMs?: number;
  /** The same once the faults are over, when every operation must succeed however slow the network is. Default 5,000. */
  readonly finalOperationTimeoutMs?: number;
  /** Core liveness: a quorum is healed, everything else stays broken, and the quorum must answer within this. 0 (default): skipped. Simulation only. */
  readonly coreLivenessMs?: number;
  /** Steps a checker may spend. Default 5,000,000. */
  readonly checkSteps?: number;
  /** Time a checker may take; real-time runs only. Default 60,000. */
  readonly checkMs?: number;
  /** End the run at the first violated invariant. Default true in simulation. */
  readonly stopAtViolation?: boolean;
  /** End the run at the first answer that the workload's checker finds impossible, if it can watch a run. Default false. */
  readonly stopAtImpossibleAnswer?: boolean;
}
