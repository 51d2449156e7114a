// The counter's client: numbers its requests, so that it may repeat one whose answer was lost, and follows redirects.
import type { Client, ClusterView } from "../../harness/client.ts";
import type { CallError, Environment, Exchange, Reply } from "../../harness/environment.ts";
import type { Json, JsonObject } from "../../harness/json.ts";
import type { Input, NodeName, Outcome } from "../../harness/operation.ts";

/** Share of the operation's time that is used at all: the answer must be out before its limit. */
const usedShare = 0.95;
/** Share of it that one attempt may take; the rest is for repeating it. */
const attemptShare = 0.45;
const shortestAttemptMs = 20;
const pauseMs = 40;

interface Attempt {
  readonly error: CallError | null;
  readonly reply: Reply | null;
}

/**
 * Error table: 200 ok. Refused, 421 and 503 are certainly without effect, so the operation goes on elsewhere or later, and
 * `fail`s if every attempt ended so. Timeout, Reset and 504 leave the outcome open: the same request id is sent again; if no
 * attempt is answered in time, a change is `info` and a read, which has no effect, `fail`.
 */
export class CounterClient implements Client {
  protected readonly environment: Environment;
  protected readonly cluster: ClusterView;
  #sequence = 0;

  constructor(environment: Environment, cluster: ClusterView) {
    this.environment = environment;
    this.cluster = cluster;
  }

  async invoke(input: Input): Promise<Outcome> {
    const { operationTimeoutMs } = this.cluster;
    const endMs = this.environment.clock.monotonic() + operationTimeoutMs * usedShare;
    const exchange = this.exchangeFor(input);
    let target: NodeName = this.cluster.home;
    let isOpen = false;
    for (let leftMs = operationTimeoutMs * usedShare; leftMs >= shortestAttemptMs; leftMs = endMs - this.environment.clock.monotonic()) {
      const { error, reply } = await this.attempt(target, exchange, Math.min(leftMs, operationTimeoutMs * attemptShare));
      if (reply?.status === 200) return { type: "ok", output: outputOf(reply) };
      if (reply?.status === 400) return { type: "fail", error: "bad request" };
      isOpen ||= error === null ? reply?.status === 504 : !error.isDefinite;
      const leader = leaderOf(reply);
      target = this.nextTarget(target, leader);
      if (leader === null) await this.environment.timers.sleep(pauseMs);
    }
    const isChange = exchange.method !== "GET";
    return isOpen && isChange ? { type: "info", error: "no answer in time" } : { type: "fail", error: "no node would do it" };
  }

  async close(): Promise<void> {}

  /** Only the node that acknowledged an add locally can recognise its repetition, unless the log is shared. */
  protected nextTarget(current: NodeName, leader: NodeName | null): NodeName {
    if (this.cluster.variant !== "raft") return this.cluster.home;
    if (leader !== null && leader !== current) return leader;
    const { nodes } = this.cluster;
    return nodes[(nodes.indexOf(current) + 1) % nodes.length] ?? current;
  }

  /** What makes a repeated change the same change. */
  protected requestId(): { readonly client: string; readonly sequence: number } {
    return { client: this.cluster.clientName, sequence: this.#sequence };
  }

  protected exchangeFor(input: Input): Exchange {
    if (input.f === "likes") return { method: "GET", path: "/v1/counter/likes" };
    if (input.f === "read") {
      const maxStaleMs = input["maxStaleMs"];
      return { method: "GET", path: "/v1/counter", ...(typeof maxStaleMs === "number" ? { query: { maxStaleMs: String(maxStaleMs) } } : {}) };
    }
    this.#sequence++;
    const { f, ...members } = input;
    return { method: "POST", path: `/v1/counter/${f}`, body: { ...members, ...this.requestId() } };
  }

  /** The exchange as it goes out this time. */
  protected prepare(exchange: Exchange): Exchange {
    return exchange;
  }

  private attempt(target: NodeName, exchange: Exchange, timeoutMs: number): Promise<Attempt> {
    return new Promise((resolve) => {
      this.environment.network.call(target, this.prepare(exchange), { timeoutMs }, (error, reply) => resolve({ error, reply }));
    });
  }
}

function outputOf(reply: Reply): Json {
  const value = bodyOf(reply)["value"];
  return typeof value === "string" ? value : null;
}

function leaderOf(reply: Reply | null): NodeName | null {
  const leader = reply?.status === 421 ? bodyOf(reply)["leader"] : null;
  return typeof leader === "string" ? leader : null;
}

function bodyOf(reply: Reply): JsonObject {
  const body = reply.body;
  return typeof body === "object" && body !== null && !Array.isArray(body) && !(body instanceof Uint8Array) ? (body as JsonObject) : {};
}
