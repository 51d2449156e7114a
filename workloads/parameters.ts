// The parameters of a workload, `plan.options.workload`: numbers with bounds and defaults, unknown names refused.
import { UsageError } from "../harness/errors.ts";
import type { JsonObject } from "../harness/json.ts";

export interface NumberParameter {
  readonly fallback: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** All known parameters with their values. @throws UsageError `workload-option` for an unknown name, a non-integer or a value out of bounds */
export function integersOf<K extends string>(workload: string, given: JsonObject, known: Readonly<Record<K, NumberParameter>>): Readonly<Record<K, number>> {
  const names = Object.keys(known);
  const stranger = Object.keys(given).find((name) => !names.includes(name));
  const knownNames = names.length === 0 ? "It has none." : `It has: ${names.join(", ")}.`;
  if (stranger !== undefined) throw new UsageError("workload-option", `Workload ${workload} has no option ${JSON.stringify(stranger)}.`, knownNames);
  const values = Object.entries<NumberParameter>(known).map(([name, parameter]) => [name, integerOf(`${workload}.${name}`, given[name], parameter)] as const);
  // One entry per key of `known` was just made.
  return Object.fromEntries(values) as Record<K, number>;
}

function integerOf(name: string, value: JsonObject[string] | undefined, { fallback, minimum, maximum }: NumberParameter): number {
  if (value === undefined) return fallback;
  if (typeof value === "number" && Number.isInteger(value) && value >= minimum && value <= maximum) return value;
  throw new UsageError(
    "workload-option",
    `Workload option ${name} is ${JSON.stringify(value)}.`,
    `Give an integer from ${minimum} to ${maximum}; the default is ${fallback}.`,
  );
}
