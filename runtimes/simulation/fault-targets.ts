// Whom a fault hits: target expressions, links of a partition, and the atlas that keeps damage survivable. For the faults port.
import type { Fault, Link as Direction, Target } from "../../harness/faults.ts";
import type { JsonObject } from "../../harness/json.ts";
import type { NodeName } from "../../harness/operation.ts";
import type { Host } from "./host.ts";
import type { LinkRule } from "./link.ts";

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

/** Every link with a victim at either end. */
export function anyEnd(victims: readonly Host[]): LinkRule["matches"] {
  return (from, to) => victims.includes(from) || victims.includes(to);
}

/** Every link to a victim. */
export function towards(victims: readonly Host[]): LinkRule["matches"] {
  return (_from, to) => victims.includes(to);
}

/** The links that a partition blocks. */
export function blockedBy(params: Extract<Fault, { kind: "partition" }>["params"], victims: readonly Host[]): LinkRule["matches"] {
  const { links, direction = "both", clients = false } = params;
  if (links !== undefined) return (from, to) => links.some((link: Direction) => link.from === from.name && link.to === to.name);
  return (from, to) => {
    const isOut = victims.includes(from);
    if (isOut === victims.includes(to)) return false;
    const other = isOut ? to : from;
    if (!other.isNode && !clients) return false;
    return direction === "both" || (direction === "out") === isOut;
  };
}

/**
 * The fault atlas: damage to durable data stays within a minority of the nodes over the whole run, because no
 * replicated system promises to survive more (TigerBeetle's ClusterFaultAtlas, by node instead of by block).
 */
export class Atlas {
  readonly #limit: number;
  readonly #damaged = new Map<Host, number>();

  constructor(nodeCount: number) {
    this.#limit = Math.floor((nodeCount - 1) / 2);
  }

  /** Those of the victims that may be damaged: hosts that are damaged already, then new ones while the minority lasts. */
  admit(victims: readonly Host[]): readonly Host[] {
    let left = this.#limit - this.#damaged.size;
    return victims.filter((host) => this.#damaged.has(host) || left-- > 0);
  }

  damage(host: Host): void {
    this.#damaged.set(host, (this.#damaged.get(host) ?? 0) + 1);
  }

  /** Damage that was taken back entirely, such as lifted bit rot. */
  repair(host: Host): void {
    const count = (this.#damaged.get(host) ?? 0) - 1;
    if (count > 0) this.#damaged.set(host, count);
    else this.#damaged.delete(host);
  }
}
