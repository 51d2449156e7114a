// The counter's wire vocabulary: requests decoded once, here. Amounts are decimal strings, so that nothing is rounded.
import type { Exchange, Reply } from "../../harness/environment.ts";
import type { Json, JsonObject } from "../../harness/json.ts";

/** A request that changes something; a client numbers its requests and repeats one under the same number. */
export interface RequestId {
  readonly client: string;
  readonly sequence: number;
}

export type CounterRequest =
  | ({ readonly kind: "add"; readonly delta: string } & RequestId)
  | ({ readonly kind: "reshard"; readonly shards: number } & RequestId)
  | ({ readonly kind: "like" | "unlike"; readonly user: string } & RequestId)
  /** `maxStaleMs`: a cached total of at most this age will do; 0: read it now. */
  | { readonly kind: "read"; readonly maxStaleMs: number }
  | { readonly kind: "likes" };

const decimal = /^-?\d{1,60}$/;
const maxShardCount = 64;

/** POST /v1/counter/{add,reshard,like,unlike}, GET /v1/counter?maxStaleMs=, GET /v1/counter/likes. Null: no such route or a bad body. */
export function decodeRequest(exchange: Exchange): CounterRequest | null {
  if (exchange.method === "GET" && exchange.path === "/v1/counter") return { kind: "read", maxStaleMs: nonNegative(exchange.query?.["maxStaleMs"]) };
  if (exchange.method === "GET" && exchange.path === "/v1/counter/likes") return { kind: "likes" };
  const body = exchange.body;
  if (exchange.method !== "POST" || !isObject(body)) return null;
  const [client, sequence] = [body["client"], body["sequence"]];
  if (typeof client !== "string" || typeof sequence !== "number" || !Number.isSafeInteger(sequence) || sequence < 1) return null;
  return decodeChange(exchange.path, body, { client, sequence });
}

function decodeChange(path: string, body: JsonObject, id: RequestId): CounterRequest | null {
  const { delta, shards, user } = body as { delta?: Json; shards?: Json; user?: Json };
  if (path === "/v1/counter/add" && typeof delta === "string" && decimal.test(delta)) return { kind: "add", delta, ...id };
  if (path === "/v1/counter/reshard" && isShardCount(shards)) return { kind: "reshard", shards, ...id };
  if (path === "/v1/counter/like" && typeof user === "string") return { kind: "like", user, ...id };
  if (path === "/v1/counter/unlike" && typeof user === "string") return { kind: "unlike", user, ...id };
  return null;
}

/** What the outcome of a change can be on the wire. */
export const done: Reply = { status: 200, body: {} };
/** Certainly without effect: try elsewhere or later. */
export const unavailable: Reply = { status: 503, body: { error: "unavailable" } };
/** Nobody can tell whether it took effect; the same request may be repeated. */
export const unknown: Reply = { status: 504, body: { error: "unknown" } };
export const badRequest: Reply = { status: 400, body: { error: "bad request" } };

/** Certainly without effect here; the leader is the place to ask. */
export function redirect(leader: string | null): Reply {
  return { status: 421, body: { leader } };
}

function isShardCount(value: Json | undefined): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= maxShardCount;
}

function nonNegative(text: string | undefined): number {
  const value = Number(text ?? 0);
  return Number.isFinite(value) && value >= 0 ? value : 0;
}

function isObject(value: Json | Uint8Array | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}
