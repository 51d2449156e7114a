// Links over a real Toxiproxy: TCP through it, UDP through our own proxy beside it. For `createRemoteLinks`.
import type { FaultEffect, Link } from "../../../harness/faults.ts";
import type { NodeName } from "../../../harness/operation.ts";
import { formatAddress, parseAddress } from "../proxy/index.ts";
import type { Address } from "../wire/bootstrap.ts";
import { createEmbeddedLinks } from "./embedded-links.ts";
import { allNetworkFaults } from "./fault-links.ts";
import type { Links, NetworkFault, NetworkFaultKind, Protocol } from "./links.ts";
import type { ProxyApi } from "./proxy-api.ts";
import { pathName, PortSupply, scopeOf } from "./remote-names.ts";
import { ToxiproxyLink } from "./toxiproxy-link.ts";
import { toxicsOf } from "./toxiproxy-toxics.ts";

export interface ToxiproxyLinksOptions {
  readonly run: string;
  readonly seed: string;
  readonly listenHost: string;
  readonly dialHost?: string;
  readonly ports?: readonly number[];
  readonly datagramHost?: string;
}

/** What it lacks, with the reason. Faults on datagrams are ours. */
const lacks: Partial<Readonly<Record<NetworkFaultKind, string>>> = {
  reset: "Toxiproxy decides once for a connection, not for each exchange, and resets no connection that is open",
  refuse: "Toxiproxy can refuse new connections only by closing those that are open",
};

/**
 * A fault is not in force on all links in the same moment: each takes requests of its own. What it did to connections nobody can tell, for
 * Toxiproxy does not count: only datagrams show in effects, and `isUnmeasured` says so. A dead node's connections end with FIN, not RST.
 */
export class ToxiproxyLinks implements Links {
  readonly mechanism = "toxiproxy";
  readonly #api: ProxyApi;
  readonly #scope: string;
  readonly #listenHost: string;
  readonly #dialHost: string;
  readonly #ports: PortSupply;
  readonly #datagrams: Links;
  readonly #links = new Map<string, ToxiproxyLink>();
  readonly #servers = new Map<NodeName, Address>();
  readonly #faults = new Map<string, NetworkFault>();

  constructor(api: ProxyApi, { run, seed, listenHost, dialHost = listenHost, ports, datagramHost = "127.0.0.1" }: ToxiproxyLinksOptions) {
    this.#api = api;
    this.#scope = scopeOf(run);
    this.#listenHost = listenHost;
    this.#dialHost = dialHost;
    this.#ports = new PortSupply(ports);
    this.#datagrams = createEmbeddedLinks({ seed, host: datagramHost });
  }

  async open(link: Link, protocol: Protocol): Promise<Address> {
    if (protocol === "udp") return await this.#datagrams.open(link, protocol);
    const name = `${this.#scope}${pathName(link.from)}.${pathName(link.to)}.${protocol}`;
    const opened = await ToxiproxyLink.open(this.#api, { name, link, listen: `${this.#listenHost}:${this.#ports.next()}` });
    this.#links.set(name, opened);
    for (const fault of this.#faults.values()) await opened.add(fault.id, toxicsOf(fault, link));
    const server = this.#servers.get(link.to);
    if (server !== undefined) await opened.enable(formatAddress(server));
    return { host: this.#dialHost, port: parseAddress(opened.listen).port };
  }

  async attach(node: NodeName, servers: Readonly<Record<Protocol, Address>>): Promise<void> {
    this.#servers.set(node, servers.tcp);
    await Promise.all([this.#datagrams.attach(node, servers), ...this.#linksTo(node).map((link) => link.enable(formatAddress(servers.tcp)))]);
  }

  /** Connections from the node end with its process: the system closes its sockets. */
  async detach(node: NodeName): Promise<void> {
    this.#servers.delete(node);
    await Promise.all([this.#datagrams.detach(node), ...this.#linksTo(node).map((link) => link.disable())]);
  }

  async begin(fault: NetworkFault): Promise<void> {
    this.#faults.set(fault.id, fault);
    await Promise.all([this.#datagrams.begin(fault), ...[...this.#links.values()].map((opened) => opened.add(fault.id, toxicsOf(fault, opened.link)))]);
  }

  async end(id: string): Promise<FaultEffect> {
    const fault = this.#faults.get(id);
    if (fault === undefined) return { affectedCount: 0, detail: {} };
    this.#faults.delete(id);
    const isCut = fault.kind === "partition" && fault.params.onHeal === "cut";
    const [effect, ...hits] = await Promise.all([this.#datagrams.end(id), ...[...this.#links.values()].map((link) => link.remove(id, { isCut }))]);
    return hits.includes(true) ? { ...effect, detail: { ...effect.detail, isUnmeasured: true } } : effect;
  }

  capabilities(): Readonly<Record<NetworkFaultKind, true | string>> {
    return { ...allNetworkFaults, ...lacks };
  }

  async close(): Promise<void> {
    const links = [...this.#links.values()];
    this.#links.clear();
    await Promise.all([this.#datagrams.close(), ...links.map((link) => link.close())]);
  }

  #linksTo(node: NodeName): readonly ToxiproxyLink[] {
    return [...this.#links.values()].filter(({ link }) => link.to === node);
  }
}
