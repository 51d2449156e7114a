// The sequencer: unique ids from six designs, each with its own promises.
import type { ClusterView } from "../../harness/client.ts";
import type { Environment } from "../../harness/environment.ts";
import { callAsync } from "../../harness/promises.ts";
import type { SearchSpace, System, Variant } from "../../harness/system.ts";
import { uniqueIdsWorkload } from "../../workloads/index.ts";
import { bugs } from "./bugs.ts";
import { claims, survivedFaults } from "./claims.ts";
import { SequencerClient } from "./client.ts";
import { sources } from "./designs.ts";
import { invariants } from "./invariants.ts";
import { SequencerNode } from "./node.ts";

const search: SearchSpace = { nodes: [3, 5], clients: [3, 5, 8], rateHz: [30, 60, 120], durationMs: [3000, 5000, 8000] };

const texts: Readonly<Record<string, string>> = {
  central: "one counter in a replicated log: every answer is above all answers before it",
  "central-block": "nodes lease blocks of one counter and serve from them alone",
  snowflake: "41 bits of time, 10 of slot, 12 of sequence; slots are leased through a replicated log",
  uuid4: "122 random bits (RFC 9562)",
  uuid7: "48 bits of time and 74 random ones that only grow (RFC 9562)",
  hlc: "hybrid logical clock, counter and node: above every token, whatever clocks say",
};

const variants: readonly Variant[] = Object.entries(texts).map(([name, text]) => ({
  name,
  text,
  workloads: ["unique-ids"],
  defaultNodeCount: 3,
  search,
  faults: survivedFaults,
}));

export const system: System = {
  name: "sequencer",
  text: "Unique ids, in order where promised: central counter, leased blocks, Snowflake, UUIDs, hybrid clock.",
  variants,
  roles: ["leader", "follower", "candidate", "generator"],
  // The first is made in every variant; the others where there is something to interrupt.
  marks: [
    { kind: "sequencer.handed", typicalCount: 300 },
    { kind: "raft.became-leader", typicalCount: 3 },
    { kind: "sequencer.slot-held", typicalCount: 8 },
    { kind: "sequencer.block-leased", typicalCount: 30 },
    { kind: "sequencer.allocated", typicalCount: 200 },
  ],
  claims,
  invariants,
  workloads: [uniqueIdsWorkload],
  bugs,
  node(environment, options) {
    const source = sources[options.variant];
    if (source === undefined) throw new RangeError(`the sequencer has no variant ${options.variant}`);
    return new SequencerNode(environment, source(environment, options));
  },
  client: (environment, cluster) => new SequencerClient(environment, cluster),
  ready,
};

/** Every node is deep-ready: it knows a leader, holds a block or a slot, or needs none. */
async function ready(environment: Environment, cluster: ClusterView): Promise<boolean> {
  const asked = cluster.nodes.map((node) => callAsync(environment.network, node, { method: "GET", path: "/readyz" }, { timeoutMs: 500 }));
  return (await Promise.all(asked)).every(({ reply }) => reply?.status === 200);
}
