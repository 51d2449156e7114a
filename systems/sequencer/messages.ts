// The sequencer's wire vocabulary: POST /id?n=&after= is decoded once, here. Ids are strings on the wire, always.
import type { Exchange, Reply } from "../../harness/environment.ts";
import type { Json, JsonObject } from "../../harness/json.ts";
import type { NodeName } from "../../harness/operation.ts";
import { largestBatch, type GenerateAnswer, type GenerateRequest } from "./id-source.ts";

export const idPath = "/id";

/** Null: a number of ids that is none, or beyond `largestBatch`. */
export function decodeGenerate(exchange: Exchange): GenerateRequest | null {
  const { n = "1", after = null } = exchange.query ?? {};
  const count = /^\d{1,6}$/.test(n) ? Number(n) : 0;
  return count >= 1 && count <= largestBatch ? { count, after } : null;
}

export function encodeGenerate(request: GenerateRequest): Exchange {
  const { count, after } = request;
  return { method: "POST", path: idPath, query: { n: String(count), ...(after === null ? {} : { after }) } };
}

export const badRequest: Reply = { status: 400, body: { error: `n must be 1 to ${largestBatch}` } };

/** 200 ids · 400 a token that is none of ours · 421 ask the leader · 503 refused · 504 nobody can tell. All but 200 and 504 mean: certainly no id was given. */
export function replyTo(answer: GenerateAnswer): Reply {
  switch (answer.kind) {
    case "ids":
      return { status: 200, body: { ids: answer.ids } };
    case "bad-token":
      return { status: 400, body: { error: "the token is not an id of this sequencer" } };
    case "elsewhere":
      return { status: 421, body: { leader: answer.leader } };
    case "refused":
      return { status: 503, body: { error: answer.reason } };
    case "unknown":
      return { status: 504, body: { error: "unknown" } };
  }
}

/** The JSON object in a body; empty if there is none. */
export function bodyOf(message: { readonly body?: Json | Uint8Array }): JsonObject {
  return isObject(message.body) ? message.body : {};
}

/** The leader that a 421 names; null if it knows none. */
export function leaderOf(reply: Reply): NodeName | null {
  const leader = reply.status === 421 ? bodyOf(reply)["leader"] : null;
  return typeof leader === "string" ? leader : null;
}

function isObject(value: Json | Uint8Array | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}
