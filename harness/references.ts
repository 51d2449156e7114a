// `{ $from: id, path }` in an input: what stands for the output of an earlier operation, so that a script survives shrinking.
import type { Json, JsonObject } from "./json.ts";
import type { Input } from "./operation.ts";

/** Outputs of the operations that have ended ok so far, by id. */
export interface Outputs {
  get(id: number): Json | undefined;
}

/**
 * The input with every reference replaced by what it stands for; the input itself if it has none; undefined if an output
 * cannot be had (its operation was dropped, is not ok, or has no such member): then the operation is to be skipped.
 * `path` is a member name, a list of names and positions, or names separated by dots; absent or empty: the whole output.
 */
export function resolveReferences(input: Input, outputs: Outputs): Input | undefined {
  if (!mentionsReference(input)) return input;
  const members: Record<string, Json> = {};
  for (const [name, value] of Object.entries(input)) {
    const resolved = resolve(value, outputs);
    if (resolved === undefined) return undefined;
    members[name] = resolved;
  }
  return { ...members, f: input.f };
}

function mentionsReference(value: Json): boolean {
  if (Array.isArray(value)) return value.some(mentionsReference);
  if (!isObject(value)) return false;
  if (isReference(value)) return true;
  // A loop, not Object.values(...).some: this runs for every operation of every run.
  for (const name in value) if (mentionsReference(value[name] ?? null)) return true;
  return false;
}

function resolve(value: Json, outputs: Outputs): Json | undefined {
  if (Array.isArray(value)) {
    const items = value.map((item: Json) => resolve(item, outputs));
    return items.every((item) => item !== undefined) ? items : undefined;
  }
  if (!isObject(value)) return value;
  if (isReference(value)) return follow(outputs.get(value.$from), stepsOf(value["path"]));
  const members = Object.entries(value).map(([name, member]) => [name, resolve(member, outputs)] as const);
  return members.every((entry): entry is readonly [string, Json] => entry[1] !== undefined) ? Object.fromEntries(members) : undefined;
}

function follow(output: Json | undefined, steps: readonly string[]): Json | undefined {
  let value = output;
  for (const step of steps) {
    if (value === undefined || (!Array.isArray(value) && !isObject(value))) return undefined;
    value = isObject(value) ? (Object.hasOwn(value, step) ? value[step] : undefined) : value[Number(step)];
  }
  return value;
}

function stepsOf(path: Json | undefined): readonly string[] {
  if (Array.isArray(path)) return path.map(String);
  return typeof path === "string" && path !== "" ? path.split(".") : [];
}

function isReference(value: JsonObject): value is JsonObject & { readonly $from: number } {
  return typeof value["$from"] === "number";
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
