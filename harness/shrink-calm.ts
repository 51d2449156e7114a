// A calmer world around the same events: smaller fault parameters, shorter faults, a network without tricks. For `shrink-simplify.ts`.
import type { PlannedFault } from "./faults.ts";
import type { Json, JsonObject } from "./json.ts";
import type { Plan } from "./plan.ts";

/**
 * The simulation's numbers all at zero and its switches off, then each half of them, then one by one. What they mean is the
 * simulation's business: a value that it refuses is a candidate that fails.
 */
export function* calmSimulation(plan: Plan): Iterable<Plan> {
  const options = plan.options.simulation;
  if (options === undefined) return;
  const leaves = leavesOf(options).filter(({ value }) => value !== 0 && value !== false);
  const calm = (some: readonly Leaf[]): Plan => ({ ...plan, options: { ...plan.options, simulation: some.reduce(replaced, options) } });
  const middle = leaves.length >> 1;
  if (leaves.length > 1) yield* [leaves, leaves.slice(0, middle), leaves.slice(middle)].map(calm);
  yield* leaves.map((leaf) => calm([leaf]));
}

/** Triggers at their first occurrence and without delay; parameters that only add noise at zero. */
export function* calmFaults(plan: Plan): Iterable<Plan> {
  for (const [index, fault] of (plan.script?.faults ?? []).entries()) {
    if ("mark" in fault.when) {
      if (fault.when.delayMs > 0) yield withFault(plan, index, { ...fault, when: { ...fault.when, delayMs: 0 } });
      if (fault.when.occurrence > 1) yield withFault(plan, index, { ...fault, when: { ...fault.when, occurrence: 1 } });
      if (fault.when.occurrence > 2) yield withFault(plan, index, { ...fault, when: { ...fault.when, occurrence: Math.floor(fault.when.occurrence / 2) } });
    }
    if (fault.kind === "slow" && fault.params.jitterMs > 0) yield withFault(plan, index, { ...fault, params: { ...fault.params, jitterMs: 0 } });
    if (fault.kind === "power-cut" && fault.params.torn) yield withFault(plan, index, { ...fault, params: { torn: false } });
  }
}

/** All durations halved, then single ones. */
export function* shorterFaults(plan: Plan): Iterable<Plan> {
  const { script } = plan;
  if (script === undefined || script.faults.every((fault) => fault.durationMs <= 1)) return;
  yield { ...plan, script: { ...script, faults: script.faults.map(halved) } };
  for (const [index, fault] of script.faults.entries()) if (fault.durationMs > 1) yield withFault(plan, index, halved(fault));
}

function halved(fault: PlannedFault): PlannedFault {
  return { ...fault, durationMs: Math.ceil(fault.durationMs / 2) };
}

function withFault(plan: Plan, index: number, fault: PlannedFault): Plan {
  const { script } = plan;
  return script === undefined ? plan : { ...plan, script: { ...script, faults: script.faults.with(index, fault) } };
}

interface Leaf {
  readonly path: readonly string[];
  readonly value: number | boolean;
}

/** Numbers and switches, at any depth of objects; lists are left alone. */
function leavesOf(options: JsonObject, path: readonly string[] = []): Leaf[] {
  return Object.entries(options).flatMap(([key, value]) => {
    const inner = [...path, key];
    if (typeof value === "number" || typeof value === "boolean") return [{ path: inner, value }];
    return isObject(value) ? leavesOf(value, inner) : [];
  });
}

/** The options with one leaf at its calmest. */
function replaced(options: JsonObject, { path: [key, ...rest], value }: Leaf): JsonObject {
  if (key === undefined) return options;
  const inner = options[key];
  if (rest.length > 0 && isObject(inner)) return { ...options, [key]: replaced(inner, { path: rest, value }) };
  return { ...options, [key]: typeof value === "number" ? 0 : false };
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
