// The one default search: which plan the n-th seed stands for. The same for the correct system and for every bug of it,
// so that what is measured on planted bugs says something about the search for real ones (contract 11).
import { UsageError } from "./errors.ts";
import type { Plan, PlanOptions } from "./plan.ts";
import { seededRandom, type Random } from "./random.ts";
import { suggestion } from "./spelling.ts";
import type { System, Variant } from "./system.ts";

export interface SearchRequest {
  readonly system: System;
  /** URL of the file that exports the system. */
  readonly module: string;
  /** Absent: the system's first; of a bug: the variant that it breaks. */
  readonly variant?: string;
  /** Only named in the plan; it steers no draw. */
  readonly bug?: string;
  readonly seedBase: string;
  /** Which plan of the search: 0, 1, 2 ... */
  readonly index: number;
  readonly overrides?: SearchOverrides;
}

/** What the user fixed; everything else is drawn, and drawn as it would be without the override. */
export interface SearchOverrides {
  readonly workload?: string;
  readonly nemeses?: readonly string[];
  readonly runtime?: Plan["runtime"];
  readonly nodes?: number;
  readonly clients?: number;
  readonly rateHz?: number;
  readonly durationMs?: number;
  /** Merged over the drawn sections, member by member. */
  readonly options?: PlanOptions;
}

/** A random subset of fault kinds with random weights, and faults at the system's own trigger points. */
export const defaultNemeses: readonly string[] = ["swarm", "targeted"];

// A uniform schedule always heals, so a livelock under a lasting partition stays invisible without this phase; it costs
// virtual time, hence only some seeds have it.
const coreLivenessShare = 1 / 8;
const coreLivenessMs = 10_000;

/**
 * Pure: the same request gives the same plan on every machine. Each member is drawn from a stream of its own.
 * @throws UsageError for a variant, bug or workload that the system does not have
 */
export function searchPlan(request: SearchRequest): Plan {
  const { system, module, bug, overrides = {} } = request;
  const variant = variantOf(request);
  const seed = `${request.seedBase}-${request.index}`;
  const random = seededRandom(seed).fork("search");
  const runtime = overrides.runtime ?? "simulation";
  const { search } = variant;
  return {
    schema: "faultline/plan/1",
    system: system.name,
    module,
    variant: variant.name,
    ...(bug === undefined ? {} : { bug }),
    workload: signed(variant, overrides.workload) ?? draw(random, "workload", variant.workloads),
    nemeses: overrides.nemeses ?? defaultNemeses,
    runtime,
    seed,
    nodes: overrides.nodes ?? draw(random, "nodes", search.nodes),
    clients: overrides.clients ?? draw(random, "clients", search.clients),
    rateHz: overrides.rateHz ?? draw(random, "rate", search.rateHz),
    durationMs: overrides.durationMs ?? draw(random, "duration", search.durationMs),
    options: searchOptions(random, runtime, overrides.options ?? {}),
  };
}

function variantOf({ system, variant, bug: bugName }: SearchRequest): Variant {
  const bug = system.bugs.find((candidate) => candidate.name === bugName);
  if (bugName !== undefined && bug === undefined) throw unknownName(`bug of ${system.name}`, bugName, system.bugs);
  const name = variant ?? bug?.variant ?? system.variants[0]?.name ?? "";
  const found = system.variants.find((candidate) => candidate.name === name);
  if (found === undefined) throw unknownName(`variant of ${system.name}`, name, system.variants);
  if (bug !== undefined && bug.variant !== name) {
    throw new UsageError(
      "bug-of-other-variant",
      `The bug "${bug.name}" is one of the variant "${bug.variant}", not of "${name}".`,
      `Leave the variant out, or ask for --variant ${bug.variant}.`,
    );
  }
  return found;
}

function signed(variant: Variant, workload: string | undefined): string | undefined {
  if (workload === undefined || variant.workloads.includes(workload)) return workload;
  throw unknownName(
    `workload of the variant ${variant.name}`,
    workload,
    variant.workloads.map((name) => ({ name })),
  );
}

function unknownName(what: string, name: string, candidates: readonly { readonly name: string }[]): UsageError {
  const wayOut = suggestion(
    name,
    candidates.map((candidate) => candidate.name),
  );
  return new UsageError("unknown-name", `There is no ${what} named "${name}".`, wayOut);
}

function draw<T>(random: Random, name: string, values: readonly T[]): T {
  return random.fork(name).pick(values, name);
}

function searchOptions(random: Random, runtime: Plan["runtime"], asked: PlanOptions): PlanOptions {
  if (runtime !== "simulation") return asked;
  const hasCoreLiveness = random.fork("core-liveness").chance(coreLivenessShare, "core-liveness");
  const phases = { ...(hasCoreLiveness ? { coreLivenessMs } : {}), ...asked.phases };
  const simulation = { swarm: true, ...asked.simulation };
  return { ...asked, simulation, ...(Object.keys(phases).length === 0 ? {} : { phases }) };
}
