// The store's client: speaks the vocabularies of the workloads, follows redirects, and repeats requests that carry its
// session until its time is up. The error table is `fateOf`, tested in `client.test.ts`.
import type { Client, ClusterView } from "../../harness/client.ts";
import type { CallError, Environment, Exchange, Reply } from "../../harness/environment.ts";
import type { Json, JsonObject } from "../../harness/json.ts";
import type { Input, NodeName, Outcome } from "../../harness/operation.ts";
import { callAsync } from "../../harness/promises.ts";
import { callFor, type KvCall } from "./vocabulary.ts";

/** One attempt; the rest of the operation's time is for repeating it. */
const attemptTimeoutMs = 300;
const pauseMs = 30;
/** An attempt that begins later than this before the end of the operation could not be waited for. */
const marginMs = 40;

/** So long after its answer the node to which a redirect led is asked first. Later the client begins at home again, wherever that is cut off. */
const leaderMemoryMs = 50;

/** Their changes answer the revision that they got. */
const revisionWorkloads: ReadonlySet<string> = new Set(["watch", "stale-register"]);

/** What an attempt says: an answer, certainly nothing happened, or nobody knows. */
export type Fate = "answered" | "nothing-happened" | "unknown";

/**
 * 200 and 410 (compacted) answer. Refused and TooLarge never reached a handler; 400, 409 (behind), 421 (not the leader)
 * and 503 (not ready) vow that nothing happened. Timeout, Reset, 504 (lost) and everything else leave it open.
 */
export function fateOf(error: CallError | null, reply: Reply | null): Fate {
  if (error !== null) return error.isDefinite ? "nothing-happened" : "unknown";
  if (reply?.status === 200 || reply?.status === 410) return "answered";
  return reply !== null && [400, 409, 421, 503].includes(reply.status) ? "nothing-happened" : "unknown";
}

export class KvClient implements Client {
  protected readonly environment: Environment;
  protected readonly cluster: ClusterView;
  /** Of the last request that changed something and was answered: the next one has the next number. */
  protected sequence = 0;
  #leader: { readonly node: NodeName; readonly untilMs: number } | null = null;

  constructor(environment: Environment, cluster: ClusterView) {
    this.environment = environment;
    this.cluster = cluster;
  }

  async invoke(input: Input): Promise<Outcome> {
    const deadlineMs = this.environment.clock.monotonic() + this.cluster.operationTimeoutMs - marginMs;
    const call = callFor(input, { tellsRevisions: revisionWorkloads.has(this.cluster.workload) });
    if (call === null) return { type: "fail", error: `unknown operation ${input.f}` };
    for (;;) {
      const outcome = await this.complete(call, deadlineMs);
      if (outcome !== "again") return outcome;
      // Held by somebody else: a new request, later.
      if (this.environment.clock.monotonic() + attemptTimeoutMs > deadlineMs) return { type: "fail", error: "held" };
      await this.environment.timers.sleep(3 * pauseMs);
    }
  }

  async close(): Promise<void> {}

  /** One request, repeated under its name until it is answered. `again`: it was refused for now. */
  private async complete(call: KvCall, deadlineMs: number): Promise<Outcome | "again"> {
    let target = this.firstTarget(call);
    let isOpen = false;
    let problem = "";
    for (let remainingMs = this.remaining(deadlineMs); remainingMs > 0; remainingMs = this.remaining(deadlineMs)) {
      const { error, reply } = await this.attempt(target, this.named(call), Math.min(attemptTimeoutMs, remainingMs));
      const fate = this.fate(error, reply);
      if (fate === "answered" && reply !== null) {
        if (call.isChange) this.sequence++;
        if (!call.isLocal) this.#leader = { node: target, untilMs: this.environment.clock.monotonic() + leaderMemoryMs };
        return call.outcome(reply.status, bodyOf(reply));
      }
      if (reply?.status === 400) return { type: "fail", error: "bad request" };
      isOpen ||= fate === "unknown";
      problem = error?.kind ?? String(reply?.status);
      const next = this.nextTarget(call, target, leaderOf(reply));
      if (next === target || leaderOf(reply) === null) await this.environment.timers.sleep(pauseMs);
      target = next;
    }
    return isOpen && call.isChange ? { type: "info", error: problem } : { type: "fail", error: problem };
  }

  protected fate(error: CallError | null, reply: Reply | null): Fate {
    return fateOf(error, reply);
  }

  /** A redirect leads to the leader; a node that has none, or does not answer, is left for the next one. Local reads stay at home. */
  protected nextTarget(call: KvCall, current: NodeName, leader: NodeName | null): NodeName {
    if (call.isLocal) return this.cluster.home;
    if (leader !== null) return leader;
    const { nodes } = this.cluster;
    return nodes[(nodes.indexOf(current) + 1) % nodes.length] ?? current;
  }

  /** Changes carry the session, so that a repetition is recognised by whoever leads then. */
  protected named({ exchange, isChange }: KvCall): Exchange {
    if (!isChange) return exchange;
    return { ...exchange, query: { ...exchange.query, client: this.cluster.clientName, sequence: String(this.sequence + 1) } };
  }

  private firstTarget({ isLocal }: KvCall): NodeName {
    const isRemembered = !isLocal && this.#leader !== null && this.environment.clock.monotonic() < this.#leader.untilMs;
    return isRemembered && this.#leader !== null ? this.#leader.node : this.cluster.home;
  }

  private remaining(deadlineMs: number): number {
    return deadlineMs - this.environment.clock.monotonic();
  }

  private attempt(target: NodeName, exchange: Exchange, timeoutMs: number): Promise<{ readonly error: CallError | null; readonly reply: Reply | null }> {
    return new Promise((resolve) => {
      this.environment.network.call(target, exchange, { timeoutMs }, (error, reply) => resolve({ error, reply }));
    });
  }
}

function leaderOf(reply: Reply | null): NodeName | null {
  const leader: Json | undefined = reply?.status === 421 ? bodyOf(reply)["leader"] : null;
  return typeof leader === "string" ? leader : null;
}

function bodyOf({ body }: Reply): JsonObject {
  return typeof body === "object" && body !== null && !Array.isArray(body) && !(body instanceof Uint8Array) ? (body as JsonObject) : {};
}

/** The cluster serves when every node knows a leader. */
export async function isReady(environment: Environment, cluster: ClusterView): Promise<boolean> {
  const answers = cluster.nodes.map((node) => callAsync(environment.network, node, { method: "GET", path: "/readyz" }, { timeoutMs: attemptTimeoutMs }));
  return (await Promise.all(answers)).every(({ reply }) => reply?.status === 200);
}
