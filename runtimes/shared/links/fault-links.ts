// Which directions between hosts a network fault means: the same rules in every runtime. For the faults port, which resolves victims first.
import type { FaultParameters, Link } from "../../../harness/faults.ts";
import type { NodeName } from "../../../harness/operation.ts";
import type { NetworkFaultKind } from "./links.ts";

/** A network fault as data, whatever its id and targets. */
export type NetworkFaultShape = { [K in NetworkFaultKind]: { readonly kind: K; readonly params: FaultParameters[K] } }[NetworkFaultKind];

/** The capabilities of links that can do everything. */
export const allNetworkFaults: Readonly<Record<NetworkFaultKind, true>> = {
  partition: true,
  slow: true,
  loss: true,
  duplicate: true,
  reorder: true,
  corrupt: true,
  reset: true,
  refuse: true,
  "half-open": true,
};

/** Everybody who has links. Clients dial nodes; nobody dials a client. */
export interface Hosts {
  readonly nodes: readonly NodeName[];
  readonly clients: readonly NodeName[];
}

/**
 * `partition`: the directions that it blocks (its own `links` as they are; else those between victims and all other nodes, and
 * clients too if it says so). `slow`, `reset` and the datagram kinds: all with a victim at either end. `refuse` and `half-open`:
 * those towards a victim. In the order of the hosts; no host has a link to itself, no client one to a client.
 */
export function linksHit(fault: NetworkFaultShape, victims: readonly NodeName[], hosts: Hosts): readonly Link[] {
  if (fault.kind === "partition" && fault.params.links !== undefined) return fault.params.links;
  const hits = linkRule<NodeName>(fault, {
    isVictim: (name) => victims.includes(name),
    isClient: (name) => hosts.clients.includes(name),
    nameOf: (name) => name,
  });
  return directionsOf(hosts).filter(({ from, to }) => hits(from, to));
}

/** What `linksHit` says of one direction, for hosts in whatever form. */
export function linkRule<Host>(
  fault: NetworkFaultShape,
  {
    isVictim,
    isClient,
    nameOf,
  }: { readonly isVictim: (host: Host) => boolean; readonly isClient: (host: Host) => boolean; readonly nameOf: (host: Host) => NodeName },
): (from: Host, to: Host) => boolean {
  switch (fault.kind) {
    case "partition": {
      const { links, direction = "both", clients = false } = fault.params;
      if (links !== undefined) return (from, to) => links.some((link) => link.from === nameOf(from) && link.to === nameOf(to));
      return (from, to) => {
        const isOut = isVictim(from);
        if (isOut === isVictim(to)) return false;
        if (isClient(isOut ? to : from) && !clients) return false;
        return direction === "both" || (direction === "out") === isOut;
      };
    }
    case "refuse":
    case "half-open":
      return (_from, to) => isVictim(to);
    case "slow":
    case "loss":
    case "duplicate":
    case "reorder":
    case "corrupt":
    case "reset":
      return (from, to) => isVictim(from) || isVictim(to);
  }
}

function directionsOf({ nodes, clients }: Hosts): readonly Link[] {
  const all = [...nodes, ...clients];
  return all.flatMap((from) => all.filter((to) => from !== to && (nodes.includes(from) || nodes.includes(to))).map((to) => ({ from, to })));
}
