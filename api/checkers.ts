// The checkers as a library of their own: no input or output, no clock, no dependencies; usable in a browser.

// Linearizability.
export {
  bruteForceLimit,
  checkLinearizability,
  chosenModel,
  counterModel,
  deterministic,
  faultOfLinearization,
  fencedLockModel,
  fifoQueueModel,
  growingSetModel,
  isLinearizableByBruteForce,
  lawsBrokenBy,
  linearizabilityProperty,
  linearizable,
  messageBagModel,
  multiKeyStoreModel,
  mutexModel,
  namedModels,
  priorityQueueModel,
  redeliveringQueueModel,
  register,
  registerModel,
  semaphore,
  setModel,
  simulateHistory,
  stackModel,
  stringStoreModel,
  versionedRegisterModel,
} from "../checkers/linearizability/index.ts";
export type {
  Algorithm,
  ChosenModel,
  CounterInput,
  CounterOutput,
  Effect,
  Entries,
  FencedLockInput,
  FencedLockOutput,
  FencedState,
  GrowingSetInput,
  GrowingSetOutput,
  LawsOptions,
  LinearizableOptions,
  Model,
  ModelBody,
  ModelName,
  Monitor,
  MonitorAnswer,
  MultiKeyInput,
  MultiKeyOutput,
  MutexInput,
  MutexOutput,
  NamedModel,
  NondeterministicModel,
  Present,
  PriorityQueueInput,
  PriorityQueueOutput,
  QueueInput,
  QueueOutput,
  QueueState,
  RegisterInput,
  RegisterModel,
  RegisterOutput,
  SampleOperation,
  SemaphoreInput,
  SemaphoreOutput,
  SetInput,
  SetOutput,
  SimulatedObject,
  SimulationOptions,
  StackInput,
  StackOutput,
  StringStoreInput,
  StringStoreOutput,
  VersionedRegisterInput,
  VersionedRegisterOutput,
  VersionedState,
} from "../checkers/linearizability/index.ts";

// The checkers of single promises, weaker than linearizability and cheaper.
export { availability, type Availability, type Share } from "../checkers/availability.ts";
export { counterChecker } from "../checkers/counter.ts";
export type { CounterInput as CounterCheckerInput, CounterOutput as CounterCheckerOutput } from "../checkers/counter-history.ts";
export { fencedLockChecker, type LockInput, type LockOutput } from "../checkers/fenced-lock.ts";
export { boundedResponse, type BoundedResponse, type Response, type ResponseJudgement, type Trigger } from "../checkers/response-bound.ts";
export { setChecker, type SetInput as SetCheckerInput, type SetOutput as SetCheckerOutput } from "../checkers/set.ts";
export { staleReadsChecker, type StaleInput, type StaleOutput } from "../checkers/stale-reads.ts";
export { uniqueIdsChecker, type UniqueIdsInput, type UniqueIdsOptions, type UniqueIdsOutput } from "../checkers/unique-ids.ts";
export { uniqueLikesChecker, type LikesInput, type LikesOutput } from "../checkers/unique-likes.ts";
export { watchChecker } from "../checkers/watch.ts";
export type { WatchInput, WatchOutput } from "../checkers/watch-history.ts";

// Histories: by hand, as text, as events.
export { detectFormat, historyFormats, readHistory, writeHistory } from "../checkers/formats/index.ts";
export type {
  FailedCas,
  HistoryFormat,
  HistoryModel,
  InputOf,
  ModelTypes,
  OutputOf,
  Partition,
  ReadHistory,
  ReadOptions,
  WriteOptions,
} from "../checkers/formats/index.ts";
export { historyOf, type PlainOperation } from "../checkers/plain-history.ts";
export { History, HistoryBuilder, type EventType, type HistoryEvent, type NewEvent } from "../harness/history.ts";
export type { Input, Operation, OutcomeType, Phase } from "../harness/operation.ts";
export type { Json, JsonObject } from "../harness/json.ts";

// Limits, verdicts, chance.
export { timeLimits, type TimeLimitsOptions } from "../checkers/time-limits.ts";
export { stepLimits, type Checker, type Limits, type OnlineChecker, type Property, type StopReason } from "../harness/checker.ts";
export { UsageError } from "../harness/errors.ts";
export { seededRandom, type Random } from "../harness/random.ts";
export type { ClaimVerdict, ClaimWord, Evidence, LinearizationStep, ShownFact, ShownOperation, Verdict, VerdictWord } from "../harness/verdict.ts";
