// Checksums for durable bytes and structural hashes of JSON values. For the write-ahead log, the Raft core and their facts.
import type { Json } from "../../harness/json.ts";
import { hashString } from "../../harness/random.ts";

/** CRC-32C (Castagnoli polynomial, RFC 3720 appendix B.4) of bytes [from, to), unsigned. O(n). */
export function crc32c(bytes: Uint8Array, from = 0, to: number = bytes.length): number {
  let crc = 0xffffffff;
  // The assertions hold by the bounds of the loop and the 256 entries of the table.
  for (let index = from; index < to; index++) crc = (crc >>> 8) ^ table[(crc ^ bytes[index]!) & 0xff]!;
  return (crc ^ 0xffffffff) >>> 0;
}

const table: Uint32Array = castagnoliTable();

function castagnoliTable(): Uint32Array {
  const entries = new Uint32Array(256);
  for (let index = 0; index < 256; index++) {
    let entry = index;
    for (let bit = 0; bit < 8; bit++) entry = entry & 1 ? (entry >>> 1) ^ 0x82f63b78 : entry >>> 1;
    entries[index] = entry;
  }
  return entries;
}

/**
 * 32-bit hash of a JSON value: equal values have equal hashes, whatever the order of an object's members. For comparing
 * replicas, not for secrets. O(size), and no text is built.
 */
export function hashJson(value: Json, basis = 0x811c9dc5): number {
  if (typeof value === "string") return hashString(value, basis);
  if (typeof value === "number") return hashNumber(value, basis);
  if (value === null || typeof value === "boolean") return combineHashes(basis, value === null ? 1 : value ? 2 : 3);
  return isList(value) ? hashList(value, basis) : hashMembers(value, basis);
}

/** Order matters: `combineHashes(a, b)` and `combineHashes(b, a)` differ. */
export function combineHashes(first: number, second: number): number {
  let hash = Math.imul(first ^ 0x9e3779b9, 0x85ebca6b) ^ second;
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
  return (hash ^ (hash >>> 13)) >>> 0;
}

function hashNumber(value: number, basis: number): number {
  return (value | 0) === value ? combineHashes(basis ^ 0x51ed270b, value) : hashString(String(value), basis ^ 0x51ed270b);
}

function hashList(list: readonly Json[], basis: number): number {
  let hash = combineHashes(basis, list.length + 5);
  for (const item of list) hash = combineHashes(hash, hashJson(item));
  return hash;
}

function hashMembers(members: { readonly [key: string]: Json }, basis: number): number {
  let sum = 0;
  for (const key in members) {
    const member = members[key];
    if (member !== undefined) sum = (sum + hashJson(member, hashString(key))) | 0;
  }
  return combineHashes(basis ^ 0x2545f491, sum);
}

/** `Array.isArray` does not narrow readonly arrays. */
function isList(value: object): value is readonly Json[] {
  return Array.isArray(value);
}
