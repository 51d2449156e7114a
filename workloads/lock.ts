// Locks with fencing tokens and the resource behind them: acquire, write under the token, release, or go on too long.
import { fencedLockChecker, type LockInput, type LockOutput } from "../checkers/fenced-lock.ts";
import type { Generator, GeneratorContext } from "../harness/generator.ts";
import { eachNode } from "../harness/generators/nodes.ts";
import { stagger } from "../harness/generators/pace.ts";
import { concat } from "../harness/generators/sequences.ts";
import { once } from "../harness/generators/sources.ts";
import type { Json } from "../harness/json.ts";
import type { Operation } from "../harness/operation.ts";
import { defineWorkload, type Workload, type WorkloadOptions } from "../harness/workload.ts";
import { integersOf } from "./parameters.ts";
import { unfold, type CompletedEvent } from "./unfold.ts";
import { decoder, isAbsentOr, isDecimalText, isObject, isText } from "./vocabulary.ts";

export type { LockInput, LockOutput } from "../checkers/fenced-lock.ts";

const functions = {
  acquire: "name -> { fence }, a decimal above 0; `fail` if somebody else holds the lock",
  release: "name, fence -> null, also if the lock was no longer held",
  store: "name, fence, value -> { accepted }: whether the resource that the lock protects took the value",
};

/** Holders write under their tokens, and some go on with tokens of long ago; the resource must refuse those once it has seen newer ones. */
export const lockWorkload: Workload = defineWorkload<LockInput, LockOutput>({
  name: "lock",
  text: "Clients acquire locks, write to a resource under their fencing tokens, and sometimes go on with old ones.",
  functions,
  generator: lockGenerator,
  finalGenerator: finalStores,
  decode: decoder("lock", functions, isLockOperation),
  checker: fencedLockChecker(),
});

/** A token, and the process that got it. */
interface Token {
  readonly process: number;
  readonly name: string;
  readonly fence: string;
}

interface LockState {
  readonly held: readonly Token[];
  /** Tokens of locks that were released or whose holder is gone, newest last. */
  readonly old: readonly Token[];
}

const rememberedTokens = 4;
const lockNames = (count: number): string[] => Array.from({ length: count }, (_, index) => `lock-${index}`);

function lockCountOf({ parameters }: WorkloadOptions): number {
  return integersOf("lock", parameters, { lockCount: { fallback: 2, minimum: 1, maximum: 1000 } }).lockCount;
}

function lockGenerator(options: WorkloadOptions): Generator<LockInput> {
  const names = lockNames(lockCountOf(options));
  const initial: LockState = { held: [], old: [] };
  const operations = unfold<LockState, LockInput>(initial, {
    next(state, { random, free }, serial) {
      const process = random.pick(free, "process");
      return { invoke: { input: drawInput(state, { process, serial, random, names }), process }, state };
    },
    completed: afterLockOperation,
  });
  return stagger(options.rateHz, operations);
}

interface Draw {
  readonly process: number;
  readonly serial: number;
  readonly random: GeneratorContext["random"];
  readonly names: readonly string[];
}

function drawInput({ held, old }: LockState, { process, serial, random, names }: Draw): LockInput {
  const value = `${process}.${serial}`;
  if (old.length > 0 && random.chance(0.15, "old-token")) {
    const { name, fence } = random.pick(old, "token");
    return { f: "store", name, fence, value };
  }
  const token = held.find((candidate) => candidate.process === process);
  if (token === undefined) return { f: "acquire", name: random.pick(names, "lock") };
  const { name, fence } = token;
  return random.chance(0.6, "store") ? { f: "store", name, fence, value } : { f: "release", name, fence };
}

function afterLockOperation(state: LockState, { process, input, outcome }: CompletedEvent<LockInput>): LockState {
  if (input.f === "acquire") {
    const fence = outcome.type === "ok" && isObject(outcome.output) ? outcome.output["fence"] : undefined;
    return isText(fence) ? { ...state, held: [...state.held, { process, name: input.name, fence }] } : state;
  }
  // A process whose operation is indeterminate never acts again: its tokens live on as old ones.
  if (input.f === "store" && outcome.type !== "info") return state;
  const gone = state.held.filter((token) => token.process === process);
  if (gone.length === 0) return state;
  return { ...state, held: state.held.filter((token) => token.process !== process), old: [...state.old, ...gone].slice(-rememberedTokens) };
}

/** Token 0 is below every real one: a resource that takes it has forgotten what it accepted. */
function finalStores(options: WorkloadOptions): Generator<LockInput> {
  const names = lockNames(lockCountOf(options));
  return eachNode((node) => concat(...names.map((name) => once<LockInput>({ f: "store", name, fence: "0", value: `final.${node}` }))));
}

function isLockOperation(operation: Operation): operation is Operation<LockInput, LockOutput> {
  const { input, output } = operation;
  if (!isText(input["name"])) return false;
  switch (input.f) {
    case "acquire":
      return isAbsentOr(output, (value) => isObject(value) && isDecimalText(value["fence"]));
    case "release":
      return isDecimalText(input["fence"]) && isAbsentOr(output, (value: Json | undefined) => value === null);
    case "store":
      return (
        isDecimalText(input["fence"]) && isText(input["value"]) && isAbsentOr(output, (value) => isObject(value) && typeof value["accepted"] === "boolean")
      );
    default:
      return false;
  }
}
