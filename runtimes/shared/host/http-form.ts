// The exact words in which our own hosts speak HTTP/1.1 with each other, both ways. For call connections and served connections.
import { STATUS_CODES } from "node:http";
import type { Exchange, Reply } from "../../../harness/environment.ts";
import type { NodeName } from "../../../harness/operation.ts";
import { bodyLimitBytes, encodeBody, type Body, type EncodedBody } from "./bodies.ts";
import type { MessageForm } from "./message-reader.ts";

/** Set by the sender's environment; requests without it come from `outside`. */
export const fromHeader = "x-faultline-from";
/** On an answer by nobody: the node has started and serves nothing. The caller may be sure that no handler ran. */
export const refusedHeader = "x-faultline-refused";

const type = "(application/json|application/octet-stream)";

/** Groups: method, target, from, type, size. The sender's name comes first: by that a connection of ours is known from a stranger's. */
export const requestForm: MessageForm = {
  pattern: new RegExp(
    `^(GET|POST|PUT|DELETE) (/[\\x21-\\x7e]*) HTTP/1\\.1\\r\\n${fromHeader}: ([\\x21-\\x7e]+)\\r\\nhost: [\\x21-\\x7e]+(?:\\r\\ncontent-type: ${type}\\r\\ncontent-length: (\\d{1,8}))?$`,
  ),
  sizeBytes: (head) => Number(head[5] ?? 0),
};

/** Groups: status, refused, type, size. */
export const replyForm: MessageForm = {
  pattern: new RegExp(`^HTTP/1\\.1 (\\d{3}) [ -~]*(\\r\\n${refusedHeader}: 1)?(?:\\r\\ncontent-type: ${type})?\\r\\ncontent-length: (\\d{1,8})$`),
  sizeBytes: (head) => Number(head[4]),
};

/** What one write takes. */
export type Encoded = string | Buffer;

/** Undefined: the body is too large. @throws TypeError for a target that would not arrive as it is */
export function encodeRequest(from: NodeName, to: NodeName, { method, path, query, body }: Exchange): Encoded | undefined {
  const head = `${method} ${encodeTarget(path, query)} HTTP/1.1\r\n${fromHeader}: ${from}\r\nhost: ${to}`;
  if (body === undefined) return `${head}\r\n\r\n`;
  const encoded = encodeBody(body);
  if (encoded.sizeBytes > bodyLimitBytes) return undefined;
  return withBody(`${head}\r\ncontent-type: ${encoded.type}\r\n`, encoded);
}

/** Undefined: the body is too large. @throws RangeError for a status that HTTP does not have, or that has no body */
export function encodeReply({ status, body }: Reply): Encoded | undefined {
  checkStatus(status, body);
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n`;
  if (body === undefined) return `${head}content-length: 0\r\n\r\n`;
  const encoded = encodeBody(body);
  return encoded.sizeBytes > bodyLimitBytes ? undefined : withBody(`${head}content-type: ${encoded.type}\r\n`, encoded);
}

/** @throws RangeError for a status that HTTP does not have, or that has no body */
export function checkStatus(status: number, body: Body): void {
  if (!Number.isInteger(status) || status < 200 || status > 599) throw new RangeError(`${status} is no status of a reply`);
  if (body !== undefined && (status === 204 || status === 205 || status === 304)) throw new RangeError(`a reply of status ${status} has no body`);
}

/** Answered for a node that serves nothing. */
export const refusal: string = `HTTP/1.1 503 Service Unavailable\r\n${refusedHeader}: 1\r\ncontent-length: 0\r\n\r\n`;

/** The target's path and query, decoded. @throws URIError for a malformed query */
export function decodeTarget(target: string): Pick<Exchange, "path" | "query"> {
  const mark = target.indexOf("?");
  if (mark < 0) return { path: target };
  const pairs = target
    .slice(mark + 1)
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair): [string, string] => {
      const equals = pair.indexOf("=");
      return equals < 0 ? [decodePart(pair), ""] : [decodePart(pair.slice(0, equals)), decodePart(pair.slice(equals + 1))];
    });
  // `fromEntries` defines members, so a name like `__proto__` is one like any other.
  return { path: target.slice(0, mark), query: Object.fromEntries(pairs) };
}

/** Forms write a space as a plus; what our own side encodes has neither. */
function decodePart(text: string): string {
  return decodeURIComponent(text.replaceAll("+", " "));
}

function encodeTarget(path: string, query: Exchange["query"]): string {
  if (!/^\/[\x21-\x7e]*$/.test(path) || /[?#]/.test(path)) throw new TypeError(`the path ${JSON.stringify(path)} is not percent-encoded`);
  if (query === undefined) return path;
  const pairs = Object.entries(query).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  return pairs.length === 0 ? path : `${path}?${pairs.join("&")}`;
}

function withBody(head: string, { content, sizeBytes }: EncodedBody): Encoded {
  const whole = `${head}content-length: ${sizeBytes}\r\n\r\n`;
  return typeof content === "string" ? whole + content : Buffer.concat([Buffer.from(whole, "latin1"), content]);
}
