// The plans that a command line asks for: what the user fixed, and the default search for all the rest.
import { UsageError } from "../harness/errors.ts";
import type { JsonObject } from "../harness/json.ts";
import type { Plan } from "../harness/plan.ts";
import { searchPlan, type SearchOverrides } from "../harness/search.ts";
import { shellWord } from "./arguments.ts";
import { dashed, mechanismOptions, type Settings } from "./options.ts";
import { forRealTime } from "./real-time-search.ts";
import { findNemesis, named, type LoadedSystem } from "./registry.ts";
import { isRealTime } from "./runtimes.ts";

export interface PlanRequest {
  readonly loaded: LoadedSystem;
  /** As the user named the system. */
  readonly systemText: string;
  readonly settings: Settings;
  readonly seedBase: string;
  readonly firstIndex: number;
}

/** Checks every name before anything starts. @param freshSeed taken if the user gave none @throws UsageError */
export function planRequest(
  loaded: LoadedSystem,
  request: { readonly systemText: string; readonly settings: Settings; readonly freshSeed: string },
): PlanRequest {
  const { settings, systemText, freshSeed } = request;
  const { system } = loaded;
  if (settings.variant !== undefined) named("variant", settings.variant, system.variants);
  if (settings.bug !== undefined) named("bug", settings.bug, system.bugs);
  for (const name of settings.nemesis ?? []) findNemesis(name);
  refuseIdleMechanisms(settings);
  // `BASE-INDEX` is how runs of a search name their seed; so named, `run` repeats exactly that one.
  const match = /^(.+)-(\d{1,9})$/.exec(settings.seed ?? "");
  const seedBase = match?.[1] ?? settings.seed ?? freshSeed;
  const asked = { loaded, systemText, settings, seedBase, firstIndex: Number(match?.[2] ?? 0) };
  planAt(asked, 0);
  return asked;
}

/** The n-th plan of the request. Pure. @throws UsageError if system, variant, bug and workload do not fit together */
export function planAt({ loaded, settings, seedBase, firstIndex }: PlanRequest, index: number): Plan {
  const { variant, bug } = settings;
  const names = { ...(variant === undefined ? {} : { variant }), ...(bug === undefined ? {} : { bug }) };
  const plan = searchPlan({ ...loaded, ...names, seedBase, index: firstIndex + index, overrides: overridesOf(settings) });
  return isRealTime(plan) ? forRealTime(plan, { hasRate: settings.rate !== undefined, hasDuration: settings.duration !== undefined }) : plan;
}

/** All plans from the first on, without end. */
export function* plansOf(request: PlanRequest): Generator<Plan> {
  for (let index = 0; ; index++) yield planAt(request, index);
}

/** The words behind the program's name that repeat one plan of the request by its seed. */
export function runLine({ systemText, settings }: PlanRequest, seed: string): string {
  const flags: (readonly [string, string | number | undefined])[] = [
    ["--variant", settings.variant],
    ["--bug", settings.bug],
    ["--workload", settings.workload],
    ["--nemesis", settings.nemesis?.join(",")],
    ["--runtime", settings.runtime],
    ...mechanismOptions.map((name) => [`--${dashed(name)}`, settings[name]] as const),
    ["--duration", settings.duration === undefined ? undefined : `${settings.duration}ms`],
    ["--nodes", settings.nodes],
    ["--clients", settings.clients],
    ["--rate", settings.rate],
    ["--seed", seed],
  ];
  return ["run", shellWord(systemText), ...flags.flatMap(([flag, value]) => (value === undefined ? [] : [flag, shellWord(String(value))]))].join(" ");
}

/** What the user chose of `plan.options.realTime`. */
export function mechanismsOf(settings: Settings): JsonObject {
  return Object.fromEntries(mechanismOptions.flatMap((name) => (settings[name] === undefined ? [] : [[name, settings[name]]])));
}

/** In simulation there is one mechanism for each fault; an option that would do nothing is a mistake. @throws UsageError */
export function refuseIdleMechanisms(settings: Settings, defaultRuntime: "simulation" | "all" = "simulation"): void {
  if ((settings.runtime ?? defaultRuntime) !== "simulation") return;
  const idle = mechanismOptions.find((name) => settings[name] !== undefined);
  if (idle === undefined) return;
  throw new UsageError("idle-option", `--${dashed(idle)} is about runs in real time; the simulation needs none.`, "Add --runtime process, or leave it out.");
}

function overridesOf({ workload, nemesis, runtime, nodes, clients, rate, duration, ...settings }: Settings): SearchOverrides {
  const realTime = mechanismsOf(settings);
  return {
    ...(workload === undefined ? {} : { workload }),
    ...(nemesis === undefined ? {} : { nemeses: nemesis.filter((name) => name !== "none") }),
    ...(runtime === undefined ? {} : { runtime }),
    ...(nodes === undefined ? {} : { nodes }),
    ...(clients === undefined ? {} : { clients }),
    ...(rate === undefined ? {} : { rateHz: rate }),
    ...(duration === undefined ? {} : { durationMs: duration }),
    ...(Object.keys(realTime).length === 0 ? {} : { options: { realTime } }),
  };
}
