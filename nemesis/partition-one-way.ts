// Links that carry one direction only: a node that can send but not hear, or the reverse.
import type { Nemesis } from "../harness/nemesis.ts";
import { steady } from "./define.ts";
import { cut, drawOneWay } from "./draw-partition.ts";

export const partitionOneWay: Nemesis = steady({
  name: "partition-one-way",
  text: "Blocks one direction between a node, or a minority, and the rest.",
  kinds: ["partition"],
  draw: (_kind, { random, nodes }) => (nodes.length < 2 ? undefined : cut(random, drawOneWay(random, random.shuffle(nodes, "order")))),
});
