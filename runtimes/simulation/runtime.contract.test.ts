// The runtime contract in virtual time.
import { runtimeContract } from "../runtime.contract.ts";
import { createSimulation } from "./index.ts";

runtimeContract({
  name: "simulation",
  create: (subject) => createSimulation(subject, { freezeBodies: true }),
  traits: { isRealTime: false, patienceMs: 250 },
  clusterCount: 1,
  areRunsConcurrent: false,
  limitMs: 30_000,
});
