// The fault atlas: keeps damage to durable data survivable. For the faults ports of all runtimes.
import type { NodeName } from "../../harness/operation.ts";

/**
 * Damage to durable data stays within a minority of the nodes over the whole run, because no replicated system promises
 * to survive more (TigerBeetle's ClusterFaultAtlas, by node instead of by block).
 */
export class Atlas {
  readonly #limit: number;
  /** How many damages of each node are not taken back. */
  readonly #damaged = new Map<NodeName, number>();

  constructor(nodeCount: number) {
    this.#limit = Math.floor((nodeCount - 1) / 2);
  }

  /** Those that may be damaged: nodes that are damaged already, then new ones while the minority lasts. */
  admit<T extends { readonly name: NodeName }>(victims: readonly T[]): readonly T[] {
    let left = this.#limit - this.#damaged.size;
    return victims.filter(({ name }) => this.#damaged.has(name) || left-- > 0);
  }

  damage(node: NodeName): void {
    this.#damaged.set(node, (this.#damaged.get(node) ?? 0) + 1);
  }

  /** Damage that was taken back entirely, such as lifted bit rot. */
  repair(node: NodeName): void {
    const count = (this.#damaged.get(node) ?? 0) - 1;
    if (count > 0) this.#damaged.set(node, count);
    else this.#damaged.delete(node);
  }
}
