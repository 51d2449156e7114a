// The harness's face: the nouns, the runner and the judge, the store, the search. The generator algebra is `generators/index.ts`.
export type { Checker, Limits, OnlineChecker, Property, StopReason } from "./checker.ts";
export { stepLimits } from "./checker.ts";
export type { Client, ClusterView } from "./client.ts";
export type { Environment } from "./environment.ts";
export { assert, EnvironmentError, UsageError } from "./errors.ts";
export { faultKinds, type Fault, type FaultKind, type PlannedFault, type Target } from "./faults.ts";
export type { Generator, GeneratorContext, GeneratorEvent, Invocation, Step } from "./generator.ts";
export { History, HistoryBuilder, type Fact, type FaultEvent, type HistoryEvent } from "./history.ts";
export type { Json, JsonObject } from "./json.ts";
export type { MarkDescription, Nemesis, NemesisContext } from "./nemesis.ts";
export type { Input, NodeName, Operation, Outcome, Phase } from "./operation.ts";
export type { Plan, Script, ScriptedOperation } from "./plan.ts";
export { seededRandom, type Random } from "./random.ts";
export type { ResolvedPlan, Resolve, RunEnding, RunResult } from "./run.ts";
export type { Cluster, ClusterObserver, Runtime, Subject } from "./runtime.ts";
export type { Bug, Claim, Invariant, Node, System, Variant } from "./system.ts";
export { worstClaim, worstVerdict, type ClaimWord, type Evidence, type Verdict, type VerdictWord } from "./verdict.ts";
export { defineWorkload, type Workload, type WorkloadDefinition, type WorkloadOptions } from "./workload.ts";

export { callAsync, TimeoutError, withTimeout } from "./promises.ts";

export { checkLimits, runPlan, type RunOptions } from "./runner.ts";
export { judge, type Judged, type JudgeOptions } from "./judge.ts";
export { judgeInThread, type JudgeThread } from "./judge-thread.ts";
export { timeLimits } from "./time-limits.ts";

export { HistoryWriter, readHistory, writeHistory } from "./history-file.ts";
export { Store, type StoreOptions } from "./store.ts";
export { parsePlan, planHash } from "./parse-plan.ts";
export { searchPlan, type SearchRequest } from "./search.ts";
export { explore, type ExploreOptions } from "./explore.ts";
export { shrink, type ShrinkOptions, type ShrinkResult } from "./shrink.ts";
export { replay, type ReplayReport } from "./replay.ts";
