// Building stones of schemas that refuse what they do not know and say what was meant. For the parsers of plans and documents.
import { z } from "zod";
import { UsageError } from "./errors.ts";
import type { Json, JsonObject } from "./json.ts";
import { suggestion } from "./spelling.ts";

/** An object that refuses unknown members and names the nearest right one. */
export function strict<S extends z.core.$ZodLooseShape>(shape: S): z.ZodObject<S, z.core.$strict> {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys" ? issue.keys.map((key) => `unknown member "${key}". ${suggestion(key, known)}`).join(" ") : undefined,
  });
}

/** How deep a JSON value from outside may nest; deeper ones would overflow whoever walks them. */
export const depthLimit = 64;

/** True iff the value holds only what JSON can hold and nests at most `depth` deep. */
export function isJson(value: unknown, depth: number = depthLimit): value is Json {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object") return typeof value === "string" || typeof value === "boolean";
  if (value === null) return true;
  return depth > 0 && (Array.isArray(value) ? value : Object.values(value)).every((inner) => isJson(inner, depth - 1));
}

/** Any object of JSON, for members that belong to somebody else. */
export const jsonObject: z.ZodType<JsonObject> = z.custom<JsonObject>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value) && isJson(value),
  { error: `expected an object of JSON values, nested at most ${depthLimit} deep` },
);

/** Throws the first problems of a failed parse as one sentence. `source` names the file, as the user knows it. */
export function refuse(error: z.ZodError, what: { readonly code: string; readonly noun: string; readonly source: string; readonly wayOut: string }): never {
  const problems = error.issues.slice(0, 3).map((issue) => `${place(issue.path)}${issue.message}`);
  const more = error.issues.length > 3 ? ` (and ${error.issues.length - 3} more)` : "";
  throw new UsageError(what.code, `${what.source} is not a ${what.noun}: ${problems.join("; ")}${more}`, what.wayOut);
}

function place(path: readonly PropertyKey[]): string {
  return path.length === 0 ? "" : `${path.map(String).join(".")}: `;
}
