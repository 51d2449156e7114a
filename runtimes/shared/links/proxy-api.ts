// The HTTP API of a proxy elsewhere: one connection a request, each with a limit, and errors that say what the server said. For remote links.
import { request, type IncomingMessage } from "node:http";
import { Toxiproxy } from "toxiproxy-node-client";
import { EnvironmentError } from "../../../harness/errors.ts";
import type { Json } from "../../../harness/json.ts";

export interface ProxyApiOptions {
  /** E.g. `http://127.0.0.1:8474`. */
  readonly url: string;
  /** Limit of one request, milliseconds. Default: 5,000. */
  readonly limitMs?: number;
}

interface Call {
  readonly method: "GET" | "POST" | "DELETE";
  /** Begins with `/`. */
  readonly path: string;
  readonly body?: unknown;
}

interface Reply {
  readonly status: number;
  readonly text: string;
}

/** Paths begin with `/`. All methods throw EnvironmentError: for no answer, none in time, and one that is an error. */
export class ProxyApi {
  readonly url: string;
  /** The reference's client. It knows no limits and reads no error bodies: its requests go through here. */
  readonly toxiproxy: Toxiproxy;
  readonly #limitMs: number;

  constructor({ url, limitMs = 5_000 }: ProxyApiOptions) {
    this.url = url.replace(/\/+$/, "");
    this.#limitMs = limitMs;
    this.toxiproxy = new Toxiproxy(this.url);
    const transport = {
      get: async (target: string) => ({ data: await this.#json({ method: "GET", path: this.#pathOf(target) }) }),
      post: async (target: string, body?: unknown) => ({ data: await this.#json({ method: "POST", path: this.#pathOf(target), body }) }),
      delete: async (target: string) => void (await this.#ok({ method: "DELETE", path: this.#pathOf(target) })),
      getText: async (target: string) => (await this.#ok({ method: "GET", path: this.#pathOf(target) })).text,
    };
    // Its answers are believed to be what they claim, as by the client's own transport. Only these four methods are ever called.
    this.toxiproxy.api = transport as unknown as Toxiproxy["api"];
  }

  /** Answers the decoded body; null for an empty one. */
  async post(path: string, body: Json): Promise<Json> {
    return await this.#json({ method: "POST", path, body });
  }

  /** False: the server knows no such path. */
  async has(path: string): Promise<boolean> {
    const reply = await this.#exchange({ method: "GET", path });
    if (reply.status === 404) return false;
    this.#requireOk({ method: "GET", path }, reply);
    return true;
  }

  #pathOf(target: string): string {
    return target.slice(this.url.length);
  }

  async #json(call: Call): Promise<Json> {
    const { text } = await this.#ok(call);
    if (text === "") return null;
    try {
      const decoded: Json = JSON.parse(text);
      return decoded;
    } catch (cause) {
      throw this.#error(`${call.method} ${call.path} was answered with no JSON`, cause);
    }
  }

  async #ok(call: Call): Promise<Reply> {
    const reply = await this.#exchange(call);
    this.#requireOk(call, reply);
    return reply;
  }

  #requireOk({ method, path }: Call, { status, text }: Reply): void {
    if (status < 200 || status > 299) throw this.#error(`${method} ${path} was answered with ${status}: ${text.trim().slice(0, 500)}`);
  }

  async #exchange(call: Call): Promise<Reply> {
    try {
      return await exchange(new URL(this.url + call.path), call, this.#limitMs);
    } catch (cause) {
      throw this.#error(cause instanceof Error ? cause.message : String(cause), cause);
    }
  }

  #error(problem: string, cause?: unknown): EnvironmentError {
    return new EnvironmentError(`The proxy at ${this.url} does not serve: ${problem}.`, "Look whether it runs, and whether the URL is that of its API.", {
      cause,
    });
  }
}

/** A connection of its own: nothing is left behind, and nothing is sent into one that the server is closing. */
async function exchange(url: URL, { method, body }: Call, limitMs: number): Promise<Reply> {
  const text = body === undefined ? "" : JSON.stringify(body);
  const headers = body === undefined ? {} : { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) };
  return await new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false, signal: AbortSignal.timeout(limitMs) }, (response) => {
      bodyOf(response).then((received) => resolve({ status: response.statusCode ?? 0, text: received }), reject);
    });
    sent.on("error", (error) => reject(error.name === "AbortError" ? new Error(`no answer within ${limitMs} ms`, { cause: error }) : error));
    sent.end(text);
  });
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
