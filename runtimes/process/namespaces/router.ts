// The namespaces of one run and the wires between them: one a node, a hub that routes between them, and one wire to the harness.
// Everything that a fault does is done in the hub, which the nodes cannot see.
import { networkInterfaces } from "node:os";
import { existsSync } from "node:fs";
import { EnvironmentError } from "../../../harness/errors.ts";
import type { NodeName } from "../../../harness/operation.ts";
import { CommandError, runCommand } from "../../shared/power/index.ts";
import { AddressPlan, overlap, subnetCount } from "./address-plan.ts";
import { Holder } from "./holder.ts";

const withoutIpv6 = ["ipv6/conf/all/disable_ipv6=1", "ipv6/conf/default/disable_ipv6=1"];
const hubSettings: readonly string[] = [...withoutIpv6, "ipv4/ip_forward=1"];
/**
 * What a partition stalls is sent again at least every second (Linux 6.15; before that at doubling distances), for four
 * minutes, also for connections that the program has closed: the contract's late delivery.
 */
const nodeSettings: readonly string[] = [
  ...withoutIpv6,
  "ipv4/tcp_rto_max_ms=1000",
  "ipv4/tcp_thin_linear_timeouts=1",
  "ipv4/tcp_retries2=255",
  "ipv4/tcp_orphan_retries=255",
];
const vanishLimitMs = 5_000;

export interface Router {
  readonly plan: AddressPlan;
  readonly hub: Holder;
  holderOf(node: NodeName): Holder;
  /** The hub's end of the wire to a host. */
  deviceTo(name: NodeName): string;
  /** Idempotent. */
  close(): Promise<void>;
}

export interface RouterOptions {
  readonly runId: string;
  readonly nodes: readonly NodeName[];
  readonly clients: readonly NodeName[];
}

/** @throws CommandError, EnvironmentError */
export async function createRouter(options: RouterOptions): Promise<Router> {
  const hub = await Holder.begin(hubSettings);
  const holders = new Map<NodeName, Holder>();
  try {
    const begun = await Promise.allSettled(options.nodes.map(async (node) => holders.set(node, await Holder.begin(nodeSettings))));
    for (const outcome of begun) if (outcome.status === "rejected") throw outcome.reason;
    const { plan, device } = await claimSubnet(hub, options);
    const router = new NamespaceRouter({ plan, hub, holders, device });
    await router.connect();
    return router;
  } catch (error) {
    await Promise.all([hub, ...holders.values()].map(async (holder) => await holder.end()));
    throw error;
  }
}

class NamespaceRouter implements Router {
  readonly plan: AddressPlan;
  readonly hub: Holder;
  readonly #holders: ReadonlyMap<NodeName, Holder>;
  readonly #device: string;

  constructor(parts: { readonly plan: AddressPlan; readonly hub: Holder; readonly holders: ReadonlyMap<NodeName, Holder>; readonly device: string }) {
    this.plan = parts.plan;
    this.hub = parts.hub;
    this.#holders = parts.holders;
    this.#device = parts.device;
  }

  holderOf(node: NodeName): Holder {
    const holder = this.#holders.get(node);
    if (holder === undefined) throw new Error(`no node of this network: ${node}`);
    return holder;
  }

  deviceTo(name: NodeName): string {
    return this.plan.isNode(name) ? `n${this.plan.indexOf(name)}` : "host";
  }

