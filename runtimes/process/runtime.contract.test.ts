// The runtime contract in processes.
import { runtimeContract } from "../runtime.contract.ts";
import { createProcessRuntime } from "./index.ts";

runtimeContract({ name: "process", create: createProcessRuntime, traits: { isRealTime: true, patienceMs: 250 }, groupLimitMs: 120_000 });
