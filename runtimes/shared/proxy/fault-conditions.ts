// What each network fault means to proxies: the one table of it. For the engine.
import type { Link } from "../../../harness/faults.ts";
import type { NetworkFault } from "../links/links.ts";
import type { Condition } from "./conditions.ts";
import type { Attributes, ToxicType } from "./stage.ts";
import { corrupt } from "./toxics/corrupt.ts";
import { duplicate, loss, reorder } from "./toxics/datagram-toxics.ts";
import { halfOpen } from "./toxics/half-open.ts";
import { latency } from "./toxics/latency.ts";
import { resetReply, resetRequest } from "./toxics/reset-exchange.ts";
import type { Protocol } from "./toxics/catalogue.ts";

/** Of the exchanges that a `reset` hits, so many are reset after the handler ran. */
const answeredShare = 0.5;

/**
 * `refuse` also resets each exchange that is begun on an open connection, as if it had needed a new one: pooled connections
 * would let a client go on for as long as it likes.
 */
export function conditionsOf({ kind, params, links }: NetworkFault): readonly Condition[] {
  switch (kind) {
    case "partition":
      return [{ kind: "block", links }];
    case "slow":
      return directed(links, latency, { latency: params.latencyMs, jitter: params.jitterMs, distribution: "uniform" });
    case "loss":
      return directed(links, loss, params, "udp");
    case "duplicate":
      return directed(links, duplicate, params, "udp");
    case "reorder":
      return directed(links, reorder, { probability: params.probability, delay: params.delayMs }, "udp");
    case "corrupt":
      return directed(links, corrupt, params, "udp");
    case "reset":
      return exchanges(links, { probability: params.probability, answered: answeredShare, effect: "resetExchanges" });
    case "refuse":
      return [{ kind: "refuse", links, protocol: "tcp" }, ...exchanges(links, { probability: 1, answered: 0, effect: "refusedExchanges" })];
    case "half-open":
      return [{ kind: "toxic", links, protocol: "tcp", of: "link", direction: "downstream", type: halfOpen, attributes: {} }];
  }
}

/** Along the way of the bytes, whoever has dialed. */
function directed(links: readonly Link[], type: ToxicType, attributes: Attributes, protocol?: Protocol): readonly Condition[] {
  const common = { kind: "toxic", links, type, attributes, ...(protocol === undefined ? {} : { protocol }) } as const;
  return [
    { ...common, of: "link", direction: "upstream" },
    { ...common, of: "opposite", direction: "downstream" },
  ];
}

/** On the requests of the link and their answers. */
function exchanges(links: readonly Link[], attributes: Attributes): readonly Condition[] {
  const common = { kind: "toxic", links, protocol: "tcp", of: "link", attributes } as const;
  return [
    { ...common, direction: "upstream", type: resetRequest },
    { ...common, direction: "downstream", type: resetReply },
  ];
}
