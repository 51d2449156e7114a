// One node alone, the others together.
import type { Nemesis } from "../harness/nemesis.ts";
import { steady } from "./define.ts";
import { cut } from "./draw-partition.ts";
import { isolated } from "./grudge.ts";

export const partitionOne: Nemesis = steady({
  name: "partition-one",
  text: "Isolates one node from all others.",
  kinds: ["partition"],
  draw: (_kind, { random, nodes }) => (nodes.length < 2 ? undefined : cut(random, isolated(random.shuffle(nodes, "order")))),
});
