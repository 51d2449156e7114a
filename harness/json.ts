// JSON values as they cross every boundary of Faultline: wires, files, workers. For everybody.

export type JsonPrimitive = null | boolean | number | string;
/** Any JSON value, deeply readonly: whoever sends one gives it away. Integers beyond 2^53 and all IDs are strings. */
export type Json = JsonPrimitive | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}
