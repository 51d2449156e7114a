// The proxy without HTTP: makes and keeps proxies, partitions and heals their links. For runtimes, which embed it, and for the HTTP API.
import type { FaultEffect, Link } from "../../../harness/faults.ts";
import type { NodeName } from "../../../harness/operation.ts";
import type { NetworkFault } from "../links/links.ts";
import type { Address } from "../wire/bootstrap.ts";
import { formatAddress } from "./address.ts";
import type { CarrierSettings } from "./carrier.ts";
import { impose, type Condition } from "./conditions.ts";
import { zeroCounters } from "./counters.ts";
import { EffectLedger } from "./effect-ledger.ts";
import type { ProxyEffect, ProxyObserver } from "./effect.ts";
import { conditionsOf } from "./fault-conditions.ts";
import type { OnHeal } from "./flow.ts";
import { PortKeeper } from "./port-keeper.ts";
import { realClock, type ProxyClock } from "./proxy-clock.ts";
import { missingField, ProxyError, proxyNotFound } from "./proxy-error.ts";
import { Proxy, type ProxyRequest } from "./proxy.ts";
import { TcpCarrier } from "./tcp-carrier.ts";
import type { Protocol } from "./toxics/catalogue.ts";
import { UdpCarrier } from "./udp-carrier.ts";

export interface EngineOptions {
  /** What fates are drawn from. Absent: always the same. */
  readonly seed?: string;
  readonly clock?: ProxyClock;
  /** What a client sees whose server cannot be reached: RST (default), or FIN as in the reference. */
  readonly onDialFailure?: "reset" | "end";
  readonly observer?: ProxyObserver;
}

/** `error` stopped it; `proxies` are those made so far. */
export interface Populated {
  readonly proxies: readonly Proxy[];
  readonly error?: ProxyError;
}

export class ProxyEngine {
  readonly #seed: string;
  readonly #clock: ProxyClock;
  readonly #onDialFailure: "reset" | "end";
  readonly #observer: ProxyObserver | undefined;
  readonly #proxies = new Map<string, Proxy>();
  readonly #conditions = new Map<string, readonly Condition[]>();
  readonly #ledger = new EffectLedger();
  readonly #ports = new PortKeeper();
  /** Nodes behind whose links nobody serves. */
  readonly #down = new Set<NodeName>();
  /** Where the others serve. */
  readonly #servers = new Map<NodeName, Readonly<Record<Protocol, Address>>>();
  /** The last change under way of each name: changes of one proxy wait for each other, never for those of another. */
  readonly #changes = new Map<string, Promise<unknown>>();
  #isClosed = false;

  constructor({ seed = "proxy", clock = realClock, onDialFailure = "reset", observer }: EngineOptions = {}) {
    this.#seed = seed;
    this.#clock = clock;
    this.#onDialFailure = onDialFailure;
    this.#observer = observer;
  }

