// The sharded counter: three designs with different promises. See README.md beside this file.
import type { Environment } from "../../harness/environment.ts";
import type { ClusterView } from "../../harness/client.ts";
import { callAsync } from "../../harness/promises.ts";
import type { Node, NodeOptions, SearchSpace, System } from "../../harness/system.ts";
import { cachedCounterWorkload, counterWorkload, reshardedCounterWorkload } from "../../workloads/counter.ts";
import { likesWorkload } from "../../workloads/likes.ts";
import { bugs } from "./bugs.ts";
import { BufferedCounterNode } from "./buffered-node.ts";
import { claims, survivedFaults } from "./claims.ts";
import { CounterClient } from "./client.ts";
import { CrdtCounterNode } from "./crdt-node.ts";
import type { CounterNode } from "./node.ts";
import { RaftCounterNode } from "./raft-node.ts";

const search: SearchSpace = { nodes: [3, 3, 5], clients: [3, 4, 5], rateHz: [4, 8], durationMs: [6000, 10_000] };
const readyTimeoutMs = 500;

export const system: System = {
  name: "counter",
  text: "a sharded counter: increments and decrements, exactly once under retries, resharding, unique likes",
  variants: [
    {
      name: "raft",
      text: "shards in one replicated log; every add carries its request id",
      workloads: ["counter", "resharded-counter", "cached-counter", "likes"],
      defaultNodeCount: 3,
      search,
      faults: survivedFaults,
    },
    { name: "crdt", text: "every node counts for itself and gossips", workloads: ["counter"], defaultNodeCount: 3, search, faults: survivedFaults },
    {
      name: "buffered",
      text: "adds are journaled locally and flushed in batches",
      workloads: ["counter"],
      defaultNodeCount: 3,
      search,
      faults: survivedFaults,
    },
  ],
  roles: ["leader", "follower", "candidate"],
  marks: [
    { kind: "counter.shard-moving", typicalCount: 6 },
    { kind: "counter.batch-flushed", typicalCount: 20 },
    { kind: "counter.batch-closed", typicalCount: 20 },
    { kind: "replica.snapshot-saved", typicalCount: 6 },
    { kind: "raft.became-leader", typicalCount: 3 },
  ],
  claims,
  invariants: [],
  workloads: [counterWorkload, reshardedCounterWorkload, cachedCounterWorkload, likesWorkload],
  bugs,
  node: createNode,
  client: (environment, cluster) => new CounterClient(environment, cluster),
  ready,
};

function createNode(environment: Environment, options: NodeOptions): Node {
  return nodeOf(environment, options);
}

function nodeOf(environment: Environment, options: NodeOptions): CounterNode {
  switch (options.variant) {
    case "crdt":
      return new CrdtCounterNode(environment, options);
    case "buffered":
      return new BufferedCounterNode(environment, options);
    default:
      return new RaftCounterNode(environment, options);
  }
}

async function ready(environment: Environment, cluster: ClusterView): Promise<boolean> {
  const answers = cluster.nodes.map((node) => callAsync(environment.network, node, { method: "GET", path: "/readyz" }, { timeoutMs: readyTimeoutMs }));
  return (await Promise.all(answers)).every(({ reply }) => reply?.status === 200);
}
