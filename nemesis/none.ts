// No faults at all: the workload alone.
import type { Nemesis } from "../harness/nemesis.ts";

export const none: Nemesis = { name: "none", text: "No faults.", kinds: [], schedule: () => [] };
