// Partitions and refusals over links, by id: which proxies they touch, also those that are made later. For the engine.
import type { Link } from "../../../harness/faults.ts";
import type { Proxy } from "./proxy.ts";

/** `block` stalls the bytes of each direction, `refuse` closes the listener of each link. */
export interface Condition {
  readonly kind: "block" | "refuse";
  readonly links: readonly Link[];
}

/** Node to the nodes whose bytes it no longer gets (Jepsen's grudge). */
export type Grudge = Readonly<Record<string, readonly string[]>>;

export function linksOf(grudge: Grudge): readonly Link[] {
  return Object.entries(grudge).flatMap(([to, senders]) => senders.map((from) => ({ from, to })));
}

/** What `from` sends to `to` flows upstream through the proxy of the link, and downstream through that of the opposite one. Synchronous. */
export function impose(id: string, { kind, links }: Condition, proxy: Proxy): void {
  const { link } = proxy;
  if (link === undefined) return;
  const isOwn = links.some(({ from, to }) => from === link.from && to === link.to);
  const isOpposite = links.some(({ from, to }) => from === link.to && to === link.from);
  if (kind === "refuse") return isOwn ? proxy.refuse(id) : undefined;
  if (isOwn) proxy.block(id, "upstream");
  if (isOpposite) proxy.block(id, "downstream");
}
