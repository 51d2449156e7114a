// Registers whose reads may be old: each read names the revision that it shows, and sessions never go back.
import { staleReadsChecker, type StaleInput, type StaleOutput } from "../checkers/stale-reads.ts";
import type { Generator, GeneratorContext } from "../harness/generator.ts";
import { eachNode } from "../harness/generators/nodes.ts";
import { stagger } from "../harness/generators/pace.ts";
import { concat } from "../harness/generators/sequences.ts";
import { once } from "../harness/generators/sources.ts";
import { compareDecimals } from "../checkers/decimal.ts";
import type { Operation } from "../harness/operation.ts";
import { defineWorkload, type Workload, type WorkloadOptions } from "../harness/workload.ts";
import { integersOf } from "./parameters.ts";
import { unfold, type CompletedEvent } from "./unfold.ts";
import { decoder, isAbsentOr, isDecimalText, isObject, isText, isTextOrNull } from "./vocabulary.ts";

export type { StaleInput, StaleOutput } from "../checkers/stale-reads.ts";

const functions = {
  write: "key, value (unique in a run) -> { revision }, a decimal",
  "stale-read": "key, after? (a revision) -> { revision, value or null }: the key as the writes up to that revision left it",
};

/** Sessions move from node to node and carry the newest revision that they have seen. */
export const staleRegisterWorkload: Workload = defineWorkload<StaleInput, StaleOutput>({
  name: "stale-register",
  text: "Clients write a few keys and read them at any node, as old as they come but never older than what the session has seen.",
  functions,
  generator: staleGenerator,
  finalGenerator: (options) => eachNode(() => concat(...keysOf(options).map((key) => once<StaleInput>({ f: "stale-read", key })))),
  decode: decoder("stale-register", functions, isStaleOperation),
  checker: staleReadsChecker(),
});

/** Newest revision seen by each client slot. */
type Seen = Readonly<Record<number, string>>;

function keysOf({ parameters }: WorkloadOptions): string[] {
  const { keyCount } = integersOf("stale-register", parameters, { keyCount: { fallback: 3, minimum: 1, maximum: 100 } });
  return Array.from({ length: keyCount }, (_, index) => `k${index}`);
}

function staleGenerator(options: WorkloadOptions): Generator<StaleInput> {
  const keys = keysOf(options);
  const { clientCount } = options;
  const operations = unfold<Seen, StaleInput>(
    {},
    {
      next(seen, { random, free, nodes }, serial) {
        const process = random.pick(free, "process");
        const key = random.pick(keys, "key");
        if (random.chance(0.4, "write")) return { invoke: { input: { f: "write", key, value: `${process}.${serial}` }, process }, state: seen };
        const input: StaleInput = { f: "stale-read", key, ...drawToken(random, seen[process % clientCount]) };
        return { invoke: { input, process, ...(random.chance(0.5, "move") ? { node: random.pick(nodes, "node") } : {}) }, state: seen };
      },
      completed: (seen, event) => afterStaleOperation(seen, event, clientCount),
    },
  );
  return stagger(options.rateHz, operations);
}

function drawToken(random: GeneratorContext["random"], seen: string | undefined): { after?: string } {
  return seen !== undefined && random.chance(0.7, "session") ? { after: seen } : {};
}

function afterStaleOperation(seen: Seen, { process, outcome }: CompletedEvent<StaleInput>, clientCount: number): Seen {
  const revision = outcome.type === "ok" && isObject(outcome.output) ? outcome.output["revision"] : undefined;
  if (!isDecimalText(revision)) return seen;
  const slot = process % clientCount;
  const before = seen[slot];
  return before !== undefined && compareDecimals(before, revision) >= 0 ? seen : { ...seen, [slot]: revision };
}

function isStaleOperation(operation: Operation): operation is Operation<StaleInput, StaleOutput> {
  const { input, output } = operation;
  if (!isText(input["key"])) return false;
  if (input.f === "write") return isText(input["value"]) && isAbsentOr(output, (value) => isObject(value) && isDecimalText(value["revision"]));
  const after = input["after"];
  if (input.f !== "stale-read" || (after !== undefined && !isDecimalText(after))) return false;
  return isAbsentOr(output, (value) => isObject(value) && isDecimalText(value["revision"]) && isTextOrNull(value["value"]));
}
