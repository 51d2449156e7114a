// What travels: cheap structural hashes for the trace, size limits, and the deep freeze of tests. For the network.
import type { Json } from "../../harness/json.ts";

export type Body = Json | Uint8Array | undefined;

/** Of a stream body, and of a datagram; the same in every runtime. */
export const bodyLimitBytes: number = 16 * 1_024 * 1_024;
export const datagramLimitBytes = 60_000;

/** Longer strings and bytes are hashed by their length and this many units from each end. */
const hashedEdge = 32;
/** No JSON number is longer, and no character takes more than six bytes (an escape). */
const numberBoundBytes = 25;
const characterBoundBytes = 6;

/** One start per type, so that `1`, `true` and `"1"` differ. */
const tag = {
  text: 0x3c6ef372,
  integer: 0x1b873593,
  float: 0x7a143589,
  primitive: 0x52dce729,
  list: 0x38495ab5,
  members: 0x165667b1,
  bytes: 0x27d4eb2f,
} as const;

/** Hashes bodies without encoding them. One per network; `sizeBoundBytes` belongs to the last body hashed. */
export class BodyHasher {
  /** The encoded body is certainly not larger. */
  sizeBoundBytes = 0;
  readonly #float = new Float64Array(1);
  readonly #floatBits = new Int32Array(this.#float.buffer);

  hash(body: Body): number {
    this.sizeBoundBytes = 0;
    return body === undefined ? 0 : this.#value(0x5bd1e995, body);
  }

  #value(seed: number, value: Json | Uint8Array): number {
    if (typeof value === "string") return this.#text(seed ^ tag.text, value);
    if (typeof value === "number") return this.#number(seed, value);
    if (value === null || typeof value !== "object") {
      this.sizeBoundBytes += numberBoundBytes;
      return mix(seed ^ tag.primitive, value === true ? 1 : value === false ? 2 : 3);
    }
    if (isList(value)) return this.#list(seed, value);
    if (value instanceof Uint8Array) {
      this.sizeBoundBytes += value.length;
      return hashBytes(value, seed);
    }
    return this.#members(seed, value);
  }

  #number(seed: number, value: number): number {
    this.sizeBoundBytes += numberBoundBytes;
    if ((value | 0) === value) return mix(seed ^ tag.integer, value);
    this.#float[0] = value;
    return mix(mix(seed ^ tag.float, this.#floatBits[0]!), this.#floatBits[1]!); // two halves of one float
  }

  #list(seed: number, items: readonly Json[]): number {
    let hash = mix(seed ^ tag.list, items.length);
    this.sizeBoundBytes += items.length + 2;
    for (const item of items) hash = this.#value(hash, item);
    return hash;
  }

  #members(seed: number, members: { readonly [key: string]: Json }): number {
    let hash = mix(seed ^ tag.members, 0);
    this.sizeBoundBytes += 2;
    // `for in` allocates nothing; bodies are plain objects.
    for (const key in members) {
      const value = members[key];
      if (value !== undefined) hash = this.#value(this.#name(hash, key), value);
    }
    return hash;
  }

  /** By its length and both ends: a body whose names alone differ is a rare thing, and each name would cost as much as its value. */
  #name(seed: number, name: string): number {
    const { length } = name;
    this.sizeBoundBytes += length * characterBoundBytes + 4;
    return mix(seed, length === 0 ? 0 : (length << 16) ^ (name.charCodeAt(0) << 8) ^ name.charCodeAt(length - 1));
  }

  #text(seed: number, text: string): number {
    const { length } = text;
    this.sizeBoundBytes += length * characterBoundBytes + 4;
    let hash = mix(seed, length);
    const head = length > 2 * hashedEdge ? hashedEdge : length;
    for (let index = 0; index < head; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    for (let index = Math.max(head, length - hashedEdge); index < length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    return hash;
  }
}

/** Hash of bytes by length and edges. */
export function hashBytes(bytes: Uint8Array, seed = 0): number {
  const { length } = bytes;
  let hash = mix(seed ^ tag.bytes, length);
  const head = length > 2 * hashedEdge ? hashedEdge : length;
  for (let index = 0; index < head; index++) hash = Math.imul(hash ^ bytes[index]!, 0x01000193); // index < length
  for (let index = Math.max(head, length - hashedEdge); index < length; index++) hash = Math.imul(hash ^ bytes[index]!, 0x01000193); // index < length
  return hash;
}

/** Exact size on the wire; only asked when the bound does not settle it. */
export function encodedSizeBytes(body: Body): number {
  if (body === undefined) return 0;
  return body instanceof Uint8Array ? body.length : Buffer.byteLength(JSON.stringify(body));
}

/**
 * Freezes a body that its sender gives away and refuses what JSON cannot carry, so that a test sees what only real runtimes would.
 * @throws TypeError naming the path of an undefined member, a number that is not finite, or an object that is not plain
 */
export function freezeBody(body: Body, path = "body"): void {
  if (body === undefined && path === "body") return;
  if (body === null || typeof body === "string" || typeof body === "boolean") return;
  if (typeof body === "number" && Number.isFinite(body)) return;
  if (typeof body !== "object") throw new TypeError(`${path} is ${String(body)}, which JSON cannot carry`);
  if (body instanceof Uint8Array && path === "body") return;
  const prototype: unknown = Object.getPrototypeOf(body);
  if (prototype !== Object.prototype && prototype !== Array.prototype && prototype !== null)
    throw new TypeError(`${path} is no plain object, so JSON cannot carry it`);
  if (Object.isFrozen(body)) return;
  Object.freeze(body);
  for (const [key, value] of Object.entries(body)) freezeBody(value, `${path}.${key}`);
}

// `Array.isArray` alone does not narrow readonly lists.
function isList(value: Json | Uint8Array): value is readonly Json[] {
  return Array.isArray(value);
}

function mix(hash: number, value: number): number {
  const mixed = Math.imul(hash ^ value, 0x85ebca6b);
  return mixed ^ (mixed >>> 13);
}
