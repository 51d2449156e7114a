// The runtime contract in processes.
import { runtimeContract } from "../runtime.contract.ts";
import { createProcessRuntime } from "./index.ts";

runtimeContract({
  name: "process",
  create: createProcessRuntime,
  traits: { isRealTime: true, patienceMs: 250 },
  clusterCount: 4,
  areRunsConcurrent: true,
  limitMs: 240_000,
});
