// Ways to make a failing plan simpler for its reader without leaving out events: fewer nodes, calmer network, rounder
// times, smaller values. Each gives candidates, simplest first; `shrink.ts` keeps those that still fail the same way.
import type { PlannedFault } from "./faults.ts";
import type { Plan, ScriptedOperation } from "./plan.ts";
import { calmFaults, calmSimulation, shorterFaults } from "./shrink-calm.ts";
import { fewerNodes, renumberedClients, renumberedIds, renumberedValues } from "./shrink-rename.ts";

export interface Simplification {
  readonly name: string;
  /** Plans that differ from this one; none if it cannot become simpler this way. All have a script if this one has. */
  readonly candidates: (plan: Plan) => Iterable<Plan>;
}

/** In the order in which they are tried: what makes every later run cheaper comes first. */
export const simplifications: readonly Simplification[] = [
  { name: "no core liveness phase", candidates: withoutCoreLiveness },
  { name: "fewer nodes", candidates: fewerNodes },
  { name: "shorter", candidates: shorter },
  { name: "fewer clients", candidates: renumberedClients },
  { name: "calmer network", candidates: calmSimulation },
  { name: "calmer faults", candidates: calmFaults },
  { name: "shorter faults", candidates: shorterFaults },
  { name: "round times", candidates: rounded },
  { name: "short values", candidates: renumberedValues },
  { name: "ids in order", candidates: renumberedIds },
  { name: "no nemeses", candidates: withoutNemeses },
];

function* withoutCoreLiveness(plan: Plan): Iterable<Plan> {
  const coreLivenessMs = plan.options.phases?.coreLivenessMs ?? 0;
  if (coreLivenessMs > 0) yield { ...plan, options: { ...plan.options, phases: { ...plan.options.phases, coreLivenessMs: 0 } } };
}

/** The script says which faults there are; the names of what drew them only mislead the reader. */
function* withoutNemeses(plan: Plan): Iterable<Plan> {
  if (plan.script !== undefined && plan.nemeses.length > 0) yield { ...plan, nemeses: [] };
}

/** A fault phase that ends soon after the last thing that happens in it, else at half its length. */
function* shorter(plan: Plan): Iterable<Plan> {
  const warmUpMs = plan.options.phases?.warmUpMs ?? 500;
  const ends = [
    ...loadOperations(plan).map((operation) => operation.atMs),
    ...(plan.script?.faults ?? []).map((fault) => ("atMs" in fault.when ? fault.when.atMs + fault.durationMs : 0)),
  ];
  const neededMs = Math.max(1, Math.ceil((Math.max(0, ...ends) - warmUpMs) / 100) * 100);
  const halfMs = Math.ceil(plan.durationMs / 2);
  for (const durationMs of [neededMs, halfMs]) if (durationMs < plan.durationMs) yield { ...plan, durationMs };
}

/** Operations of the phases that share the zero of faults. */
export function loadOperations(plan: Plan): readonly ScriptedOperation[] {
  return (plan.script?.operations ?? []).filter((operation) => operation.phase === "warm-up" || operation.phase === "faults");
}

/** All times to one raster, the coarsest first; then single ones. */
function* rounded(plan: Plan): Iterable<Plan> {
  const { script } = plan;
  if (script === undefined) return;
  for (const rasterMs of [1_000, 500, 100, 50, 10, 1]) {
    const operations = script.operations.map((operation) => ({ ...operation, atMs: toRaster(operation.atMs, rasterMs) }));
    const faults = script.faults.map((fault) => roundedFault(fault, rasterMs));
    const changed = { ...plan, script: { operations, faults } };
    if (differ(changed, plan)) yield changed;
  }
  for (const [index, operation] of script.operations.entries()) {
    const atMs = Math.round(operation.atMs);
    if (atMs !== operation.atMs) yield { ...plan, script: { ...script, operations: script.operations.with(index, { ...operation, atMs }) } };
  }
  for (const [index, fault] of script.faults.entries()) {
    const changed = roundedFault(fault, 1);
    if (JSON.stringify(changed) !== JSON.stringify(fault)) yield { ...plan, script: { ...script, faults: script.faults.with(index, changed) } };
  }
}

function roundedFault(fault: PlannedFault, rasterMs: number): PlannedFault {
  const when = "atMs" in fault.when ? { atMs: toRaster(fault.when.atMs, rasterMs) } : { ...fault.when, delayMs: toRaster(fault.when.delayMs, rasterMs) };
  // Never longer and never nothing, so that rounding and halving cannot undo each other for ever.
  const durationMs = fault.durationMs < rasterMs ? fault.durationMs : Math.floor(fault.durationMs / rasterMs) * rasterMs;
  return { ...fault, when, durationMs };
}

function toRaster(ms: number, rasterMs: number): number {
  return Math.round(ms / rasterMs) * rasterMs;
}

function differ(a: Plan, b: Plan): boolean {
  return JSON.stringify(a.script) !== JSON.stringify(b.script);
}
