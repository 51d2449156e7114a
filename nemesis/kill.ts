// Nodes die without warning and start again: a crash of the process, not of its disk.
import type { Nemesis } from "../harness/nemesis.ts";
import { steady } from "./define.ts";

export const kill: Nemesis = steady({
  name: "kill",
  text: "Kills one node, or a minority, and starts it again.",
  kinds: ["kill"],
});
