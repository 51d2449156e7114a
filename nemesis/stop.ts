// Nodes stop in good order and start again: restarts, upgrades.
import type { Nemesis } from "../harness/nemesis.ts";
import { steady } from "./define.ts";

export const stop: Nemesis = steady({
  name: "stop",
  text: "Stops one node, or a minority, gracefully and starts it again.",
  kinds: ["stop"],
});
