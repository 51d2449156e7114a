// Links over a proxy elsewhere: our own server, or a real Toxiproxy. For the container runtime, and for `--toxiproxy URL`.
import type { FaultEffect, Link } from "../../../harness/faults.ts";
import type { Json, JsonObject } from "../../../harness/json.ts";
import type { NodeName } from "../../../harness/operation.ts";
import { formatAddress, parseAddress } from "../proxy/index.ts";
import type { Address } from "../wire/bootstrap.ts";
import { allNetworkFaults } from "./fault-links.ts";
import type { Links, NetworkFault, NetworkFaultKind, Protocol } from "./links.ts";
import { ProxyApi } from "./proxy-api.ts";
import { pathName, PortSupply, scopeOf } from "./remote-names.ts";
import { ToxiproxyLinks } from "./toxiproxy-links.ts";

export interface RemoteLinksOptions {
  /** Of the HTTP API, e.g. `http://127.0.0.1:8474`. */
  readonly url: string;
  /** Names the run's proxies, so that runs can share one server: letters, digits and dashes. */
  readonly run: string;
  /** What fates are drawn from by what is served here: the UDP links beside a real Toxiproxy. Our server draws from its own seed. */
  readonly seed: string;
  /** IPv4 address on which the proxies listen, as their server sees it. */
  readonly listenHost: string;
  /** IPv4 address at which hosts dial them. Default: `listenHost`. */
  readonly dialHost?: string;
  /** The ports that the server may listen on, where not all can be reached from outside. Default: any. */
  readonly ports?: readonly number[];
  /** IPv4 address of this machine on which the UDP links beside a real Toxiproxy listen. Default: 127.0.0.1. */
  readonly datagramHost?: string;
  /** Limit of one request, milliseconds. Default: 5,000. */
  readonly limitMs?: number;
}

/**
 * Asks the server what it is: one without the routes under `/faultline/` is a real Toxiproxy. `open` throws UsageError when the
 * ports run out; every method EnvironmentError if the server does not answer, or not well. @throws EnvironmentError, UsageError
 */
export async function createRemoteLinks(options: RemoteLinksOptions): Promise<Links> {
  scopeOf(options.run);
  const api = new ProxyApi(options);
  const isOurs = await api.has("/faultline/links");
  if (!isOurs) await api.toxiproxy.getVersion();
  return isOurs ? new ServerLinks(api, options) : new ToxiproxyLinks(api, options);
}

/** Links over our own server: its engine does it all. Names of hosts and faults carry the run there. */
class ServerLinks implements Links {
  readonly mechanism = "proxy";
  readonly #api: ProxyApi;
  readonly #scope: string;
  readonly #listenHost: string;
  readonly #dialHost: string;
  readonly #ports: PortSupply;

  constructor(api: ProxyApi, { run, listenHost, dialHost = listenHost, ports }: RemoteLinksOptions) {
    this.#api = api;
    this.#scope = scopeOf(run);
    this.#listenHost = listenHost;
    this.#dialHost = dialHost;
    this.#ports = new PortSupply(ports);
  }

  async open(link: Link, protocol: Protocol): Promise<Address> {
    const listen = `${this.#listenHost}:${this.#ports.next()}`;
    const name = `${this.#scope}${pathName(link.from)}.${pathName(link.to)}.${protocol}`;
    const made = await this.#api.post("/faultline/links", { name, ...this.#scoped(link), protocol, listen });
    const address = isObject(made) ? made["listen"] : undefined;
    if (typeof address !== "string") throw new Error(`Assertion failed: our server answers where a link listens, not ${JSON.stringify(made)}`);
    return { host: this.#dialHost, port: parseAddress(address).port };
  }

  async attach(node: NodeName, { tcp, udp }: Readonly<Record<Protocol, Address>>): Promise<void> {
    await this.#api.post("/faultline/attach", { node: this.#scope + node, tcp: formatAddress(tcp), udp: formatAddress(udp) });
  }

  async detach(node: NodeName): Promise<void> {
    await this.#api.post("/faultline/detach", { node: this.#scope + node });
  }

  async begin({ id, kind, params, links }: NetworkFault): Promise<void> {
    await this.#api.post("/faultline/begin", {
      id: this.#scope + id,
      kind,
      params: kind === "partition" ? { onHeal: params.onHeal ?? "deliver" } : { ...params },
      links: links.map((link) => this.#scoped(link)),
    });
  }

  async end(id: string): Promise<FaultEffect> {
    const effect = await this.#api.post("/faultline/end", { id: this.#scope + id });
    const { affectedCount, detail } = isObject(effect) ? effect : {};
    if (typeof affectedCount !== "number" || !isObject(detail))
      throw new Error(`Assertion failed: our server answers an effect, not ${JSON.stringify(effect)}`);
    return { affectedCount, detail };
  }

  capabilities(): Readonly<Record<NetworkFaultKind, true | string>> {
    return allNetworkFaults;
  }

  async close(): Promise<void> {
    await this.#api.post("/faultline/forget", { prefix: this.#scope });
  }

  #scoped({ from, to }: Link): { readonly from: string; readonly to: string } {
    return { from: this.#scope + from, to: this.#scope + to };
  }
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
