// The sequencer's client: one request an operation, at the node it is bound to or, where one counter rules, at the leader.
import type { Client, ClusterView } from "../../harness/client.ts";
import type { Environment, Exchange, Reply } from "../../harness/environment.ts";
import type { Json } from "../../harness/json.ts";
import type { Input, NodeName, Outcome } from "../../harness/operation.ts";
import { callAsync, type CallResult } from "../../harness/promises.ts";
import type { UniqueIdsInput, UniqueIdsOutput } from "../../workloads/index.ts";
import { bodyOf, encodeGenerate, leaderOf } from "./messages.ts";

/** Kept back, so that the operation ends by the client's doing and not by the runner's. */
const marginMs = 50;
const pauseMs = 20;
const hopLimit = 8;

/**
 * Error table. 200: ok. 400, 421 and 503: the node vows that it gave no id: `fail` (a 421 is followed first, to the leader
 * that it names or to the next node). Refused and TooLarge: never delivered: `fail`. Timeout, Reset, 504 and whatever else:
 * ids may have been given and lost: `info`. Nothing is repeated whose fate is unknown.
 */
export class SequencerClient implements Client {
  private readonly environment: Environment;
  private readonly cluster: ClusterView;

  constructor(environment: Environment, cluster: ClusterView) {
    this.environment = environment;
    this.cluster = cluster;
  }

  async invoke(input: Input): Promise<Outcome> {
    const deadlineMs = this.environment.clock.monotonic() + this.cluster.operationTimeoutMs - marginMs;
    const request = requestFor(input);
    let target = this.cluster.home;
    for (let hop = 1; ; hop++) {
      const result = await this.call(target, request, deadlineMs);
      if (result.reply?.status !== 421) return outcomeOf(result);
      const leader = leaderOf(result.reply);
      if (hop >= hopLimit || this.environment.clock.monotonic() + pauseMs >= deadlineMs) return { type: "fail", error: "no leader" };
      // Also after a named leader, from the second hop on: two nodes that each believe in the other must not be asked in a tight loop.
      if (leader === null || hop > 1) await this.environment.timers.sleep(pauseMs);
      target = leader ?? this.nodeAfter(target);
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private call(target: NodeName, request: Exchange, deadlineMs: number): Promise<CallResult> {
    const timeoutMs = Math.max(1, deadlineMs - this.environment.clock.monotonic());
    return callAsync(this.environment.network, target, request, { timeoutMs });
  }

  private nodeAfter(node: NodeName): NodeName {
    const { nodes } = this.cluster;
    return nodes[(nodes.indexOf(node) + 1) % nodes.length] ?? node;
  }
}

/** The one decode of what the workload asks for. */
function requestFor(input: Input): Exchange {
  const { count, after } = input as UniqueIdsInput;
  return encodeGenerate({ count: count ?? 1, after: after ?? null });
}

function outcomeOf({ error, reply }: CallResult): Outcome {
  if (error !== undefined) return error.isDefinite ? { type: "fail", error: error.kind } : { type: "info", error: error.kind };
  if (reply.status === 200) return answered(reply);
  const { error: said } = bodyOf(reply);
  const reason = typeof said === "string" ? `${reply.status} ${said}` : `${reply.status}`;
  return reply.status === 400 || reply.status === 503 ? { type: "fail", error: reason } : { type: "info", error: reason };
}

function answered(reply: Reply): Outcome<UniqueIdsOutput> {
  const ids = bodyOf(reply)["ids"];
  if (!isList(ids)) return { type: "info", error: "an answer without ids" };
  // An id that comes as a JSON number has been through a double by now, here as in any other client.
  return { type: "ok", output: { ids: ids.map((id) => (typeof id === "string" ? id : JSON.stringify(id))) } };
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}
