// Every node keeps contact with a majority, and no two with the same one.
import type { Nemesis } from "../harness/nemesis.ts";
import { steady } from "./define.ts";
import { cut } from "./draw-partition.ts";
import { majoritiesRing } from "./grudge.ts";

export const majoritiesRingPartition: Nemesis = steady({
  name: "majorities-ring",
  text: "Lets every node see a majority, no two the same.",
  kinds: ["partition"],
  draw: (_kind, { random, nodes }) => (nodes.length < 3 ? undefined : cut(random, majoritiesRing(random.shuffle(nodes, "order")))),
});
