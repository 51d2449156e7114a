// A small system in one object: fills in what `System` asks for and most users do not care about. For users.
import { faultKinds, type FaultKind } from "../harness/faults.ts";
import type { Bug, Claim, ClientFactory, Invariant, NodeFactory, SearchSpace, System } from "../harness/system.ts";
import type { Workload } from "../harness/workload.ts";

export interface SystemDefinition {
  readonly name: string;
  readonly text?: string;
  /** Promises it signs; every property of each becomes a claim `WORKLOAD.PROPERTY`, unless `claims` says otherwise. */
  readonly workloads: readonly Workload[];
  readonly node: NodeFactory;
  readonly client: ClientFactory;
  /** Faults it claims to survive. Default: all that leave its disks intact and its number of nodes alone. */
  readonly faults?: readonly FaultKind[];
  readonly claims?: readonly Claim[];
  readonly invariants?: readonly Invariant[];
  readonly bugs?: readonly Bug[];
  readonly marks?: System["marks"];
  readonly roles?: System["roles"];
  readonly nodes?: number;
  readonly search?: Partial<SearchSpace>;
  /** Default: every node answers `GET /readyz` with 200. */
  readonly ready?: System["ready"];
}

const damaging: ReadonlySet<FaultKind> = new Set(["lying-disk", "bit-rot", "wipe", "membership", "move", "load"]);
/** What `defineSystem` assumes a system survives unless it says otherwise. */
export const survivableFaults: readonly FaultKind[] = faultKinds.filter((kind) => !damaging.has(kind));

/** A `System` with one variant, `default`, whose claims are the properties of its workloads under its faults. */
export function defineSystem(definition: SystemDefinition): System {
  const faults = definition.faults ?? survivableFaults;
  const nodes = definition.nodes ?? 3;
  return {
    name: definition.name,
    text: definition.text ?? definition.name,
    variants: [
      {
        name: "default",
        text: "the only design",
        workloads: definition.workloads.map((workload) => workload.name),
        defaultNodeCount: nodes,
        search: { nodes: [nodes], clients: [3, 5], rateHz: [5, 10], durationMs: [5000], ...definition.search },
        faults,
      },
    ],
    roles: definition.roles ?? [],
    marks: definition.marks ?? [],
    claims: definition.claims ?? definition.workloads.flatMap((workload) => claimsOf(workload, faults)),
    invariants: definition.invariants ?? [],
    workloads: definition.workloads,
    bugs: definition.bugs ?? [],
    node: definition.node,
    client: definition.client,
    ready: definition.ready ?? everyNodeIsReady,
  };
}

function claimsOf(workload: Workload, faults: readonly FaultKind[]): Claim[] {
  return workload.properties.map((property) => ({
    id: `${workload.name}.${property.id}`,
    text: property.text,
    variants: ["default"],
    faults,
    judgedBy: [`${workload.name}:${property.id}`],
    premise: { text: "an operation succeeded", holds: (run) => run.workload === workload.name && Object.values(run.okCounts).some((count) => count > 0) },
  }));
}

const readyTimeoutMs = 500;

const everyNodeIsReady: System["ready"] = async (environment, cluster) => {
  const answers = cluster.nodes.map(
    (node) =>
      new Promise<boolean>((resolve) => {
        environment.network.call(node, { method: "GET", path: "/readyz" }, { timeoutMs: readyTimeoutMs }, (_error, reply) => resolve(reply?.status === 200));
      }),
  );
  return (await Promise.all(answers)).every(Boolean);
};
