// The simulation runtime: one process, virtual time, seeded network, disks and clocks. One seed is one run, byte for byte.
export { createSimulation } from "./simulation.ts";
export type { SimulationSettings } from "./simulation.ts";
export { SimulationError, SimulationLeakError } from "./simulation-error.ts";
export type { SimulationFailure } from "./simulation-error.ts";
export { simulationOptions, resolveOptions } from "./options.ts";
export type { SimulationOptions } from "./options.ts";
export { checkDeterminism, findDivergence } from "./divergence.ts";
export type { Determinism, Divergence } from "./divergence.ts";
export { traceKinds } from "./trace.ts";
export type { TraceEntry, TraceKind, TraceRecord } from "./trace.ts";
export { epochMs } from "./clock.ts";
export type { DrainKind } from "./drain.ts";
export type { FailedFsync } from "./inode.ts";
export { activeResources } from "./tripwires.ts";
