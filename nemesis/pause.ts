// Nodes stand still and go on as if nothing had happened: garbage collection, a frozen virtual machine.
import type { Nemesis } from "../harness/nemesis.ts";
import { steady } from "./define.ts";

export const pause: Nemesis = steady({
  name: "pause",
  text: "Pauses one node, or a minority, for up to three seconds.",
  kinds: ["pause"],
});
