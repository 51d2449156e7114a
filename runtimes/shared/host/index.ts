// The node's side of a real-time run: the entry of node processes, the environment of client slots, and the time service.
export { createClientEnvironment } from "./client-host.ts";
export type { ClientHost, ClientHostOptions, ClientObserver } from "./client-host.ts";
export type { Counts } from "./probe.ts";
export { nodeHostFile } from "./node-host-file.ts";
export { TimeService } from "./time-service.ts";
