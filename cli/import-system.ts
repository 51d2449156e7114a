// A module becomes a system. Whatever is wrong with somebody's file is said in one sentence; their stack is not ours to show.
import { UsageError } from "../harness/errors.ts";
import type { System } from "../harness/system.ts";

/** @param module URL of a file that exports `system` (or has it as its default export) @throws UsageError */
export async function importSystem(module: string): Promise<System> {
  if (!module.startsWith("file:"))
    throw new UsageError("bad-module", `"${module.slice(0, 200)}" is not the URL of a local file.`, "Only files on this machine are loaded.");
  const exported = await loaded(module);
  const system = exported["system"] ?? exported["default"];
  if (system === undefined) throw new UsageError("no-system", `${module} exports no \`system\`.`, "Add: export const system = defineSystem({ ... });");
  if (!isSystem(system))
    throw new UsageError("broken-system", `The \`system\` of ${module} ${defectOf(system)}.`, "See docs/add-a-system.md for what a system has.");
  return system;
}

/** The one decode boundary of modules: `defectOf` looks at every member that the harness relies on. */
function isSystem(value: unknown): value is System {
  return defectOf(value) === undefined;
}

async function loaded(module: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const exported: unknown = await import(module);
    return typeof exported === "object" && exported !== null ? { ...exported } : {};
  } catch (cause) {
    const reason = cause instanceof Error ? `${cause.name}: ${cause.message.split("\n")[0]}` : String(cause);
    throw new UsageError("broken-module", `${module} could not be loaded: ${reason}.`, "Run the file alone with node to see more.", { cause });
  }
}

const lists = ["variants", "roles", "marks", "claims", "invariants", "workloads", "bugs"] as const;
const functions = ["node", "client", "ready"] as const;

/** What is missing, as the end of a sentence. */
function defectOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return `is ${value === null ? "null" : `a ${typeof value}`}, not an object`;
  const members = new Map<string, unknown>(Object.entries(value));
  // Methods of a class instance are no entries.
  for (const name of functions) if (name in value) members.set(name, Reflect.get(value, name));
  if (typeof members.get("name") !== "string" || members.get("name") === "") return "has no `name`";
  for (const name of lists) if (!Array.isArray(members.get(name))) return `has no list \`${name}\``;
  for (const name of functions) if (typeof members.get(name) !== "function") return `has no function \`${name}\``;
  for (const name of ["variants", "workloads"]) if (isEmptyList(members.get(name))) return `has an empty list \`${name}\``;
  return undefined;
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
