// JSON values as Go's decoder takes them into typed places, with its error texts. For requests and attributes of toxics.
import type { Json, JsonObject } from "../../../harness/json.ts";
import { badBody } from "./proxy-error.ts";

/** Where a value goes, in Go's words: `Go value of type T`, `Go struct field T.name`. */
export interface GoPlace {
  readonly words: string;
}

export function structField(goType: string, path: string): GoPlace {
  return { words: `Go struct field ${goType}.${path} of type` };
}

export const goValue: GoPlace = { words: "Go value of type" };

/** @throws ProxyError 400 unless a string */
export function goString(value: Json, place: GoPlace): string {
  return typeof value === "string" ? value : refuse(value, place, "string");
}

/** @throws ProxyError 400 unless true or false */
export function goBoolean(value: Json, place: GoPlace): boolean {
  return typeof value === "boolean" ? value : refuse(value, place, "bool");
}

/** Whole and exact: beyond 2^53 is refused like what does not fit Go's type. @throws ProxyError 400 */
export function goInteger(value: Json, place: GoPlace, type: "int" | "int64"): number {
  if (typeof value !== "number") return refuse(value, place, type);
  return Number.isSafeInteger(value) ? value : refuse(value, place, type, `number ${value}`);
}

/** @throws ProxyError 400 unless a number */
export function goFloat(value: Json, place: GoPlace, type: "float32" | "float64"): number {
  return typeof value === "number" && Number.isFinite(value) ? value : refuse(value, place, type);
}

/** `null` is the empty object. @throws ProxyError 400 unless an object */
export function goObject(value: Json, place: GoPlace, type: string): JsonObject {
  if (value === null) return {};
  return isObject(value) ? value : refuse(value, place, type);
}

/** `null` is the empty array. @throws ProxyError 400 unless an array */
export function goArray(value: Json, place: GoPlace, type: string): readonly Json[] {
  if (value === null) return [];
  return Array.isArray(value) ? value : refuse(value, place, type);
}

/** The member of this name, whatever its case; the last one wins. Undefined: absent or null. */
export function member(object: JsonObject, name: string): Exclude<Json, null> | undefined {
  const entry = Object.entries(object).findLast(([key, value]) => key.toLowerCase() === name.toLowerCase() && value !== null);
  return entry?.[1] ?? undefined;
}

/** As Go writes JSON: without blanks, and safe inside HTML. */
export function goStringify(value: Json): string {
  return JSON.stringify(value).replaceAll(/[<>&\u2028\u2029]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function refuse(value: Json, place: GoPlace, type: string, kind: string = goKind(value)): never {
  throw badBody(`json: cannot unmarshal ${kind} into ${place.words} ${type}`);
}

function goKind(value: Json): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : typeof value;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
