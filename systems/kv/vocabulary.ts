// From the operations of the workloads to exchanges of the store, and from their answers to outputs. For the client.
import type { Exchange } from "../../harness/environment.ts";
import type { Json, JsonObject } from "../../harness/json.ts";
import type { Input, Outcome } from "../../harness/operation.ts";

export interface KvCall {
  readonly exchange: Exchange;
  /** It goes through the log: it carries the session, and without an answer nobody knows whether it took effect. */
  readonly isChange: boolean;
  /** Any node may answer from what it has; the caller's own does. */
  readonly isLocal: boolean;
  /** Of an answer with status 200 or 410. `again`: refused for now, ask later. */
  outcome(status: number, body: JsonObject): Outcome | "again";
}

type ChangeOutcome = (body: JsonObject) => Outcome | "again";

const lockTtlMs = 600;
const watchWaitMs = 150;
const setPrefix = "set/";

/** null: no such operation. Where workloads want to hear the revision of a change, `tellsRevisions`. */
export function callFor(input: Input, options: { readonly tellsRevisions: boolean }): KvCall | null {
  const key = `/v1/kv/${encodeURIComponent(textOf(input, "key"))}`;
  switch (input.f) {
    case "read":
      return input["key"] === undefined ? readSet() : readKey(key, input["mode"] === "lease" ? "lease" : "linearizable");
    case "stale-read":
      return staleRead(key, textOf(input, "after"));
    case "write":
    case "put":
      return change("PUT", key, { value: textOf(input, "value") }, ({ revision }) => ok(options.tellsRevisions ? { revision: decimal(revision) } : null));
    case "cas":
      return change("POST", `${key}/cas`, { prevValue: input["from"] ?? null, value: textOf(input, "to") }, ({ done }) => ok(done === true));
    case "delete":
      return change("DELETE", key, {}, ({ revision, changed }) =>
        ok(options.tellsRevisions ? { revision: changed === true ? decimal(revision) : null } : null),
      );
    case "add":
      return change("PUT", `/v1/kv/${encodeURIComponent(setPrefix + textOf(input, "element"))}`, { value: "" }, () => ok(null));
    case "watch":
      return watch(textOf(input, "from"));
    default:
      return lockCallFor(input);
  }
}

function lockCallFor(input: Input): KvCall | null {
  const [name, fence] = [encodeURIComponent(textOf(input, "name")), textOf(input, "fence")];
  switch (input.f) {
    case "acquire":
      return change("POST", `/v1/lock/${name}`, { op: "acquire", ttlMs: lockTtlMs }, (body) =>
        body["done"] === true ? ok({ fence: decimal(body["fence"]) }) : "again",
      );
    case "release":
      return change("POST", `/v1/lock/${name}`, { op: "release", fence }, () => ok(null));
    case "store":
      return change("POST", `/v1/sink/${name}`, { fence, value: textOf(input, "value") }, ({ done }) => ok({ accepted: done === true }));
    default:
      return null;
  }
}

function change(method: Exchange["method"], path: string, body: JsonObject, outcome: ChangeOutcome): KvCall {
  return { exchange: { method, path, body }, isChange: true, isLocal: false, outcome: (_status, answer) => outcome(answer) };
}

function readKey(path: string, consistency: "linearizable" | "lease"): KvCall {
  return { exchange: { method: "GET", path, query: { consistency } }, isChange: false, isLocal: false, outcome: (_status, { value }) => ok(value ?? null) };
}

function readSet(): KvCall {
  return {
    exchange: { method: "GET", path: "/v1/kv", query: { prefix: setPrefix } },
    isChange: false,
    isLocal: false,
    outcome: (_status, { keys }) => ok(Array.isArray(keys) ? keys.map((key) => String(key).slice(setPrefix.length)) : []),
  };
}

function staleRead(path: string, after: string): KvCall {
  const query = { consistency: "stale", ...(after === "" ? {} : { rev: after }) };
  return {
    exchange: { method: "GET", path, query },
    isChange: false,
    isLocal: true,
    outcome: (_status, { revision, value }) => ok({ revision: decimal(revision), value: value ?? null }),
  };
}

function watch(from: string): KvCall {
  return {
    exchange: { method: "GET", path: "/v1/watch", query: { from, waitMs: String(watchWaitMs) } },
    isChange: false,
    isLocal: true,
    outcome: (status, { events, next }) =>
      ok(status === 410 ? { events: [], next: decimal(next), compacted: true } : { events: events ?? [], next: decimal(next) }),
  };
}

function ok(output: Json): Outcome {
  return { type: "ok", output };
}

/** Revisions and tokens are decimals in histories. */
function decimal(value: Json | undefined): string {
  return typeof value === "number" || typeof value === "string" ? String(value) : "";
}

function textOf(input: Input, name: string): string {
  const value = input[name];
  return typeof value === "string" ? value : "";
}
