// The gate for plans from outside: files, workers, containers. Every member is checked; what is unknown is refused, so that
// a typo is never silently a default. For the command line, replay, shrink and the worker entry.
import { z } from "zod";
import { hashJson } from "./canonical-json.ts";
import type { Json, JsonObject } from "./json.ts";
import { plannedFault } from "./parse-faults.ts";
import { depthLimit, isJson, jsonObject, refuse, strict } from "./parse-schema.ts";
import { UsageError } from "./errors.ts";
import type { PhaseOptions, Plan, PlanOptions, ScriptedOperation } from "./plan.ts";

/** What a plan may ask for at most; what exceeds it is more likely a slip than a wish. */
export const planLimits: Readonly<Record<"nodes" | "clients" | "rateHz" | "durationMs" | "scriptOperations" | "scriptFaults", number>> = {
  nodes: 25,
  clients: 200,
  rateHz: 100_000,
  durationMs: 3_600_000,
  scriptOperations: 1_000_000,
  scriptFaults: 10_000,
};

const name = z.string().min(1).max(200);
const milliseconds = z.number().min(0).max(planLimits.durationMs);
const limitMs = z.number().gt(0).max(planLimits.durationMs);

/** A schema for every member of the type and no other, so that the two cannot drift apart. */
type Members<T> = Readonly<Record<keyof T, z.ZodType>>;

const phases = strict({
  warmUpMs: milliseconds.exactOptional(),
  readyLimitMs: limitMs.exactOptional(),
  quietMs: milliseconds.exactOptional(),
  finalLimitMs: limitMs.exactOptional(),
  operationTimeoutMs: limitMs.exactOptional(),
  finalOperationTimeoutMs: limitMs.exactOptional(),
  coreLivenessMs: milliseconds.exactOptional(),
  checkSteps: z.int().min(1).exactOptional(),
  checkMs: limitMs.exactOptional(),
  stopAtViolation: z.boolean().exactOptional(),
  stopAtImpossibleAnswer: z.boolean().exactOptional(),
} satisfies Members<PhaseOptions>);

const options = strict({
  phases: phases.exactOptional(),
  simulation: jsonObject.exactOptional(),
  realTime: jsonObject.exactOptional(),
  workload: jsonObject.exactOptional(),
  system: jsonObject.exactOptional(),
} satisfies Members<PlanOptions>);

const scriptedOperation = strict({
  id: z.int().min(0),
  process: z
    .int()
    .min(0)
    .max(2 ** 31 - 1),
  atMs: milliseconds,
  node: name.exactOptional(),
  phase: z.enum(["warm-up", "faults", "core-liveness", "final"]),
  input: z.custom<JsonObject>((value) => isInput(value), { error: 'expected an object of JSON values whose member "f" names the action' }),
} satisfies Members<ScriptedOperation>);

const script = strict({
  operations: uniqueIds(z.array(scriptedOperation).max(planLimits.scriptOperations)),
  faults: uniqueIds(z.array(plannedFault).max(planLimits.scriptFaults)),
});

const plan = strict({
  schema: z.literal("faultline/plan/1"),
  system: name,
  module: z.string().min(1).max(4_096),
  variant: name.exactOptional(),
  bug: name.exactOptional(),
  workload: name,
  nemeses: z.array(name).max(100),
  runtime: z.enum(["simulation", "process", "container"]),
  seed: z.string().min(1).max(200),
  nodes: z.int().min(1).max(planLimits.nodes),
  clients: z.int().min(1).max(planLimits.clients),
  rateHz: z.number().gt(0).max(planLimits.rateHz),
  durationMs: limitMs,
  options,
  script: script.exactOptional(),
  expect: strict({ failureClass: z.string().min(1).max(500).nullable(), traceHash: z.string().min(1).max(200).exactOptional() }).exactOptional(),
} satisfies Members<Plan>);

/**
 * The plan that a parsed JSON value is. It does not ask whether the names in it exist: that is up to the registry.
 * @param source names the file or argument in the error, as the user knows it
 * @throws UsageError for another schema, a wrong type, a bound that is exceeded, an unknown member (with the nearest right one)
 */
export function parsePlan(json: unknown, source: string): Plan {
  refuseOtherSchema(json, source);
  const parsed = plan.safeParse(json);
  if (!parsed.success)
    refuse(parsed.error, { code: "broken-plan", noun: "plan", source, wayOut: "Correct the file, or take the plan.json of a stored run as a pattern." });
  // The one decode boundary of plans: the schemas above mirror `Plan` member by member.
  return parsed.data as unknown as Plan;
}

/** 64 bits as 16 hexadecimal digits, over everything that is run; what a replay must find again (`expect`) is left out. */
export function planHash(plan: Plan): string {
  const { expect: _found, ...asked } = plan;
  // A plan holds JSON only; interfaces just do not say so.
  return hashJson(asked as unknown as Json);
}

function refuseOtherSchema(json: unknown, source: string): void {
  const isObject = typeof json === "object" && json !== null && !Array.isArray(json);
  if (!isObject) throw new UsageError("broken-plan", `${source} is not a plan: expected an object.`, "Take the plan.json of a stored run as a pattern.");
  // Before any schema walks it: the schema of targets is recursive.
  if (!isJson(json))
    throw new UsageError("broken-plan", `${source} is not a plan: expected JSON values nested at most ${depthLimit} deep.`, "Correct the file.");
  const schema = "schema" in json ? json["schema"] : undefined;
  if (schema === "faultline/plan/1") return;
  const shown = schema === undefined ? "has no schema" : `has the schema ${JSON.stringify(schema)?.slice(0, 100)}`;
  throw new UsageError(
    "unknown-schema",
    `${source} ${shown}; this version of Faultline reads "faultline/plan/1".`,
    "Use the version of Faultline that wrote it, or write it anew.",
  );
}

function isInput(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && "f" in value && typeof value.f === "string" && value.f !== "" && isJson(value);
}

/** Ids are what `$from` and lifts refer to: twice the same is a broken script. */
function uniqueIds<T extends z.ZodType>(list: z.ZodArray<T>): z.ZodArray<T> {
  return list.superRefine((items, context) => {
    const seen = new Set<unknown>();
    for (const [index, item] of items.entries()) {
      const id = typeof item === "object" && item !== null && "id" in item ? item.id : undefined;
      if (seen.has(id)) context.addIssue({ code: "custom", path: [index, "id"], message: `the id ${JSON.stringify(id)} occurs twice` });
      seen.add(id);
    }
  });
}
