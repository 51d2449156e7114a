// Ids: one at a time, in batches, in bursts, and after tokens that clients pass to each other. For sequencers.
import { uniqueIdsChecker, type UniqueIdsInput, type UniqueIdsOptions, type UniqueIdsOutput } from "../checkers/unique-ids.ts";
import type { GeneratorContext } from "../harness/generator.ts";
import { eachNode } from "../harness/generators/nodes.ts";
import { stagger } from "../harness/generators/pace.ts";
import { once } from "../harness/generators/sources.ts";
import type { Json } from "../harness/json.ts";
import type { Operation } from "../harness/operation.ts";
import { defineWorkload, type Workload, type WorkloadOptions } from "../harness/workload.ts";
import { integersOf } from "./parameters.ts";
import { unfold } from "./unfold.ts";
import { decoder, isAbsentOr, isObject, isText, isTextList } from "./vocabulary.ts";

export type { UniqueIdsInput, UniqueIdsOptions, UniqueIdsOutput } from "../checkers/unique-ids.ts";

const functions = { generate: "count? (default 1), after? (an id seen before) -> { ids } as strings, in the order in which they were made" };

/** Ids that compare as numbers if all are decimals, else as text; clocks up to a second apart. */
export const uniqueIdsWorkload: Workload = uniqueIds();

/** The workload for a system with another order of ids or another bound on its clocks. */
export function uniqueIds(options: UniqueIdsOptions = {}): Workload {
  return defineWorkload<UniqueIdsInput, UniqueIdsOutput>({
    name: "unique-ids",
    text: "Clients ask for ids, alone and in batches, and for ids after those that other clients got.",
    functions,
    generator: idGenerator,
    finalGenerator: () => eachNode(() => once<UniqueIdsInput>({ f: "generate" })),
    decode: decoder("unique-ids", functions, isIdOperation),
    checker: uniqueIdsChecker(options),
  });
}

const rememberedTokens = 8;
const largestBatch = 8;

/** The state is the last ids seen by anybody: a token of another client carries causality from process to process. */
function idGenerator({ rateHz, parameters }: WorkloadOptions): ReturnType<typeof stagger<UniqueIdsInput>> {
  const settings = integersOf("unique-ids", parameters, {
    afterPercent: { fallback: 25, minimum: 0, maximum: 100 },
    batchPercent: { fallback: 15, minimum: 0, maximum: 100 },
    burstPermille: { fallback: 4, minimum: 0, maximum: 1000 },
    // More than the 4,096 ids that 12 bits of sequence allow in one millisecond.
    burstCount: { fallback: 4500, minimum: 2, maximum: 100_000 },
  });
  const operations = unfold<readonly string[], UniqueIdsInput>([], {
    next(tokens, { random, free }) {
      const input: UniqueIdsInput = { f: "generate", ...drawCount(random, settings), ...drawToken(random, settings.afterPercent, tokens) };
      return { invoke: { input, process: random.pick(free, "process") }, state: tokens };
    },
    completed(tokens, { outcome }) {
      const newest = outcome.type === "ok" ? lastId(outcome.output) : undefined;
      return newest === undefined ? tokens : [...tokens, newest].slice(-rememberedTokens);
    },
  });
  return stagger(rateHz, operations);
}

type Settings = { readonly batchPercent: number; readonly burstPermille: number; readonly burstCount: number };

function drawCount(random: GeneratorContext["random"], { batchPercent, burstPermille, burstCount }: Settings): { count?: number } {
  const draw = random.below(1000, "batch");
  if (draw < burstPermille) return { count: burstCount };
  return draw < burstPermille + batchPercent * 10 ? { count: random.between(2, largestBatch, "batch-size") } : {};
}

function drawToken(random: GeneratorContext["random"], afterPercent: number, tokens: readonly string[]): { after?: string } {
  if (tokens.length === 0 || random.below(100, "after") >= afterPercent) return {};
  return { after: random.pick(tokens, "token") };
}

function lastId(output: Json): string | undefined {
  const ids = isObject(output) ? output["ids"] : undefined;
  return isTextList(ids) ? ids.at(-1) : undefined;
}

function isIdOperation(operation: Operation): operation is Operation<UniqueIdsInput, UniqueIdsOutput> {
  const { input, output } = operation;
  const { count, after } = { count: input["count"], after: input["after"] };
  if (input.f !== "generate" || (count !== undefined && typeof count !== "number") || (after !== undefined && !isText(after))) return false;
  return isAbsentOr(output, (value) => isObject(value) && isTextList(value["ids"]));
}
