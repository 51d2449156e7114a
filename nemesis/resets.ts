// Connections that break, before or after the request took effect.
import type { Nemesis } from "../harness/nemesis.ts";
import { steady } from "./define.ts";

export const resets: Nemesis = steady({
  name: "resets",
  text: "Resets connections, so that callers cannot know what happened.",
  kinds: ["reset"],
});
