// Whom a fault hits: target expressions over hosts. For the faults port.
import type { Target } from "../../harness/faults.ts";
import type { JsonObject } from "../../harness/json.ts";
import type { NodeName } from "../../harness/operation.ts";
import type { Host } from "./host.ts";

export interface TargetContext {
  /** All nodes, in order. */
  readonly nodes: readonly Host[];
  /** The node whose mark fired the fault. */
  readonly marker: NodeName | undefined;
  readonly inspect: (host: Host) => JsonObject;
}

/** The nodes that an expression means now, in order; unknown names mean nobody. */
export function resolveTarget(target: Target, context: TargetContext): readonly Host[] {
  const { nodes, marker, inspect } = context;
  if ("nodes" in target) return nodes.filter((host) => target.nodes.includes(host.name));
  if ("role" in target) return nodes.filter((host) => host.incarnation !== null && inspect(host)["role"] === target.role).slice(0, target.count);
  if ("self" in target) return nodes.filter((host) => host.name === marker);
  if ("all" in target) return nodes;
  const spared = resolveTarget(target.others, context);
  return nodes.filter((host) => !spared.includes(host)).slice(0, target.count);
}
