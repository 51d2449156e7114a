// The public face of Faultline: what a user's own system, workload or test needs.
export { defineSystem, survivableFaults, type SystemDefinition } from "./define-system.ts";
export { defineConfig, type FaultlineConfig } from "./define-config.ts";
export { checkSystem, type SystemCheck, type SystemCheckOptions } from "./check-system.ts";

export type { Checker, Limits, Property } from "../harness/checker.ts";
export type { Client, ClusterView } from "../harness/client.ts";
export type { Answer, CallError, Clock, Disk, Environment, Exchange, File, Network, Probe, Reply, Timers } from "../harness/environment.ts";
export { UsageError } from "../harness/errors.ts";
export { faultKinds, type Fault, type FaultKind, type PlannedFault, type Target } from "../harness/faults.ts";
export type { Generator, GeneratorContext, Invocation } from "../harness/generator.ts";
export { eachNode, fromFunction, limit, mix, once, phases, repeat, stagger, timeLimit } from "../harness/generators/index.ts";
export { History, HistoryBuilder, type Fact, type FaultEvent, type HistoryEvent } from "../harness/history.ts";
export type { Json, JsonObject } from "../harness/json.ts";
export type { MarkDescription, Nemesis, NemesisContext } from "../harness/nemesis.ts";
export type { Input, NodeName, Operation, Outcome } from "../harness/operation.ts";
export type { Plan, PlanOptions, Script } from "../harness/plan.ts";
export { callAsync, type CallResult } from "../harness/promises.ts";
export { seededRandom, type Random } from "../harness/random.ts";
export type { RunResult } from "../harness/run.ts";
export type { Bug, Claim, Invariant, Node, NodeOptions, Premise, SearchSpace, System, Variant } from "../harness/system.ts";
export type { Evidence, Verdict, VerdictWord } from "../harness/verdict.ts";
export { defineWorkload, type Workload, type WorkloadDefinition, type WorkloadOptions } from "../harness/workload.ts";
export { Journal } from "../systems/parts/journal.ts";
export {
  cachedCounterWorkload,
  counterWorkload,
  leaseRegisterWorkload,
  likesWorkload,
  lockWorkload,
  registerWorkload,
  reshardedCounterWorkload,
  setWorkload,
  staleRegisterWorkload,
  uniqueIdsWorkload,
  watchWorkload,
} from "../workloads/index.ts";
