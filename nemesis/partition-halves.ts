// A clean split into a minority and a majority.
import type { Nemesis } from "../harness/nemesis.ts";
import { steady } from "./define.ts";
import { cut } from "./draw-partition.ts";
import { halves } from "./grudge.ts";

export const partitionHalves: Nemesis = steady({
  name: "partition-halves",
  text: "Splits the cluster in two halves.",
  kinds: ["partition"],
  draw: (_kind, { random, nodes }) => (nodes.length < 2 ? undefined : cut(random, halves(random.shuffle(nodes, "order")))),
});
