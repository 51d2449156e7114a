// Network namespaces as the network of one run: a node is a machine of its own as far as packets can tell. For the process runtime; Linux and root.
import { EnvironmentError } from "../../../harness/errors.ts";
import type { NodeName } from "../../../harness/operation.ts";
import type { Links } from "../../shared/links/links.ts";
import { CommandError } from "../../shared/power/index.ts";
import { Delays, probeNetem } from "./delays.ts";
import { NamespaceLinks } from "./namespace-links.ts";
import { baseRules } from "./packet-rules.ts";
import { createRouter, type Router } from "./router.ts";

export interface NamespaceOptions {
  readonly runId: string;
  readonly nodes: readonly NodeName[];
  readonly clients: readonly NodeName[];
}

export interface NamespaceNetwork {
  readonly links: Links;
  /** Address of the harness that every node reaches, whatever faults are in force: for the control server and a time service. */
  readonly hostAddress: string;
  /** On what the servers of a node listen inside its namespace: everything, because each link has an address of its own. */
  readonly listenHost: string;
  /** The command prefix that starts a program in the namespace of a node; it becomes the program and keeps its pid. */
  join(node: NodeName): readonly string[];
  /** The node's own address: what its packets come from. For systems that advertise one address; faults hold for it, too. */
  addressOf(node: NodeName): string;
  /** Ends what still runs in the namespaces, and them; the same as `links.close()`. Idempotent. */
  close(): Promise<void>;
}

/**
 * Makes a namespace for each node, all links refused. About 0.15 s. Nothing of it needs an undo entry: it is gone soon after the harness, however that ended.
 * @throws EnvironmentError saying what this machine cannot do
 */
export async function createNamespaceLinks(options: NamespaceOptions): Promise<NamespaceNetwork> {
  if (process.platform !== "linux") throw new EnvironmentError("network namespaces exist on Linux only", wayOut);
  try {
    const router = await createRouter(options);
    try {
      return networkOf(router, new NamespaceLinks(router, await prepared(router)));
    } catch (error) {
      await router.close();
      throw error;
    }
  } catch (cause) {
    if (cause instanceof CommandError) throw new EnvironmentError(`network namespaces cannot be made here: ${cause.message}`, wayOut, { cause });
    throw cause;
  }
}

const wayOut = "see what is missing with faultline doctor, or use --network proxy";

async function prepared(router: Router): Promise<Delays> {
  const { hub } = router;
  await hub.run(["iptables-restore", "--wait", "5"], { input: baseRules(router.plan) });
  // What a partition held back and lets go later must not count as a stranger's packet. Connection tracking is there now, whoever loads it.
  await hub.run(["sh", "-c", "echo 1 > /proc/sys/net/netfilter/nf_conntrack_tcp_be_liberal"]);
  return new Delays(router, { capability: await probeNetem(async (command) => await hub.run(command)) });
}

function networkOf(router: Router, links: Links): NamespaceNetwork {
  return {
    links,
    hostAddress: router.plan.host,
    listenHost: "0.0.0.0",
    join: (node) => router.holderOf(node).prefix,
    addressOf: (node) => router.plan.own(node),
    close: async () => await links.close(),
  };
}
