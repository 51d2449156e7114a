// What a runtime promises, measured from outside it: the same scenarios, through the same ports, for simulation, processes and containers.
import { capabilityScenarios } from "./fixtures/capability-scenarios.ts";
import { clockScenarios } from "./fixtures/clock-scenarios.ts";
import { connectionScenarios } from "./fixtures/connection-scenarios.ts";
import { datagramScenarios } from "./fixtures/datagram-scenarios.ts";
import { diskScenarios, powerScenarios } from "./fixtures/disk-scenarios.ts";
import { latencyScenarios, partitionScenarios, stallScenarios } from "./fixtures/link-scenarios.ts";
import type { RuntimeUnderTest } from "./fixtures/probe-plan.ts";
import { networkScenarios } from "./fixtures/network-scenarios.ts";
import { deathScenarios, haltScenarios, killScenarios } from "./fixtures/process-scenarios.ts";
import { scenarioTests } from "./fixtures/scenario.ts";
import { triggerScenarios } from "./fixtures/trigger-scenarios.ts";
import { wholeRunTests } from "./fixtures/whole-runs.ts";

export function runtimeContract(runtime: RuntimeUnderTest): void {
  scenarioTests(runtime, [
    { name: "links", scenarios: [...partitionScenarios, ...stallScenarios, ...latencyScenarios, ...connectionScenarios] },
    { name: "nodes", scenarios: [...killScenarios, ...haltScenarios, ...deathScenarios, ...triggerScenarios] },
    { name: "disks", scenarios: [...powerScenarios, ...diskScenarios] },
    { name: "messages, clocks and capabilities", scenarios: [...networkScenarios, ...datagramScenarios, ...clockScenarios, ...capabilityScenarios] },
  ]);
  wholeRunTests(runtime);
}
