// The power fails: what was not fsynced is gone, in part or whole.
import type { Nemesis } from "../harness/nemesis.ts";
import { steady } from "./define.ts";

export const power: Nemesis = steady({
  name: "power",
  text: "Cuts the power of one node, of several or of all at once.",
  kinds: ["power-cut"],
});
