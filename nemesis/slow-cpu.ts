// Nodes that limp: everything takes many times as long.
import type { Nemesis } from "../harness/nemesis.ts";
import { steady } from "./define.ts";

export const slowCpu: Nemesis = steady({
  name: "slow-cpu",
  text: "Slows one node, or a minority, down by 2 to 20 times.",
  kinds: ["slow-cpu"],
});
