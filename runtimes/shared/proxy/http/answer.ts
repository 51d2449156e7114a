// What goes back over HTTP, with the bodies and headers of the reference. For the routes.
import type { ServerResponse } from "node:http";
import type { Json } from "../../../../harness/json.ts";
import { goStringify } from "../go-values.ts";

export interface Answer {
  readonly status: number;
  /** Absent: no Content-Type, no body. */
  readonly type?: string;
  readonly body: string;
  /** The client must not guess another type. */
  readonly isPlain?: true;
}

/** JSON without a newline behind it. */
export function json(status: number, value: Json): Answer {
  return { status, type: "application/json", body: goStringify(value) };
}

/** A JSON object whose keys come in this order: JavaScript would put names like `10` first. */
export function jsonMap(status: number, entries: readonly (readonly [key: string, value: Json])[]): Answer {
  return { ...json(status, null), body: `{${entries.map(([key, value]) => `${goStringify(key)}:${goStringify(value)}`).join(",")}}` };
}

export function noContent(): Answer {
  return { status: 204, body: "" };
}

/** Go's `http.Error`: text with a newline. */
export function plain(status: number, text: string): Answer {
  return { status, type: "text/plain; charset=utf-8", body: `${text}\n`, isPlain: true };
}

/** Errors are JSON that calls itself text. Clients depend on it. */
export function errorAnswer({ status, message }: { readonly status: number; readonly message: string }): Answer {
  return plain(status, goStringify({ error: message, status }));
}

/** @param requestId absent for what no route has matched */
export function send(response: ServerResponse, { status, type, body, isPlain }: Answer, requestId?: string): void {
  response.statusCode = status;
  if (type !== undefined) response.setHeader("Content-Type", type);
  if (isPlain === true) response.setHeader("X-Content-Type-Options", "nosniff");
  if (requestId !== undefined) response.setHeader("X-Toxiproxy-Request-Id", requestId);
  if (status !== 204) response.setHeader("Content-Length", Buffer.byteLength(body));
  response.end(body);
}
