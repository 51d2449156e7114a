// Names become objects here: systems (shipped ones by name, anybody's by path), workloads through systems, nemeses, runtimes.
import { existsSync, statSync } from "node:fs";
import { isAbsolute, resolve as resolvePath } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { UsageError } from "../harness/errors.ts";
import type { Nemesis } from "../harness/nemesis.ts";
import type { Plan } from "../harness/plan.ts";
import type { ResolvedPlan } from "../harness/run.ts";
import type { RunPlace, Subject } from "../harness/runtime.ts";
import { suggestion } from "../harness/spelling.ts";
import type { System } from "../harness/system.ts";
import { nemeses as shippedNemeses } from "../nemesis/index.ts";
import { realTimeOptions } from "../runtimes/shared/cluster/options.ts";
import { importSystem } from "./import-system.ts";
import { createRuntime, isRealTime } from "./runtimes.ts";

const ending = import.meta.url.endsWith(".ts") ? "ts" : "js";

/** Systems that ship with Faultline, in the order in which they are listed. */
export const shippedSystems: readonly string[] = ["kv", "sequencer", "counter"];

export interface LoadedSystem {
  readonly system: System;
  /** URL of the file that exports it, as plans name it. */
  readonly module: string;
}

/**
 * What a user's SYSTEM argument stands for: a shipped name, a name from the configuration (`aliases`: name to URL), or a path or file URL of a module that exports `system`.
 * @throws UsageError for anything else, with the nearest right spelling
 */
export async function loadSystem(
  text: string,
  { directory, aliases = {} }: { readonly directory: string; readonly aliases?: Readonly<Record<string, string>> },
): Promise<LoadedSystem> {
  const alias = Object.hasOwn(aliases, text) ? aliases[text] : undefined;
  if (alias !== undefined) return { system: await importSystem(alias), module: alias };
  if (shippedSystems.includes(text)) return { system: await importSystem(shippedModule(text)), module: shippedModule(text) };
  if (!looksLikePath(text))
    throw new UsageError(
      "unknown-system",
      `There is no system named "${text.slice(0, 100)}".`,
      `${suggestion(text, [...shippedSystems, ...Object.keys(aliases)])} A system of your own is named by its file: ./my-system.ts.`,
    );
  const path = text.startsWith("file:") ? pathOf(text) : isAbsolute(text) ? text : resolvePath(directory, text);
  if (!existsSync(path))
    throw new UsageError(
      "no-such-file",
      `There is no file "${text.slice(0, 500)}".`,
      `Name the file that exports \`system\`, or one of: ${shippedSystems.join(", ")}.`,
    );
  if (statSync(path).isDirectory())
    throw new UsageError("no-such-file", `"${text.slice(0, 500)}" is a folder, not a file.`, "Name the file in it that exports `system`, e.g. index.ts.");
  const module = pathToFileURL(path).href;
  return { system: await importSystem(module), module };
}

/**
 * The objects behind a plan's names, ready to run. @param place where a run in real time keeps its logs
 * @throws UsageError, EnvironmentError where the runtime cannot be loaded
 */
export async function resolvePlan(plan: Plan, place?: RunPlace): Promise<ResolvedPlan> {
  const names = await resolveNames(plan);
  const { system, bug } = names;
  return { ...names, runtime: await createRuntime(plan.runtime, bug === undefined ? { system } : { system, bug }, place) };
}

/** The same without the runtime: enough to judge. A plan of a shipped system means the one shipped here, whatever clone wrote it. @throws UsageError */
export async function resolveNames(plan: Plan): Promise<Omit<ResolvedPlan, "runtime">> {
  if (isRealTime(plan)) realTimeOptions(plan.options.realTime);
  const module = isShipped(plan) ? shippedModule(plan.system) : plan.module;
  const system = await importSystem(module);
  if (system.name !== plan.system)
    throw new UsageError(
      "other-system",
      `The plan is for the system "${plan.system}", but its module exports "${system.name}".`,
      "Correct `system` or `module` in the plan.",
    );
  const variant = plan.variant === undefined ? system.variants[0] : named("variant", plan.variant, system.variants);
  if (variant === undefined) throw new UsageError("no-variant", `The system "${system.name}" has no variants.`, "Give it at least one.");
  const bug = plan.bug === undefined ? undefined : named("bug", plan.bug, system.bugs);
  const workload = named("workload", plan.workload, system.workloads);
  if (!variant.workloads.includes(workload.name)) {
    throw new UsageError(
      "unsigned-workload",
      `The variant "${variant.name}" of ${system.name} does not sign the workload "${workload.name}".`,
      suggestion(plan.workload, variant.workloads),
    );
  }
  const nemeses = plan.nemeses.map((name) => findNemesis(name));
  const subject: Subject = bug === undefined ? { system } : { system, bug };
  return { ...subject, plan: { ...plan, module }, variant, workload, nemeses };
}

/** @throws UsageError with the nearest right spelling */
export function findNemesis(name: string): Nemesis {
  return named("nemesis", name, shippedNemeses, "nemeses");
}

/** @throws UsageError with the nearest right spelling */
export function named<T extends { readonly name: string }>(what: string, name: string, candidates: readonly T[], plural = `${what}s`): T {
  const found = candidates.find((candidate) => candidate.name === name);
  if (found !== undefined) return found;
  const wayOut =
    candidates.length === 0
      ? `This system has no ${plural}.`
      : suggestion(
          name,
          candidates.map((candidate) => candidate.name),
        );
  throw new UsageError(`unknown-${what}`, `There is no ${what} named "${name.slice(0, 100)}".`, wayOut);
}

function shippedModule(name: string): string {
  return new URL(`../systems/${name}/index.${ending}`, import.meta.url).href;
}

function isShipped(plan: Plan): boolean {
  return shippedSystems.includes(plan.system) && new RegExp(`/systems/${plan.system}/index\\.(ts|js)$`).test(plan.module);
}

function looksLikePath(text: string): boolean {
  return /^(file:|\.{0,2}[/\\]|[A-Za-z]:[/\\])|[/\\]|\.[cm]?[jt]s$/.test(text);
}

function pathOf(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw new UsageError("bad-url", `"${url.slice(0, 500)}" is not the URL of a local file.`, "Write file:///path/to/my-system.ts, or the path alone.", {
      cause,
    });
  }
}
