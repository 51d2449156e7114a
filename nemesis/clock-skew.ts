// Clocks that jump and clocks that run too fast or too slow.
import type { Nemesis } from "../harness/nemesis.ts";
import { steady } from "./define.ts";

export const clockSkew: Nemesis = steady({
  name: "clock-skew",
  text: "Steps clocks by 10 ms to 100 s either way, and lets them drift by up to 1 %.",
  kinds: ["clock-step", "clock-drift"],
});
