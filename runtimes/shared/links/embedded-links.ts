// Links over the proxy in this process: a TCP and a UDP proxy a link, on ports of one address. For the process runtime.
import type { FaultEffect, Link } from "../../../harness/faults.ts";
import type { NodeName } from "../../../harness/operation.ts";
import { parseAddress, ProxyEngine } from "../proxy/index.ts";
import type { Address } from "../wire/bootstrap.ts";
import { allNetworkFaults } from "./fault-links.ts";
import type { Links, NetworkFault, NetworkFaultKind, Protocol } from "./links.ts";

export interface EmbeddedLinksOptions {
  /** What every fate is drawn from: which exchange is reset, which datagram lost. */
  readonly seed: string;
  /** IPv4 address on which the links listen. Default: 127.0.0.1. */
  readonly host?: string;
}

/** Opens no socket before the first link. */
export function createEmbeddedLinks(options: EmbeddedLinksOptions): Links {
  return new EmbeddedLinks(options);
}

class EmbeddedLinks implements Links {
  readonly mechanism = "proxy";
  readonly #engine: ProxyEngine;
  readonly #host: string;

  constructor({ seed, host = "127.0.0.1" }: EmbeddedLinksOptions) {
    this.#engine = new ProxyEngine({ seed });
    this.#host = host;
  }

  async open(link: Link, protocol: Protocol): Promise<Address> {
    const { listen } = await this.#engine.openLink(link, { name: `${link.from} ${link.to} ${protocol}`, protocol, listen: `${this.#host}:0` });
    return parseAddress(listen);
  }

  async attach(node: NodeName, servers: Readonly<Record<Protocol, Address>>): Promise<void> {
    await this.#engine.attach(node, servers);
  }

  async detach(node: NodeName): Promise<void> {
    this.#engine.detach(node);
  }

  async begin(fault: NetworkFault): Promise<void> {
    this.#engine.begin(fault);
  }

  async end(id: string): Promise<FaultEffect> {
    return await this.#engine.end(id);
  }

  capabilities(): Readonly<Record<NetworkFaultKind, true | string>> {
    return allNetworkFaults;
  }

  async close(): Promise<void> {
    await this.#engine.close();
  }
}