  /** In the order of their names. */
  proxies(): readonly Proxy[] {
    return [...this.#proxies.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws ProxyError 404 */
  proxy(name: string): Proxy {
    const proxy = this.#proxies.get(name);
    if (proxy === undefined) throw proxyNotFound();
    return proxy;
  }

  /** @throws ProxyError 400, 409, 500, checked in this order: name, upstream, duplicate, listen */
  async createProxy(request: ProxyRequest): Promise<Proxy> {
    requireFields(request);
    return await this.#exclusively(request.name, async () => {
      if (this.#proxies.has(request.name)) throw new ProxyError(409, "proxy already exists");
      return await this.#create(request);
    });
  }

  /** Other addresses, once resolved, stop and restart the proxy: all connections are dropped. @throws ProxyError 404, 500 */
  async updateProxy(name: string, change: { readonly listen?: string; readonly upstream?: string; readonly enabled?: boolean }): Promise<Proxy> {
    return await this.#exclusively(name, async () => {
      const proxy = this.proxy(name);
      const { listen = proxy.listen, upstream = proxy.upstream, enabled = proxy.isEnabled } = change;
      if (await proxy.differs({ listen, upstream })) {
        await proxy.stop();
        proxy.readdress({ listen, upstream });
      }
      if (enabled) await proxy.start();
      else await proxy.stop();
      return proxy;
    });
  }

  /**
   * New connections go to another server, open ones keep theirs: a node that was started again gets nothing of what was under way to
   * the one that died, and a partition holds the news of its death. UDP sessions end. @throws ProxyError 404, 500
   */
  async redirect(name: string, upstream: string): Promise<void> {
    await this.#exclusively(name, () => this.proxy(name).redirect(upstream));
  }

  /** Resolves when its sockets are gone. @throws ProxyError 404 */
  async deleteProxy(name: string): Promise<void> {
    await this.#exclusively(name, async () => {
      const proxy = this.proxy(name);
      this.#proxies.delete(name);
      await proxy.stop();
    });
  }

  /** Creates all, in order. One of the same name and resolved addresses is left as it is; another is stopped and replaced. Never rejects for a ProxyError. */
  async populate(requests: readonly ProxyRequest[]): Promise<Populated> {
    const proxies: Proxy[] = [];
    try {
      requests.forEach((request, index) => requireFields(request, ` at proxy ${index + 1}`));
      for (const request of requests) proxies.push(await this.#exclusively(request.name, () => this.#createOrReplace(request)));
    } catch (error) {
      if (error instanceof ProxyError) return { proxies, error };
      throw error;
    }
    return { proxies };
  }

  /** Starts every proxy and removes all toxics; the first that does not start ends it. Partitions and refusals stay. @throws ProxyError 500 */
  async reset(): Promise<void> {
    for (const { name } of this.proxies()) {
      await this.#exclusively(name, async () => {
        await this.#proxies.get(name)?.start();
        this.#proxies.get(name)?.removeToxics();
      });
    }
  }

  /** A proxy for the link, on any port of `host`. Refused until `attach(link.to)`. @throws ProxyError 409, 500 */
  async openLink(link: Link, { name, protocol, listen }: { readonly name: string; readonly protocol: Protocol; readonly listen: string }): Promise<Proxy> {
    const server = this.#servers.get(link.to)?.[protocol];
    if (server === undefined) this.#down.add(link.to);
    return await this.createProxy({ name, listen, upstream: server === undefined ? "127.0.0.1:0" : formatAddress(server), protocol, link });
  }

  /** The links to this node lead there from now on, and are open. Connections to another server of it are ended, see `detach`. @throws ProxyError 500 */
  async attach(node: NodeName, servers: Readonly<Record<Protocol, Address>>): Promise<void> {
    this.#servers.set(node, servers);
    this.#down.delete(node);
    const links = this.proxies().filter(({ link }) => link?.to === node);
    const bringUp = async (proxy: Proxy): Promise<void> => {
      // Its turn comes later: the node may have been detached, or attached once more, since then.
      if (this.#servers.get(node) === servers) await proxy.bringUp(formatAddress(servers[proxy.protocol]));
    };
    await Promise.all(links.map((proxy) => this.#exclusively(proxy.name, () => bringUp(proxy))));
  }

  /**
   * The node is dead: its links refuse, also those made later; connections to it and from it are ended: what was under way to it is
   * lost, what it had sent arrives if nothing but time or a partition is in the way, and then the other end is reset. Idempotent.
   */
  detach(node: NodeName): void {
    this.#servers.delete(node);
    this.#down.add(node);
    for (const proxy of this.#proxies.values()) {
      if (proxy.link?.to === node) proxy.takeDown();
      if (proxy.link?.from === node) proxy.loseClients();
    }
  }

  /** In force when it returns, also on links made later. An id that is in force only gains links. */
  begin(fault: NetworkFault): void {
    this.#ledger.open(fault.id, fault.kind === "partition" ? (fault.params.onHeal ?? "deliver") : "deliver");
    // What is open comes first: under the toxics of the fault nothing looks idle any more.
    for (const proxy of this.#proxiesOf(fault.links).filter(({ protocol }) => protocol === "tcp")) {
      if (fault.kind === "reset") this.#ledger.add(fault.id, "resetConnections", proxy.cut());
      if (fault.kind === "refuse") this.#ledger.add(fault.id, "closedConnections", proxy.retire());
    }
    for (const condition of conditionsOf(fault)) this.#impose(fault.id, condition);
  }

  /** Undone when it resolves; answers what it did. Unknown ids are ignored. @throws ProxyError 500 if a port was taken meanwhile */
  async end(id: string): Promise<FaultEffect> {
    await this.lift(id, this.#ledger.onHeal(id));
    return this.#ledger.close(id);
  }

  /** Stalls what each link carries, on all proxies in one turn of the event loop. Lasts until `lift(id)`. An id in force only gains links. */
  block(id: string, links: readonly Link[]): void {
    this.#impose(id, { kind: "block", links });
  }

  /** Closes the listeners of these links: ECONNREFUSED. Open connections stay; a dead node also wants `cut`. Lasts until `lift(id)`. */
  refuse(id: string, links: readonly Link[]): void {
    this.#impose(id, { kind: "refuse", links });
  }

  /** Resets every open connection of these links. Answers how many there were. */
  cut(links: readonly Link[]): number {
    return this.#proxiesOf(links).reduce((count, proxy) => count + proxy.cut(), 0);
  }

  /** Bytes flow again when this returns; what still is blocked by another id stays so. Unknown ids are ignored. @throws ProxyError 500 if a port was taken meanwhile */
  async lift(id: string, onHeal: OnHeal = "deliver"): Promise<void> {
    this.#conditions.delete(id);
    const silent = this.proxies().filter((proxy) => proxy.lift(id, onHeal));
    await Promise.all(silent.map((proxy) => this.#exclusively(proxy.name, () => proxy.listenAgain())));
  }

  /** Deletes the proxies, faults and nodes whose names begin so: all that one run has had here. @throws ProxyError 500 */
  async forget(prefix: string): Promise<void> {
    const ofPrefix = (names: Iterable<string>): readonly string[] => [...names].filter((name) => name.startsWith(prefix));
    await Promise.all(ofPrefix(this.#proxies.keys()).map((name) => this.deleteProxy(name)));
    await Promise.all(ofPrefix(this.#conditions.keys()).map((id) => this.end(id)));
    for (const node of ofPrefix(this.#down)) this.#down.delete(node);
    for (const node of ofPrefix(this.#servers.keys())) this.#servers.delete(node);
  }

  /** Lifts everything that `block` and `refuse` did. Idempotent. @throws ProxyError 500 */
  async heal(onHeal: OnHeal = "deliver"): Promise<void> {
    await Promise.all([...this.#conditions.keys()].map((id) => this.lift(id, onHeal)));
  }

  /** Deletes everything and makes nothing any more. Idempotent; resolves when no socket is left. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#changes.values());
    await Promise.all([...this.#proxies.values()].map((proxy) => proxy.stop()));
    this.#proxies.clear();
    this.#conditions.clear();
    this.#ledger.clear();
    await this.#ports.close();
  }

  #proxiesOf(links: readonly Link[]): readonly Proxy[] {
    return this.proxies().filter(({ link }) => links.some(({ from, to }) => from === link?.from && to === link.to));
  }

  #impose(id: string, condition: Condition): void {
    const before = this.#conditions.get(id) ?? [];
    this.#conditions.set(id, [...before, condition]);
    for (const proxy of this.#proxies.values()) impose(id, condition, proxy);
  }

  async #create(request: ProxyRequest): Promise<Proxy> {
    if (this.#isClosed) throw new ProxyError(500, "the proxy is closed");
    if (request.link !== undefined) await this.#ports.start();
    const proxy = this.#make(request);
    if (request.enabled !== false) await proxy.start();
    this.#proxies.set(proxy.name, proxy);
    // Once more: what was imposed while it began to listen has not seen it.
    this.#imposeAll(proxy);
    return proxy;
  }

  async #createOrReplace(request: ProxyRequest): Promise<Proxy> {
    const existing = this.#proxies.get(request.name);
    if (existing === undefined) return await this.#create(request);
    if (!(await existing.differs({ listen: request.listen ?? "127.0.0.1:0", upstream: request.upstream }))) return existing;
    await existing.stop();
    return await this.#create(request);
  }

  #make(request: ProxyRequest): Proxy {
    const counters = zeroCounters();
    const settings: CarrierSettings = {
      seed: this.#seed,
      proxy: request.name,
      clock: this.#clock,
      counters,
      onDialFailure: this.#onDialFailure,
      effect: (effect) => this.#observed(effect, proxy),
      ...(request.link === undefined ? {} : { ports: this.#ports }),
    };
    const carrier = request.protocol === "udp" ? new UdpCarrier(settings) : new TcpCarrier(settings);
    const proxy: Proxy = new Proxy(request, { carrier, counters });
    this.#imposeAll(proxy);
    return proxy;
  }

  #observed(effect: ProxyEffect, proxy: Proxy): void {
    this.#ledger.observe(effect, proxy);
    this.#observer?.({ ...effect, proxy: proxy.name, timeMs: this.#clock.nowMs() });
  }

  #imposeAll(proxy: Proxy): void {
    if (proxy.link !== undefined && this.#down.has(proxy.link.to)) proxy.takeDown();
    for (const [id, conditions] of this.#conditions) for (const condition of conditions) impose(id, condition, proxy);
  }

  async #exclusively<T>(name: string, change: () => Promise<T>): Promise<T> {
    const before = this.#changes.get(name);
    const run = (before ?? Promise.resolve()).then(change, change);
    this.#changes.set(name, run);
    try {
      return await run;
    } finally {
      if (this.#changes.get(name) === run) this.#changes.delete(name);
    }
  }
}

function requireFields({ name, upstream }: ProxyRequest, where = ""): void {
  if (name === "") throw missingField(`name${where}`);
  if (upstream === "") throw missingField(`upstream${where}`);
}
