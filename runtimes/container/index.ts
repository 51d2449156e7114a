// Nodes in containers, through testcontainers.
export { createContainerRuntime } from "./runtime.ts";
export { probeContainers } from "./probe.ts";
export type { ContainerProbe } from "./probe.ts";
export { containerHealers } from "./removal.ts";
