// What a runtime promises, measured from outside it: the same scenarios, through the same ports, for simulation, processes and containers.
import { clockScenarios } from "./fixtures/clock-scenarios.ts";
import { datagramScenarios } from "./fixtures/datagram-scenarios.ts";
import { diskScenarios, powerScenarios } from "./fixtures/disk-scenarios.ts";
import { connectionScenarios, latencyScenarios, partitionScenarios, stallScenarios } from "./fixtures/link-scenarios.ts";
import { networkScenarios } from "./fixtures/network-scenarios.ts";
import { deathScenarios, haltScenarios, killScenarios } from "./fixtures/process-scenarios.ts";
import { scenarios, type RuntimeUnderTest } from "./fixtures/scenario.ts";
import { triggerScenarios } from "./fixtures/trigger-scenarios.ts";

export function runtimeContract(runtime: RuntimeUnderTest): void {
  scenarios("links", runtime, [...partitionScenarios, ...stallScenarios, ...latencyScenarios, ...connectionScenarios]);
  scenarios("messages and clocks", runtime, [...networkScenarios, ...datagramScenarios, ...clockScenarios]);
  scenarios("nodes", runtime, [...killScenarios, ...haltScenarios, ...deathScenarios, ...triggerScenarios]);
  scenarios("disks", runtime, [...powerScenarios, ...diskScenarios]);
}
