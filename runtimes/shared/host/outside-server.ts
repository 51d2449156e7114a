// HTTP/1.1 for strangers: any curl, proxies that rewrite, hostile bytes. Node's own server reads it. For exchange servers.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Exchange, Reply } from "../../../harness/environment.ts";
import { bodyLimitBytes, bytesType, decodeBody, encodeBody, jsonType } from "./bodies.ts";
import { checkStatus, decodeTarget, fromHeader, refusedHeader } from "./http-form.ts";
import type { Dispatch } from "./served-connection.ts";

/** Whoever goes on sending beyond this does not get to hear that it was too much. */
const patienceBytes = 4 * bodyLimitBytes;

/** Never listens: connections are given to it. Idle ones are never closed by it, and a request may take as long as it likes: partitions stall them. */
export class OutsideServer {
  readonly #server: Server;
  readonly #dispatch: Dispatch;

  constructor(dispatch: Dispatch) {
    this.#dispatch = dispatch;
    this.#server = createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 }, (request, response) => this.#receive(request, response));
    this.#server.on("checkContinue", (request: IncomingMessage, response: ServerResponse) => {
      if (announcedBytes(request) > bodyLimitBytes) {
        refuse(response, 413, "the body is larger than 16 MiB");
        return;
      }
      response.writeContinue();
      this.#receive(request, response);
    });
  }

  /** The socket is read from its beginning, what was put back included. */
  take(socket: Socket): void {
    this.#server.emit("connection", socket);
    socket.resume();
  }

  /** Stops what it does between connections. The sockets are their giver's. */
  close(): void {
    this.#server.close();
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    const pieces: Buffer[] = [];
    let sizeBytes = 0;
    request.on("data", (piece: Buffer) => {
      sizeBytes += piece.length;
      if (sizeBytes <= bodyLimitBytes) pieces.push(piece);
      else if (sizeBytes > patienceBytes) request.destroy();
    });
    request.on("end", () => {
      if (sizeBytes > bodyLimitBytes) refuse(response, 413, "the body is larger than 16 MiB");
      else this.#serve(request, response, Buffer.concat(pieces));
    });
    // A request that breaks off was never complete, so nothing is done.
    request.on("error", () => undefined);
  }

  #serve(incoming: IncomingMessage, response: ServerResponse, content: Buffer): void {
    const request = exchangeOf(incoming, content);
    if (typeof request === "string") {
      refuse(response, request === "method" ? 405 : 400, `malformed ${request}`);
      return;
    }
    const from = incoming.headers[fromHeader];
    let isAnswered = false;
    const isServed = this.#dispatch(request, typeof from === "string" && from !== "" ? from : "outside", (reply) => {
      if (isAnswered) return;
      isAnswered = true;
      answer(response, reply);
    });
    if (isServed) return;
    response.setHeader(refusedHeader, "1");
    refuse(response, 503, "nobody serves here");
  }
}

/** The exchange, or what of it is malformed. */
function exchangeOf({ method, url = "", headers }: IncomingMessage, content: Buffer): Exchange | "method" | "target" | "query" | "body" {
  if (method !== "GET" && method !== "POST" && method !== "PUT" && method !== "DELETE") return "method";
  // Proxies may ask with the whole address.
  const target = url.replace(/^https?:\/\/[^/?#]*/i, "");
  if (!target.startsWith("/")) return "target";
  let request: Exchange;
  try {
    request = { method, ...decodeTarget(target) };
  } catch {
    return "query";
  }
  const type = headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase() === bytesType ? bytesType : jsonType;
  // Bytes may be none; no JSON is empty. Other types are read as JSON: curl calls what it is given a form.
  if (content.length === 0 && type === jsonType) return request;
  try {
    return { ...request, body: decodeBody(type, content) };
  } catch {
    return "body";
  }
}

function answer(response: ServerResponse, { status, body }: Reply): void {
  checkStatus(status, body);
  if (body === undefined) {
    response.writeHead(status, status === 204 || status === 304 ? {} : { "content-length": 0 });
    response.end();
    return;
  }
  const { type, content, sizeBytes } = encodeBody(body);
  // A reply that is too large cannot be given: its caller sees a reset, as in every runtime.
  if (sizeBytes > bodyLimitBytes) response.destroy();
  else response.writeHead(status, { "content-type": type, "content-length": sizeBytes }).end(content);
}

function refuse(response: ServerResponse, status: number, error: string): void {
  const text = `${JSON.stringify({ error })}\n`;
  response.writeHead(status, { "content-type": jsonType, "content-length": text.length }).end(text);
}

function announcedBytes({ headers }: IncomingMessage): number {
  return Number(headers["content-length"] ?? 0);
}
