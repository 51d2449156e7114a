// Two halves, and one node that still talks to both.
import type { Nemesis } from "../harness/nemesis.ts";
import { steady } from "./define.ts";
import { cut } from "./draw-partition.ts";
import { bridge } from "./grudge.ts";

export const bridgePartition: Nemesis = steady({
  name: "bridge",
  text: "Splits the cluster in two halves that share one node.",
  kinds: ["partition"],
  draw: (_kind, { random, nodes }) => (nodes.length < 3 ? undefined : cut(random, bridge(random.shuffle(nodes, "order")))),
});
