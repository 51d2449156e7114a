// Partitions, refusals and toxics over links, by id: which proxies they touch, also those that are made later. For the engine.
import type { Link } from "../../../harness/faults.ts";
import type { Direction } from "./direction.ts";
import type { Proxy } from "./proxy.ts";
import type { Attributes, ToxicType } from "./stage.ts";
import type { Protocol } from "./toxics/catalogue.ts";

/**
 * `block` stalls the bytes of each direction, `refuse` turns new clients of each link away. `toxic`: in one direction of the
 * proxies of the links, or of the opposite links.
 */
export type Condition = { readonly links: readonly Link[]; readonly protocol?: Protocol } & (
  | { readonly kind: "block" | "refuse" }
  | { readonly kind: "toxic"; readonly of: "link" | "opposite"; readonly direction: Direction; readonly type: ToxicType; readonly attributes: Attributes }
);

/** Node to the nodes whose bytes it no longer gets (Jepsen's grudge). */
export type Grudge = Readonly<Record<string, readonly string[]>>;

export function linksOf(grudge: Grudge): readonly Link[] {
  return Object.entries(grudge).flatMap(([to, senders]) => senders.map((from) => ({ from, to })));
}

/** What `from` sends to `to` flows upstream through the proxy of the link, and downstream through that of the opposite one. Synchronous. */
export function impose(id: string, condition: Condition, proxy: Proxy): void {
  const { link } = proxy;
  if (link === undefined || (condition.protocol ?? proxy.protocol) !== proxy.protocol) return;
  const isOwn = condition.links.some(({ from, to }) => from === link.from && to === link.to);
  const isOpposite = condition.links.some(({ from, to }) => from === link.to && to === link.from);
  switch (condition.kind) {
    case "refuse":
      if (isOwn) proxy.refuse(id);
      return;
    case "block":
      if (isOwn) proxy.block(id, "upstream");
      if (isOpposite) proxy.block(id, "downstream");
      return;
    case "toxic": {
      const { of, direction, type, attributes } = condition;
      if (of === "link" ? isOwn : isOpposite) proxy.impose({ name: id, type, stream: direction, direction, toxicity: 1, attributes });
    }
  }
}