  async connect(): Promise<void> {
    const { hub, host, subnet } = this.plan;
    await this.hub.run(["ip", "-batch", "-"], { input: this.#hubBatch() });
    const nodes = this.plan.nodes.map(async (node) => await this.holderOf(node).run(["ip", "-batch", "-"], { input: this.#nodeBatch(node) }));
    const harness = runCommand(["ip", "-batch", "-"], {
      input: lines(
        `addr add ${host}/32 dev ${this.#device}`,
        `link set ${this.#device} up`,
        `route add ${subnet} via ${hub} dev ${this.#device} onlink src ${host}`,
      ),
    });
    await Promise.all([...nodes, harness]);
  }

  async close(): Promise<void> {
    await Promise.all(this.plan.nodes.map(async (node) => await this.holderOf(node).end()));
    await this.hub.end();
    await vanished(this.#device);
  }

  #hubBatch(): string {
    const { hub, host, nodes } = this.plan;
    const wires = nodes.flatMap((node) => {
      const device = this.deviceTo(node);
      return [
        `link add ${device} type veth peer name eth0 netns ${this.holderOf(node).pid}`,
        `addr add ${hub}/32 dev ${device}`,
        `link set ${device} up`,
        `route add ${this.plan.own(node)} dev ${device}`,
        `route add ${this.plan.block(node)} via ${this.plan.own(node)} dev ${device} onlink`,
      ];
    });
    return lines("link set lo up", `addr add ${hub}/32 dev host`, "link set host up", `route add ${host} dev host`, ...wires);
  }

  /** The whole block is local to the node, without an address each. */
  #nodeBatch(node: NodeName): string {
    const { hub } = this.plan;
    return lines(
      "link set lo up",
      `addr add ${this.plan.own(node)}/32 dev eth0`,
      "link set eth0 up",
      `route add local ${this.plan.block(node)} dev lo`,
      `route add default via ${hub} dev eth0 onlink src ${this.plan.own(node)}`,
    );
  }
}

/**
 * Makes the wire between hub and harness. Its name in the harness's namespace carries the subnet's number: two runs at once cannot have the same,
 * because the kernel makes it once.
 */
async function claimSubnet(hub: Holder, { runId, nodes, clients }: RouterOptions): Promise<{ readonly plan: AddressPlan; readonly device: string }> {
  const taken = await takenRanges();
  // Runs that begin together look in different places first.
  const first = Buffer.from(runId).reduce((hash, byte) => (hash * 31 + byte) % 65_521, 0) % subnetCount;
  for (let step = 0; step < subnetCount; step++) {
    const index = (first + step) % subnetCount;
    const plan = new AddressPlan(index, { nodes, clients });
    const device = `faultline${index}`;
    if (taken.some((range) => overlap(range, plan.subnet))) continue;
    if (await claim(hub, device)) return { plan, device };
  }
  throw new EnvironmentError("all subnets in 198.18.0.0/15 are in use on this machine", "end other runs in namespaces, or use --network proxy");
}

async function claim(hub: Holder, device: string): Promise<boolean> {
  try {
    await hub.run(["ip", "link", "add", "host", "type", "veth", "peer", "name", device, "netns", String(process.pid)]);
    return true;
  } catch (error) {
    if (error instanceof CommandError && error.said.includes("File exists")) return false;
    throw error;
  }
}

/** Addresses and routes of the harness's namespace, as CIDR; the default route is not one. */
async function takenRanges(): Promise<readonly string[]> {
  const addresses = Object.values(networkInterfaces()).flatMap((all) =>
    (all ?? []).flatMap(({ family, cidr }) => (family === "IPv4" && cidr !== null ? [cidr] : [])),
  );
  const routes = (await runCommand(["ip", "-4", "route", "show"])).split("\n").map((line) => line.split(" ")[0] ?? "");
  return [...addresses, ...routes.filter((route) => /^[0-9.]+(\/[0-9]+)?$/.test(route))];
}

/** The kernel takes down a namespace after its last process, not with it. */
async function vanished(device: string): Promise<void> {
  const end = performance.now() + vanishLimitMs;
  while (existsSync(`/sys/class/net/${device}`)) {
    if (performance.now() > end) throw new EnvironmentError(`the network device ${device} is still there`, `remove it: ip link del ${device}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function lines(...text: readonly string[]): string {
  return `${text.join("\n")}\n`;
}
