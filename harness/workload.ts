// A promise to test: vocabulary, generator, final reads, checker. Owns the one decode of its operations.
import type { Checker, Limits, OnlineChecker, Property } from "./checker.ts";
import type { Generator } from "./generator.ts";
import type { History } from "./history.ts";
import type { Json, JsonObject } from "./json.ts";
import type { Input, NodeName, Operation } from "./operation.ts";
import type { Verdict } from "./verdict.ts";

export interface WorkloadDefinition<I extends Input, O extends Json> {
  readonly name: string;
  readonly text: string;
  /** Which `f` exist, each in a sentence with the shape of its arguments and output. */
  readonly functions: Readonly<Record<string, string>>;
  generator(options: WorkloadOptions): Generator<I>;
  /** Runs after heal and quiet; addresses nodes by `Invocation.node`. */
  finalGenerator(options: WorkloadOptions): Generator<I>;
  /** The one place where JSON becomes I and O; throws UsageError for a history of another vocabulary. */
  decode(operation: Operation): Operation<I, O>;
  readonly checker: Checker<I, O>;
}

export interface WorkloadOptions {
  readonly nodes: readonly NodeName[];
  readonly clientCount: number;
  readonly rateHz: number;
  readonly durationMs: number;
  /** `plan.options.workload`, already checked to be an object. */
  readonly parameters: JsonObject;
}

/** A workload with its types closed over, so that lists of workloads need no cast. */
export interface Workload {
  readonly name: string;
  readonly text: string;
  readonly functions: Readonly<Record<string, string>>;
  readonly properties: readonly Property[];
  generator(options: WorkloadOptions): Generator;
  finalGenerator(options: WorkloadOptions): Generator;
  check(history: History, limits: Limits): Verdict;
  /** A checker for operations as they come, for runs that end at the first impossible answer; absent if its checker has none. */
  online?(): OnlineChecker;
}

export function defineWorkload<I extends Input, O extends Json>(definition: WorkloadDefinition<I, O>): Workload {
  const { name, text, functions, checker } = definition;
  return {
    name,
    text,
    functions,
    properties: checker.properties,
    generator: (options) => definition.generator(options),
    finalGenerator: (options) => definition.finalGenerator(options),
    check: (history, limits) =>
      checker.check(
        history.decode((operation) => definition.decode(operation)),
        limits,
      ),
    ...(checker.online === undefined ? {} : { online: () => decodedOnline(definition, checker.online?.()) }),
  };
}

/** Types close over here too: operations are decoded one by one on their way to the checker. */
function decodedOnline<I extends Input, O extends Json>(definition: WorkloadDefinition<I, O>, checker: OnlineChecker<I, O> | undefined): OnlineChecker {
  return {
    invoked: (operation) => checker?.invoked(definition.decode(operation)),
    completed: (operation) => checker?.completed(definition.decode(operation)),
  };
}
