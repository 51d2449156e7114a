// The toxics of a real Toxiproxy that stand for a fault on one link. For its links.
import type { ToxicAttributeTypes, ToxicDirection, ToxicType } from "toxiproxy-node-client";
import type { Link } from "../../../harness/faults.ts";
import type { NetworkFault } from "./links.ts";

/** As its API takes it, but for the name. */
export interface LinkToxic {
  readonly type: ToxicType;
  readonly stream: ToxicDirection;
  readonly attributes: ToxicAttributeTypes;
}

/** Loses everything, and closes the connections when it is removed. */
export const severance: Pick<LinkToxic, "type" | "attributes"> = { type: "timeout", attributes: { timeout: 0 } };

/** At most one a stream. None: the fault does not hit the connections of this link, or Toxiproxy cannot do it. */
export function toxicsOf({ kind, params, links }: NetworkFault, link: Link): readonly LinkToxic[] {
  const isOwn = links.some(({ from, to }) => from === link.from && to === link.to);
  const isOpposite = links.some(({ from, to }) => from === link.to && to === link.from);
  const directed = (toxic: Pick<LinkToxic, "type" | "attributes">): readonly LinkToxic[] => [
    ...(isOwn ? [{ ...toxic, stream: "upstream" } as const] : []),
    ...(isOpposite ? [{ ...toxic, stream: "downstream" } as const] : []),
  ];
  switch (kind) {
    case "partition":
      // Rate 0 holds what it gets until it is removed; bytes that meet `timeout` are lost.
      return directed({ type: "bandwidth", attributes: { rate: 0 } });
    case "slow":
      return directed({ type: "latency", attributes: { latency: Math.round(params.latencyMs), jitter: Math.round(params.jitterMs) } });
    case "half-open":
      return isOwn ? [{ ...severance, stream: "downstream" }] : [];
    case "loss":
    case "duplicate":
    case "reorder":
    case "corrupt":
    case "reset":
    case "refuse":
      return [];
  }
}
