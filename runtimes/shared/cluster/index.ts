// Clusters in real time: what carries their nodes, the nodes as faults see them, and the runtime that both real runtimes are made of.
export { createRealTimeRuntime } from "./runtime.ts";
export type { RealTimeParts } from "./runtime.ts";
export type { RunFrame } from "./run-frame.ts";
export { realTimeOptions } from "./options.ts";
export type { RealTimeOptions } from "./options.ts";
export { realTimeHealers } from "./healers.ts";
export type { NodeLogs } from "./node-logs.ts";
export type { Ending, Machine, Machinery, Running } from "./machine.ts";
export type { Member } from "./member.ts";
