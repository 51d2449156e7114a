// A network that takes its time.
import type { Nemesis } from "../harness/nemesis.ts";
import { steady } from "./define.ts";

export const slowNetwork: Nemesis = steady({
  name: "slow-network",
  text: "Adds 10 to 500 ms of latency to the links of one node.",
  kinds: ["slow"],
});
