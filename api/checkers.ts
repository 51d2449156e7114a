// The checkers as a library of their own: no input or output, no clock, no dependencies; usable in a browser.
export { counterChecker } from "../checkers/counter.ts";
export { checkLinearizability, linearizable, registerModel } from "../checkers/linearizability/index.ts";
export type { LinearizableOptions, Model } from "../checkers/linearizability/index.ts";
export { setChecker } from "../checkers/set.ts";
export { uniqueIdsChecker } from "../checkers/unique-ids.ts";
export { uniqueLikesChecker } from "../checkers/unique-likes.ts";
export { stepLimits, type Checker, type Limits, type StopReason } from "../harness/checker.ts";
export { History, HistoryBuilder, type HistoryEvent, type NewEvent } from "../harness/history.ts";
export type { Operation } from "../harness/operation.ts";
export type { Evidence, Verdict } from "../harness/verdict.ts";
