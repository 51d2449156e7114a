// The HTTP server in front of the engine, with the routing rules of the reference. For the command, and for clients of Toxiproxy.
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { formatAddress, listenError } from "../address.ts";
import type { ProxyEngine } from "../engine.ts";
import { ProxyError } from "../proxy-error.ts";
import { errorAnswer, noContent, plain, send, type Answer } from "./answer.ts";
import { firstJson } from "./go-json.ts";
import type { MetricsOptions } from "./metrics.ts";
import { faultRoutes } from "./fault-routes.ts";
import type { Route } from "./route.ts";
import { routes } from "./routes.ts";

export interface ProxyServerOptions {
  readonly engine: ProxyEngine;
  /** Default: 127.0.0.1. */
  readonly host?: string;
  /** 0, the default: any. */
  readonly port?: number;
  /** Default: neither, then `/metrics` is not found. */
  readonly metrics?: MetricsOptions;
  /** Default: true. False: Toxiproxy's routes only, none under `/faultline/`. */
  readonly isExtended?: boolean;
  /**
   * The origin of pages that may use this API, e.g. `http://localhost:3000`, or `*`. Default: none, and browsers are turned away as by
   * the reference: whoever reaches the API may open ports on this machine.
   */
  readonly allowOrigin?: string;
  /** One line for each request that changed something or was deprecated. */
  readonly log?: (level: "info" | "warn", message: string) => void;
}

const bodyLimitBytes = 4 * 1024 * 1024;
/** As in the reference. */
const timeoutsMs = { read: 15_000, write: 30_000, idle: 60_000 };

export class ProxyServer {
  readonly #engine: ProxyEngine;
  readonly #options: ProxyServerOptions;
  readonly #server: Server;

  constructor(options: ProxyServerOptions) {
    this.#engine = options.engine;
    this.#options = options;
    const { read, write, idle } = timeoutsMs;
    const settings = { requestTimeout: read, headersTimeout: read, keepAliveTimeout: idle, connectionsCheckingInterval: 5_000 };
    this.#server = createServer(settings, (request, response) => void this.#handle(request, response));
    this.#server.setTimeout(idle + write);
  }

  /** Answers the URL, e.g. `http://127.0.0.1:8474`. @throws ProxyError 500 if the address cannot be bound */
  async start(): Promise<string> {
    const { host = "127.0.0.1", port = 0 } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", (cause) => reject(listenError("tcp", { host, port }, cause))).listen({ host, port }, resolve);
    });
    const bound = this.#server.address();
    if (bound === null || typeof bound === "string") throw new Error("Assertion failed: an HTTP server has an address and a port");
    return `http://${formatAddress({ host: bound.address, port: bound.port })}`;
  }

  /** Stops listening and ends all its connections; the engine stays as it is. Idempotent. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A client that goes away in the middle is nobody to answer to.
    request.on("error", () => undefined);
    response.on("error", () => undefined);
    const { method = "", url = "" } = request;
    if (this.#isPreflight(request, response)) return send(response, noContent());
    const matches = matchesOf(url, this.#options.isExtended === false ? routes : [...routes, ...faultRoutes]);
    if (matches.length === 0) return send(response, plain(404, "404 page not found"));
    const match = matches.find(({ route }) => route.methods.length === 0 || route.methods.includes(method));
    if (match === undefined) return send(response, { status: 405, body: "" });
    const requestId = newRequestId();
    const isBrowser = request.headers["user-agent"]?.startsWith("Mozilla/") === true;
    if (isBrowser && !this.#isAllowed(request)) return send(response, plain(403, "User agent not allowed"), requestId);
    const answer = await this.#answer(request, match);
    if (match.route.isDeprecatedBy !== undefined) this.#options.log?.("warn", `${method} ${url} is deprecated, use ${match.route.isDeprecatedBy}`);
    else if (method !== "GET") this.#options.log?.("info", `${method} ${url} ${answer.status}`);
    send(response, answer, requestId);
    // The rest of a body that is too long is not waited for.
    if (answer.status === 413) request.destroy();
  }

  /** Whether the request comes from a page that may use the API. */
  #isAllowed({ headers }: IncomingMessage): boolean {
    const { allowOrigin } = this.#options;
    return allowOrigin !== undefined && headers.origin !== undefined && (allowOrigin === "*" || allowOrigin === headers.origin);
  }

  /** Sets what lets the page read the answer. True: it only asks whether it may. */
  #isPreflight(request: IncomingMessage, response: ServerResponse): boolean {
    if (!this.#isAllowed(request)) return false;
    response.setHeader("Access-Control-Allow-Origin", this.#options.allowOrigin ?? "");
    response.setHeader("Vary", "Origin");
    if (request.method !== "OPTIONS" || request.headers["access-control-request-method"] === undefined) return false;
    response.setHeader("Access-Control-Allow-Methods", "GET, POST, PATCH, DELETE");
    response.setHeader("Access-Control-Allow-Headers", "Content-Type");
    return true;
  }

  async #answer(request: IncomingMessage, { route, proxy, toxic }: Match): Promise<Answer> {
    try {
      const text = await bodyOf(request);
      const { metrics = { proxies: false, runtime: false } } = this.#options;
      return await route.run({ engine: this.#engine, proxy, toxic, metrics, body: () => firstJson(text) });
    } catch (error) {
      if (error instanceof ProxyError) return errorAnswer(error);
      throw error;
    }
  }
}

interface Match {
  readonly route: Route;
  readonly proxy: string;
  readonly toxic: string;
}

/** Names stand between slashes, decoded before the slashes are looked for: a name with one cannot be addressed, as in the reference. */
function matchesOf(url: string, routes: readonly Route[]): readonly Match[] {
  const segments = decoded(url.replace(/[?#].*$/s, "")).split("/");
  return routes.flatMap((route) => {
    const pattern = route.path.split("/");
    const isMatch =
      pattern.length === segments.length && pattern.every((part, index) => (part.startsWith("{") ? segments[index] !== "" : part === segments[index]));
    const named = (part: string): string => segments[pattern.indexOf(part)] ?? "";
    return isMatch ? [{ route, proxy: named("{proxy}"), toxic: named("{toxic}") }] : [];
  });
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    // Broken percent signs name nothing that there is.
    return "";
  }
}

/** Empty if the client goes away: nobody reads the answer. @throws ProxyError 413 */
async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  return await new Promise((resolve, reject) => {
    request.on("data", (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes <= bodyLimitBytes) return void chunks.push(chunk);
      request.pause();
      reject(new ProxyError(413, `request body is longer than ${bodyLimitBytes} bytes`));
    });
    request.on("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
    request.on("close", () => reject(new ProxyError(400, "bad request body: unexpected EOF")));
  });
}

const idLetters = "0123456789abcdefghijklmnopqrstuv";

/** 20 letters as those of the reference (xid): the time first, then chance. */
function newRequestId(): string {
  const bytes = Buffer.concat([Buffer.alloc(4), randomBytes(8)]);
  bytes.writeUInt32BE(Math.floor(Date.now() / 1000) >>> 0);
  const bits = BigInt(`0x${bytes.toString("hex")}`) << 4n;
  return Array.from({ length: 20 }, (_, index) => idLetters[Number((bits >> BigInt(95 - 5 * index)) & 31n)]).join("");
}
