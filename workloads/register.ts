// Registers: read, write, compare-and-set, delete; every key a linearizable register. For key-value stores.
import { linearizable, registerModel, type RegisterInput, type RegisterOutput } from "../checkers/linearizability/index.ts";
import type { Generator, GeneratorContext } from "../harness/generator.ts";
import { eachNode } from "../harness/generators/nodes.ts";
import { stagger } from "../harness/generators/pace.ts";
import { concat } from "../harness/generators/sequences.ts";
import { once } from "../harness/generators/sources.ts";
import type { Operation } from "../harness/operation.ts";
import { defineWorkload, type Workload, type WorkloadOptions } from "../harness/workload.ts";
import { integersOf } from "./parameters.ts";
import { ended, firstKeys, issued, likelyKeys, pickKey, type ActiveKey, type KeyLimits } from "./register-keys.ts";
import { unfold, type CompletedEvent } from "./unfold.ts";
import { decoder, isAbsentOr, isText, isTextOrNull } from "./vocabulary.ts";

/** A read with mode `lease` may be answered by a leader that trusts its lease; it must be linearizable all the same. */
export type RegisterWorkloadInput = Exclude<RegisterInput, { readonly f: "read" }> | { readonly f: "read"; readonly key: string; readonly mode?: "lease" };
export type { RegisterOutput } from "../checkers/linearizability/index.ts";

/** Linearizable registers; reads ask for the strongest consistency that the system has. */
export const registerWorkload: Workload = registers(
  "register",
  "Reads, writes, compare-and-sets and deletes of a few keys; every key is a linearizable register.",
  {},
);

/** The same with reads that rely on a leader's lease: linearizable as long as clocks run at about the same rate. */
export const leaseRegisterWorkload: Workload = registers(
  "lease-register",
  "The register workload with lease reads: still linearizable, while clocks drift no more than promised.",
  { mode: "lease" },
);

type ReadMode = { readonly mode?: "lease" };

function registers(name: string, text: string, mode: ReadMode): Workload {
  const functions = {
    read: "key, mode? (lease) -> the value, null if there is none",
    write: "key, value -> null",
    cas: "key, from (null: absent), to -> true if it was `from` and now is `to`, else false; both are ok",
    delete: "key -> null, also if there was nothing",
  };
  return defineWorkload<RegisterWorkloadInput, RegisterOutput>({
    name,
    text,
    functions,
    generator: (options) => registerGenerator(options, limitsOf(name, options), mode),
    finalGenerator: (options) => finalReads(options, limitsOf(name, options), mode),
    decode: decoder(name, functions, isRegisterOperation),
    checker: linearizable(registerModel),
  });
}

/** Few keys, so that clients meet on them; operations that never meet find nothing. */
function limitsOf(name: string, { clientCount, parameters }: WorkloadOptions): KeyLimits {
  return integersOf(name, parameters, {
    keyCount: { fallback: Math.max(3, Math.ceil(clientCount / 4)), minimum: 1, maximum: 1000 },
    operationsPerKey: { fallback: 200, minimum: 1, maximum: 10_000 },
  });
}

function registerGenerator(options: WorkloadOptions, limits: KeyLimits, mode: ReadMode): Generator<RegisterWorkloadInput> {
  const operations = unfold<readonly ActiveKey[], RegisterWorkloadInput>(firstKeys(limits), {
    next(keys, { random, free }, serial) {
      const key = pickKey(keys, random);
      if (key === undefined) return "wait-for-event";
      const process = random.pick(free, "process");
      return { invoke: { input: drawInput(key, `${process}.${serial}`, random, mode), process }, state: issued(keys, key, limits) };
    },
    completed: (keys, event) => ended(keys, event.input.key, resultOf(event)),
  });
  return stagger(options.rateHz, operations);
}

/** 45 % reads, 30 % writes, 20 % compare-and-sets (from a value that is likely current), 5 % deletes. */
function drawInput({ name: key, recent }: ActiveKey, value: string, random: GeneratorContext["random"], mode: ReadMode): RegisterWorkloadInput {
  const draw = random.below(100, "operation");
  if (draw < 45) return { f: "read", key, ...mode };
  if (draw < 50) return { f: "delete", key };
  const newest = recent.at(-1);
  if (draw < 80 || newest === undefined) return { f: "write", key, value };
  const from = random.chance(0.8, "from-newest") ? newest : random.pick(recent, "from");
  return { f: "cas", key, from, to: value };
}

function resultOf({ input, outcome }: CompletedEvent<RegisterWorkloadInput>): { isUnclear: boolean; holds: string | null | undefined } {
  const isUnclear = outcome.type === "info" && input.f !== "read";
  if (outcome.type === "fail") return { isUnclear, holds: undefined };
  switch (input.f) {
    case "read":
      return { isUnclear, holds: outcome.type === "ok" && isTextOrNull(outcome.output) ? outcome.output : undefined };
    case "write":
      return { isUnclear, holds: input.value };
    case "cas":
      return { isUnclear, holds: outcome.type === "ok" && outcome.output === true ? input.to : undefined };
    case "delete":
      return { isUnclear, holds: outcome.type === "ok" ? null : undefined };
  }
}

const finalKeyLimit = 100;

/** One read of every key at every node, newest keys first. */
function finalReads({ rateHz, durationMs }: WorkloadOptions, limits: KeyLimits, mode: ReadMode): Generator<RegisterWorkloadInput> {
  const keys = likelyKeys((rateHz * durationMs) / 1000, limits, finalKeyLimit);
  return eachNode(() => concat(...keys.map((key) => once<RegisterWorkloadInput>({ f: "read", key, ...mode }))));
}

function isRegisterOperation(operation: Operation): operation is Operation<RegisterWorkloadInput, RegisterOutput> {
  const { input, output } = operation;
  if (!isText(input["key"])) return false;
  switch (input.f) {
    case "read":
      return (input["mode"] === undefined || input["mode"] === "lease") && isAbsentOr(output, isTextOrNull);
    case "write":
      return isText(input["value"]) && isAbsentOr(output, (value) => value === null);
    case "cas":
      return isTextOrNull(input["from"]) && isText(input["to"]) && isAbsentOr(output, (value) => typeof value === "boolean");
    case "delete":
      return isAbsentOr(output, (value) => value === null);
    default:
      return false;
  }
}
