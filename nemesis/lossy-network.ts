// A network that loses, doubles and reorders datagrams and resets connections.
import type { Nemesis } from "../harness/nemesis.ts";
import { steady } from "./define.ts";

export const lossyNetwork: Nemesis = steady({
  name: "lossy-network",
  text: "Loses, duplicates and reorders datagrams, and resets connections.",
  kinds: ["loss", "duplicate", "reorder", "reset"],
});
