// Bodies as they travel: JSON or bytes, with their limits. For calls, servers and datagrams.
import type { Exchange } from "../../../harness/environment.ts";
import type { Json } from "../../../harness/json.ts";

export type Body = Exchange["body"];

/** Of a stream body, and of a datagram's message; the same in every runtime. */
export const bodyLimitBytes: number = 16 * 1_024 * 1_024;
export const datagramLimitBytes = 60_000;

export const jsonType = "application/json";
export const bytesType = "application/octet-stream";

/** `content` is not yet UTF-8 if it is a string: then it can leave in one write with its head. */
export interface EncodedBody {
  readonly type: typeof jsonType | typeof bytesType;
  readonly content: string | Uint8Array;
  readonly sizeBytes: number;
}

/** @throws TypeError for what JSON cannot carry at all */
export function encodeBody(body: Json | Uint8Array): EncodedBody {
  if (body instanceof Uint8Array) return { type: bytesType, content: body, sizeBytes: body.length };
  const content = encodeJson(body);
  return { type: jsonType, content, sizeBytes: Buffer.byteLength(content) };
}

/** @throws TypeError for functions and the like */
export function encodeJson(value: Json): string {
  // The library's type hides that functions and `undefined` have no JSON.
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`a body is a ${typeof value}, which JSON cannot carry`);
  return text;
}

/** A copy of bytes that may be reused. @throws SyntaxError for malformed JSON, TypeError for malformed UTF-8 */
export function decodeBody(type: string, content: Buffer): Json | Uint8Array {
  return type === bytesType ? new Uint8Array(content) : decodeJson(content);
}

/** @throws SyntaxError for malformed JSON, TypeError for malformed UTF-8 */
export function decodeJson(content: Buffer): Json {
  const text = content.toString("utf8");
  // Node replaces what is malformed; only then it is worth to look twice.
  if (text.includes("\u{fffd}")) strictText.decode(content);
  const value: Json = JSON.parse(text);
  return value;
}

const strictText = new TextDecoder("utf-8", { fatal: true });
