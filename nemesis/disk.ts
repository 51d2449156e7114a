// Disks that fill up or fail.
import type { Nemesis } from "../harness/nemesis.ts";
import { steady } from "./define.ts";

export const disk: Nemesis = steady({
  name: "disk",
  text: "Lets reads, writes or fsyncs of one node fail, or its disk be full.",
  kinds: ["disk-error", "disk-full"],
});
