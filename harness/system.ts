// A system under test: nodes, clients, the workloads it signs, its claims, its known bugs. For system authors.
import type { Client, ClusterView } from "./client.ts";
import type { Environment } from "./environment.ts";
import type { FaultKind } from "./faults.ts";
import type { Fact } from "./history.ts";
import type { JsonObject } from "./json.ts";
import type { MarkDescription } from "./nemesis.ts";
import type { NodeName } from "./operation.ts";
import type { Workload } from "./workload.ts";

export type ClaimId = string;

/** One member of a system. The constructor does no input or output; `start` recovers and serves; resolved = up. */
export interface Node {
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface NodeOptions {
  /** All nodes, in order; the node itself is `environment.self`. */
  readonly nodes: readonly NodeName[];
  readonly variant: string;
  /** `plan.options.system`. */
  readonly parameters: JsonObject;
}

export type NodeFactory = (environment: Environment, options: NodeOptions) => Node;
export type ClientFactory = (environment: Environment, cluster: ClusterView) => Client;

/** One of a system's designs, e.g. `snowflake`, with its own claims and workloads. */
export interface Variant {
  readonly name: string;
  readonly text: string;
  /** Names of the workloads it signs; the first is the default. */
  readonly workloads: readonly string[];
  readonly defaultNodeCount: number;
  /** What the default search draws from, one value each per seed; the same for the correct system and for every bug. */
  readonly search: SearchSpace;
  /** Faults under which it keeps at least one safety claim; the nemeses draw from no others. */
  readonly faults: readonly FaultKind[];
}

/** Small clusters and short runs find most bugs; see docs on searching. */
export interface SearchSpace {
  readonly nodes: readonly number[];
  readonly clients: readonly number[];
  readonly rateHz: readonly number[];
  readonly durationMs: readonly number[];
}

/** One sentence that a system promises, under named faults. */
export interface Claim {
  /** As in the catalogue, e.g. `KV-C1`. */
  readonly id: ClaimId;
  readonly text: string;
  readonly variants: readonly string[];
  /** Faults under which it must hold. A run with any other fault in effect does not exercise it. */
  readonly faults: readonly FaultKind[];
  /** `WORKLOAD:PROPERTY`, `invariant:ID`, `probe:ID` or `built-in:ID`; the claim's verdict is the worst of those that ran. */
  readonly judgedBy: readonly string[];
  /** What must have occurred, else the run did not exercise the claim. */
  readonly premise: Premise;
}

export interface Premise {
  readonly text: string;
  holds(run: RunSummary): boolean;
}

/** What premises may look at. */
export interface RunSummary {
  readonly workload: string;
  /** Completed `ok` operations by `f`. */
  readonly okCounts: Readonly<Record<string, number>>;
  /** Facts by kind. */
  readonly factCounts: Readonly<Record<string, number>>;
  /** Faults that really had an effect, by kind. */
  readonly effectiveFaults: Readonly<Record<string, number>>;
}

/** Judged over facts as they arrive; needs no simultaneous state of several nodes, so it holds in every runtime. */
export interface Invariant {
  readonly id: string;
  readonly text: string;
  readonly variants: readonly string[];
  /** Kinds of facts that it reads. */
  readonly facts: readonly string[];
  /** A fresh judge for one run. */
  start(): InvariantJudge;
}

export interface InvariantJudge {
  /** Answers the violation, or undefined. After a violation it is not asked again. */
  observe(fact: Fact): Violation | undefined;
}

export interface Violation {
  readonly explanation: string;
  /** The conflicting facts, the last one included. */
  readonly facts: readonly Fact[];
}

/** A deliberate, named defect of a reference system, used to test the tester. */
export interface Bug {
  /** Kebab-case. */
  readonly name: string;
  /** Row of the catalogue, e.g. `KV-2`. */
  readonly id: string;
  readonly text: string;
  readonly variant: string;
  /** The subclass that overrides one method; `node` or `client`, or both. */
  readonly node?: NodeFactory;
  readonly client?: ClientFactory;
  /** The real incident or paper. */
  readonly imitates: string;
  /** Documentation only; steers nothing. */
  readonly needs: readonly FaultKind[];
  readonly accusedBy: ClaimId;
  /** T0 no fault, T1 one, T2 two ordered, T3 three or more ordered events. */
  readonly difficulty: "T0" | "T1" | "T2" | "T3";
}

export interface System {
  readonly name: string;
  readonly text: string;
  readonly variants: readonly Variant[];
  /** Values of `probe.state().role`. */
  readonly roles: readonly string[];
  readonly marks: readonly MarkDescription[];
  readonly claims: readonly Claim[];
  readonly invariants: readonly Invariant[];
  readonly workloads: readonly Workload[];
  readonly bugs: readonly Bug[];
  node(environment: Environment, options: NodeOptions): Node;
  client(environment: Environment, cluster: ClusterView): Client;
  /** True once the cluster serves; asked again (each time with its own client environment) until it does or the limit ends. */
  ready(environment: Environment, cluster: ClusterView): Promise<boolean>;
}
