// One text for one value: members sorted, nothing optional. For hashes that must be the same on every machine.
import { createHash } from "node:crypto";
import type { Json, JsonObject } from "./json.ts";

/** JSON without white space, members sorted by UTF-16 code units at every depth (as RFC 8785 sorts them); members that are undefined are left out. */
export function canonicalJson(value: Json): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const members = Object.keys(value)
    .toSorted()
    .flatMap((key) => member(value, key));
  return `{${members.join(",")}}`;
}

/** 64 bits of SHA-256 over the canonical text, as 16 hexadecimal digits. */
export function hashJson(value: Json): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex").slice(0, 16);
}

function member(object: JsonObject, key: string): string[] {
  const value = object[key];
  return value === undefined ? [] : [`${JSON.stringify(key)}:${canonicalJson(value)}`];
}

function isList(value: readonly Json[] | JsonObject): value is readonly Json[] {
  return Array.isArray(value);
}
