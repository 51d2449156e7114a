// The store's interface as exchanges become requests: paths, queries and bodies from outside are checked here and nowhere else.
import type { Exchange } from "../../harness/environment.ts";
import type { Json, JsonObject } from "../../harness/json.ts";
import type { ReadMode } from "../parts/replica.ts";
import type { RequestName } from "../parts/sessions.ts";
import type { KvCommand } from "./commands.ts";

export type KvRequest =
  /** `revision`: the answer may not be older; for stale reads. */
  | { readonly kind: "read"; readonly key: string; readonly mode: ReadMode; readonly revision: number }
  | { readonly kind: "list"; readonly prefix: string; readonly mode: ReadMode; readonly revision: number }
  | { readonly kind: "watch"; readonly from: number; readonly waitMs: number }
  | { readonly kind: "change"; readonly command: KvCommand; readonly session: RequestName | null };

const defaultTtlMs = 1_000;
const longestWaitMs = 60_000;

/**
 * null: no such path, or arguments that mean nothing.
 * GET /v1/kv/KEY, GET /v1/kv?prefix=, both with ?consistency=linearizable|lease|stale&rev=; PUT /v1/kv/KEY { value };
 * DELETE /v1/kv/KEY; POST /v1/kv/KEY/cas { prevValue | prevRev, value }; GET /v1/watch?from=&waitMs=;
 * POST /v1/lease { op: grant|renew|revoke, ttlMs?, lease? }; POST /v1/lock/NAME { op: acquire|release, lease?, ttlMs?, fence? };
 * POST /v1/sink/NAME { fence, value }. Changes take ?client=&sequence= and are then applied once.
 */
export function decodeExchange(exchange: Exchange): KvRequest | null {
  const [, version, resource, encodedName, verb] = exchange.path.split("/");
  const name = encodedName === undefined ? undefined : decodeName(encodedName);
  if (version !== "v1" || name === null) return null;
  const { method, query = {} } = exchange;
  if (method === "GET") return decodeRead(resource, name, query);
  const command = decodeCommand({ method, resource, name, verb, body: bodyOf(exchange) });
  return command === null ? null : { kind: "change", command, session: sessionOf(query) };
}

type Query = Readonly<Record<string, string>>;

function decodeRead(resource: string | undefined, key: string | undefined, query: Query): KvRequest | null {
  if (resource === "watch") {
    const [from, waitMs] = [countOf(query["from"] ?? "0"), countOf(query["waitMs"] ?? "0")];
    return from === null || waitMs === null ? null : { kind: "watch", from, waitMs: Math.min(waitMs, longestWaitMs) };
  }
  const mode = query["consistency"] ?? "linearizable";
  const revision = countOf(query["rev"] ?? "0");
  if (resource !== "kv" || revision === null || (mode !== "linearizable" && mode !== "lease" && mode !== "stale")) return null;
  return key === undefined ? { kind: "list", prefix: query["prefix"] ?? "", mode, revision } : { kind: "read", key, mode, revision };
}

interface ChangeRequest {
  readonly method: Exchange["method"];
  readonly resource: string | undefined;
  readonly name: string | undefined;
  readonly verb: string | undefined;
  readonly body: JsonObject;
}

function decodeCommand(request: ChangeRequest): KvCommand | null {
  const { resource, name, body } = request;
  if (resource === "lease" && name === undefined) return decodeLease(body);
  if (name === undefined) return null;
  if (resource === "kv") return decodeKeyChange({ ...request, key: name });
  if (resource === "lock") return decodeLock(name, body);
  const [fence, value] = [countOf(body["fence"]), body["value"]];
  return resource === "sink" && fence !== null && typeof value === "string" ? { kind: "store", name, fence, value } : null;
}

function decodeKeyChange({ method, key, verb, body }: ChangeRequest & { readonly key: string }): KvCommand | null {
  const value = body["value"];
  if (method === "DELETE" && verb === undefined) return { kind: "delete", key };
  if (typeof value !== "string") return null;
  if (method === "PUT" && verb === undefined) return { kind: "put", key, value };
  if (method !== "POST" || verb !== "cas") return null;
  const [previousValue, previousRevision] = [body["prevValue"], countOf(body["prevRev"])];
  if (previousRevision !== null) return { kind: "cas", key, expected: { revision: previousRevision }, value };
  return typeof previousValue === "string" || previousValue === null ? { kind: "cas", key, expected: { value: previousValue }, value } : null;
}

function decodeLease(body: JsonObject): KvCommand | null {
  const { op, lease } = { op: body["op"], lease: body["lease"] };
  if (op === "grant") return { kind: "grant", ttlMs: ttlOf(body) };
  return (op === "renew" || op === "revoke") && typeof lease === "string" ? { kind: op, lease } : null;
}

function decodeLock(name: string, body: JsonObject): KvCommand | null {
  const { op, lease, fence } = { op: body["op"], lease: body["lease"] ?? null, fence: countOf(body["fence"]) };
  if (op === "acquire" && (lease === null || typeof lease === "string")) return { kind: "acquire", name, lease, ttlMs: ttlOf(body) };
  return op === "release" && fence !== null ? { kind: "release", name, fence } : null;
}

function ttlOf(body: JsonObject): number {
  const ttlMs = body["ttlMs"];
  return typeof ttlMs === "number" && ttlMs > 0 ? ttlMs : defaultTtlMs;
}

function sessionOf(query: Query): RequestName | null {
  const [client, sequence] = [query["client"], countOf(query["sequence"])];
  return client === undefined || sequence === null ? null : { client, sequence };
}

/** A whole number from 0 on that a double holds exactly, as text (or as a number, in bodies). */
function countOf(value: Json | undefined): number | null {
  const count = typeof value === "string" && /^\d{1,16}$/.test(value) ? Number(value) : value;
  return typeof count === "number" && Number.isSafeInteger(count) && count >= 0 ? count : null;
}

function bodyOf({ body }: Exchange): JsonObject {
  return typeof body === "object" && body !== null && !Array.isArray(body) && !(body instanceof Uint8Array) ? (body as JsonObject) : {};
}

/** null: not percent-encoded properly. */
function decodeName(encoded: string): string | null {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return null;
  }
}
