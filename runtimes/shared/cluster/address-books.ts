// All links of a run, opened before anything is started: who dials whom where. For the runtime.
import type { NodeName } from "../../../harness/operation.ts";
import type { Links } from "../links/links.ts";
import type { AddressBook } from "../wire/control.ts";

export interface LinkedHosts {
  readonly nodes: readonly NodeName[];
  readonly clients: readonly NodeName[];
}

/** By host that dials: nodes to every other node by both protocols, clients to every node by TCP. */
export async function openAllLinks(links: Links, { nodes, clients }: LinkedHosts): Promise<ReadonlyMap<NodeName, AddressBook>> {
  const books = new Map<NodeName, AddressBook>();
  for (const from of nodes) books.set(from, await bookOf(links, { from, to: nodes.filter((node) => node !== from), hasDatagrams: true }));
  for (const from of clients) books.set(from, await bookOf(links, { from, to: nodes, hasDatagrams: false }));
  return books;
}

interface Row {
  readonly from: NodeName;
  readonly to: readonly NodeName[];
  readonly hasDatagrams: boolean;
}

async function bookOf(links: Links, { from, hasDatagrams, to }: Row): Promise<AddressBook> {
  const entries = to.map(async (node) => {
    const tcp = await links.open({ from, to: node }, "tcp");
    // Clients send no datagrams: their second address is never dialled.
    const udp = hasDatagrams ? await links.open({ from, to: node }, "udp") : tcp;
    return [node, { tcp, udp }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
