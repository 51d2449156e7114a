// `faultline.config.ts`: defaults for the options of the command line. Every member is checked before anything starts.
import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { FaultlineConfig } from "../api/define-config.ts";
import { UsageError } from "../harness/errors.ts";
import { suggestion } from "../harness/spelling.ts";

export interface LoadedConfig {
  /** Absolute; undefined: there is none. */
  readonly path: string | undefined;
  /** Members that are options, as the text that one would type. */
  readonly options: Readonly<Record<string, string>>;
  /** The user's own systems: name to URL. */
  readonly systems: Readonly<Record<string, string>>;
}

type OptionName = Exclude<keyof FaultlineConfig, "systems">;
const kinds: Readonly<Record<OptionName, "string" | "number">> = {
  store: "string",
  seed: "string",
  duration: "string",
  time: "string",
  workers: "number",
  nodes: "number",
  clients: "number",
  rate: "number",
};
const fileNames = ["faultline.config.ts", "faultline.config.mjs", "faultline.config.js"];

/** @param named the user's `--config`; without it the file beside them is taken if there is one @throws UsageError */
export async function loadConfig(named: string | undefined, directory: string): Promise<LoadedConfig> {
  const path = named === undefined ? fileNames.map((name) => resolve(directory, name)).find((candidate) => existsSync(candidate)) : resolve(directory, named);
  if (path === undefined) return { path, options: {}, systems: {} };
  if (!existsSync(path)) throw new UsageError("no-config", `There is no configuration file "${named}".`, "Write its path as it is, or leave --config out.");
  return { path, ...checkedConfig(await exportedBy(path), path) };
}

async function exportedBy(path: string): Promise<unknown> {
  try {
    const exported: unknown = await import(pathToFileURL(path).href);
    const members = typeof exported === "object" && exported !== null ? new Map<string, unknown>(Object.entries(exported)) : new Map<string, unknown>();
    return members.get("default") ?? members.get("config");
  } catch (cause) {
    const reason = cause instanceof Error ? `${cause.name}: ${cause.message.split("\n")[0]}` : String(cause);
    throw new UsageError("broken-config", `${path} could not be loaded: ${reason}.`, "Correct the file, or name another one with --config.", { cause });
  }
}

/** The gate of this file: whatever the module exported, checked member by member. */
export function checkedConfig(value: unknown, path: string): Pick<LoadedConfig, "options" | "systems"> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new UsageError("broken-config", `${path} has no configuration as its default export.`, "Write: export default defineConfig({ ... });");
  const options: Record<string, string> = {};
  let systems: Readonly<Record<string, string>> = {};
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    if (name === "systems") systems = checkedSystems(member, path);
    else options[name] = checkedOption(name, member, path);
  }
  return { options, systems };
}

function checkedOption(name: string, member: unknown, path: string): string {
  const kind = Object.hasOwn(kinds, name) ? new Map<string, string>(Object.entries(kinds)).get(name) : undefined;
  if (kind === undefined)
    throw new UsageError("unknown-setting", `${path} sets "${name.slice(0, 100)}", which is no setting.`, suggestion(name, [...Object.keys(kinds), "systems"]));
  if (typeof member === kind || (kind === "string" && typeof member === "number")) return String(member);
  throw new UsageError("bad-setting", `In ${path}, "${name}" is not a ${kind}.`, `Write ${name}: ${kind === "number" ? "3" : '"..."'}.`);
}

function checkedSystems(member: unknown, path: string): Record<string, string> {
  if (typeof member !== "object" || member === null || Array.isArray(member))
    throw new UsageError("bad-setting", `In ${path}, "systems" is not an object.`, 'Write systems: { mine: "./my-system.ts" }.');
  return Object.fromEntries(
    Object.entries(member).map(([name, file]) => {
      if (typeof file !== "string")
        throw new UsageError("bad-setting", `In ${path}, the system "${name}" is not a path.`, `Write systems: { ${name}: "./my-system.ts" }.`);
      return [name, file.startsWith("file:") ? file : pathToFileURL(resolve(dirname(path), file)).href];
    }),
  );
}
