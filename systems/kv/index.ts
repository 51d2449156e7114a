// The key-value store: a replicated log under keys, watches, leases and locks. See README.md beside this file.
import type { System } from "../../harness/system.ts";
import { raftInvariants } from "../parts/raft/invariants.ts";
import { lockWorkload } from "../../workloads/lock.ts";
import { leaseRegisterWorkload, registerWorkload } from "../../workloads/register.ts";
import { setWorkload } from "../../workloads/set.ts";
import { staleRegisterWorkload } from "../../workloads/stale-register.ts";
import { watchWorkload } from "../../workloads/watch.ts";
import { bugs } from "./bugs.ts";
import { claims, survivedFaults } from "./claims.ts";
import { KvClient, isReady } from "./client.ts";
import { marks } from "./marks.ts";
import { KvNode } from "./node.ts";

export const system: System = {
  name: "kv",
  text: "a key-value store: linearizable, stale and lease reads, compare-and-set, watches, leases, locks with fencing tokens",
  variants: [
    {
      name: "raft",
      text: "every change goes through one replicated log",
      workloads: ["register", "lease-register", "set", "watch", "stale-register", "lock"],
      defaultNodeCount: 3,
      search: { nodes: [3, 3, 5], clients: [3, 5], rateHz: [8, 16, 24], durationMs: [4000, 8000] },
      faults: survivedFaults,
    },
  ],
  roles: ["leader", "follower", "candidate"],
  marks,
  claims,
  invariants: raftInvariants(["raft"]),
  workloads: [registerWorkload, leaseRegisterWorkload, setWorkload, watchWorkload, staleRegisterWorkload, lockWorkload],
  bugs,
  node: (environment, options) => new KvNode(environment, options),
  client: (environment, cluster) => new KvClient(environment, cluster),
  ready: isReady,
};
