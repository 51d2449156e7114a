// The links between hosts as the cluster sees them: one listener a pair and protocol, and what faults do to them. Implemented by the embedded
// proxy, by a proxy elsewhere (ours in a container, or a real Toxiproxy), and by network namespaces.
import type { FaultEffect, FaultKind, FaultParameters, Link } from "../../../harness/faults.ts";
import type { NodeName } from "../../../harness/operation.ts";
import type { Address } from "../wire/bootstrap.ts";

export type Protocol = "tcp" | "udp";
export type NetworkFaultKind = Extract<FaultKind, "partition" | "slow" | "loss" | "duplicate" | "reorder" | "corrupt" | "reset" | "refuse" | "half-open">;

/**
 * A network fault with its links already resolved, directions between hosts: for `partition` those blocked, for `slow` and the
 * datagram kinds those hit, for `reset`, `refuse` and `half-open` those whose `to` is (also) the victim's end as the kind says.
 */
export type NetworkFault = {
  [K in NetworkFaultKind]: { readonly id: string; readonly kind: K; readonly params: FaultParameters[K]; readonly links: readonly Link[] };
}[NetworkFaultKind];

export interface Links {
  /**
   * Makes the link, refused until `attach(link.to)`. Answers where `link.from` dials from now on: the address never changes.
   * All links of a run are opened before any node is started.
   */
  open(link: Link, protocol: Protocol): Promise<Address>;
  /** A new incarnation of the node serves there: new connections go to it, nothing of the old incarnation does. Ends the refusal. */
  attach(node: NodeName, servers: Readonly<Record<Protocol, Address>>): Promise<void>;
  /** The node is dead or has not begun to serve: incoming links refuse, all open connections from and to it are reset. Idempotent. */
  detach(node: NodeName): Promise<void>;
  /** In force when it resolves. Also holds for the links of nodes that are attached later. */
  begin(fault: NetworkFault): Promise<void>;
  /** Undone when it resolves. Unknown ids are ignored. `affectedCount` counts bytes stalled, connections reset or refused, datagrams hit, exchanges delayed. */
  end(id: string): Promise<FaultEffect>;
  /** True, or the reason why these links cannot do it. */
  capabilities(): Readonly<Record<NetworkFaultKind, true | string>>;
  /** Word for records: `proxy`, `toxiproxy`, `iptables`. */
  readonly mechanism: string;
  /** Nothing is left: no listener, socket, rule. Idempotent. */
  close(): Promise<void>;
}
