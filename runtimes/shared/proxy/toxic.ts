// A toxic of a proxy as data, and how a request becomes one: the checks and defaults of the reference, in its order.
import type { Json, JsonObject } from "../../../harness/json.ts";
import { goFloat, goInteger, goString, structField, type GoPlace } from "./go-values.ts";
import { badBody, ProxyError } from "./proxy-error.ts";
import type { Direction } from "./direction.ts";
import type { Attributes, Field, ToxicType } from "./stage.ts";
import { isFor, toxicTypeNamed, type Protocol } from "./toxics/catalogue.ts";

/** Immutable: an update puts a new one in its place, with the same name. */
export interface Toxic {
  readonly name: string;
  readonly type: ToxicType;
  /** As it was given, e.g. `UPstream`. */
  readonly stream: string;
  readonly direction: Direction;
  /** Share of connections that are hit, 0 to 1. */
  readonly toxicity: number;
  readonly attributes: Attributes;
}

/** Absent: the default. `name` is `<type>_<stream>`, `stream` downstream, `toxicity` 1, attributes 0. */
export interface ToxicRequest {
  readonly type: string;
  readonly name?: string;
  readonly stream?: string;
  readonly toxicity?: number;
  readonly attributes?: JsonObject;
}

/** @throws ProxyError 400 or 409, checked in this order: stream, type, duplicate name, attributes, toxicity */
export function createToxic(request: ToxicRequest, { toxics, protocol }: { readonly toxics: readonly Toxic[]; readonly protocol: Protocol }): Toxic {
  const { stream = "downstream", toxicity = 1 } = request;
  const direction = directionOf(stream);
  const name = request.name === undefined || request.name === "" ? `${request.type}_${stream}` : request.name;
  const type = toxicTypeNamed(request.type);
  if (type === undefined || !isFor(type, protocol)) throw new ProxyError(400, "invalid toxic type");
  if (toxics.some((toxic) => toxic.name === name)) throw new ProxyError(409, "toxic already exists");
  const initial = Object.fromEntries(type.fields.map((field) => [field.name, field.initial]));
  return { name, type, stream, direction, ...checked(type, mergedAttributes(type, initial, request.attributes ?? {}), toxicity) };
}

/** Attributes are merged field by field, all or nothing. @throws ProxyError 400 */
export function updateToxic(toxic: Toxic, { attributes = {}, toxicity = toxic.toxicity }: Pick<ToxicRequest, "attributes" | "toxicity">): Toxic {
  return { ...toxic, ...checked(toxic.type, mergedAttributes(toxic.type, toxic.attributes, attributes), toxicity) };
}

/** As it is answered: `attributes, name, type, stream, toxicity`. */
export function toxicJson({ attributes, name, type, stream, toxicity }: Toxic): JsonObject {
  const shown = type.fields.filter((field) => field.isExtension !== true || attributes[field.name] !== field.initial);
  return {
    attributes: Object.fromEntries(shown.map((field) => [field.name, attributes[field.name] ?? field.initial])),
    name,
    type: type.name,
    stream,
    toxicity,
  };
}

function directionOf(stream: string): Direction {
  const direction = stream.toLowerCase();
  if (direction === "upstream" || direction === "downstream") return direction;
  throw new ProxyError(400, "stream was invalid, can be either upstream or downstream");
}

function mergedAttributes(type: ToxicType, current: Attributes, given: JsonObject): Attributes {
  const merged: Record<string, number | string> = { ...current };
  for (const [key, value] of Object.entries(given)) {
    const field = type.fields.find(({ name }) => name.toLowerCase() === key.toLowerCase());
    if (field !== undefined && value !== null) merged[field.name] = fieldValue(field, value, structField(type.goType, `attributes.${field.name}`));
  }
  return merged;
}

function fieldValue(field: Field, value: Json, place: GoPlace): number | string {
  if (field.kind === "float64") return goFloat(value, place, "float64");
  if (field.kind !== "string") return goInteger(value, place, field.kind);
  const word = goString(value, place);
  if (field.choices?.includes(word) === false) throw badBody(`${field.name} must be one of ${field.choices.join(", ")}`);
  return word;
}

function checked(type: ToxicType, attributes: Attributes, toxicity: number): { readonly attributes: Attributes; readonly toxicity: number } {
  const fault = type.fault?.(attributes) ?? (toxicity >= 0 && toxicity <= 1 ? undefined : "toxicity must be between 0 and 1");
  if (fault !== undefined) throw new ProxyError(400, fault);
  return { attributes, toxicity };
}
