// One step smaller, as a list of candidates: for shrinkers that decide themselves what to try next, like fast-check's.
import type { Plan, Script } from "./plan.ts";
import { simplifications } from "./shrink-simplify.ts";

/**
 * Plans that are a little smaller than this one, biggest steps first: without some clients, faults or operations (halves,
 * quarters ... single ones), then the simplifications. Empty for a plan without a script.
 */
export function* smallerPlans(plan: Plan): Iterable<Plan> {
  const { script } = plan;
  if (script === undefined) return;
  const slots = [...new Set(script.operations.map((operation) => operation.process % plan.clients))];
  if (slots.length > 1) {
    for (const gone of slots) yield withScript(plan, { operations: script.operations.filter((operation) => operation.process % plan.clients !== gone) });
  }
  for (const faults of shorterLists(script.faults)) yield withScript(plan, { faults });
  for (const operations of shorterLists(script.operations)) yield withScript(plan, { operations });
  for (const { candidates } of simplifications) yield* candidates(plan);
}

function* shorterLists<T>(items: readonly T[]): Iterable<readonly T[]> {
  for (let size = items.length; size >= 1; size = Math.floor(size / 2)) {
    for (let end = items.length; end > 0; end -= size) yield [...items.slice(0, Math.max(0, end - size)), ...items.slice(end)];
  }
}

function withScript(plan: Plan, changed: Partial<Script>): Plan {
  const script = plan.script ?? { operations: [], faults: [] };
  return { ...plan, script: { ...script, ...changed } };
}
