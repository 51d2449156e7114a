// One proxy of the engine: its addresses, its toxics, and who blocks or refuses it. For the engine, which alone makes them.
import type { Link } from "../../../harness/faults.ts";
import type { JsonObject } from "../../../harness/json.ts";
import { formatAddress, listenError, parseAddress, resolveAddress } from "./address.ts";
import type { Carrier } from "./carrier.ts";
import type { ProxyCounters } from "./counters.ts";
import type { OnHeal } from "./flow.ts";
import { ProxyError, toxicNotFound } from "./proxy-error.ts";
import { directions, type Direction } from "./direction.ts";
import { createToxic, toxicJson, updateToxic, type Toxic, type ToxicRequest } from "./toxic.ts";
import type { Protocol } from "./toxics/catalogue.ts";

export interface ProxyRequest {
  readonly name: string;
  /** `host:port`; port 0: any. Absent: any port of 127.0.0.1. Empty: any port of all interfaces, as in the reference. */
  readonly listen?: string;
  readonly upstream: string;
  /** Absent: true. */
  readonly enabled?: boolean;
  readonly protocol?: Protocol;
  /** The pair of hosts whose traffic goes through here: `from` dials, `to` is the upstream. For partitions. */
  readonly link?: Link;
}

export class Proxy {
  readonly name: string;
  readonly protocol: Protocol;
  readonly link: Link | undefined;
  readonly counters: ProxyCounters;
  readonly #carrier: Carrier;
  #listen: string;
  #upstream: string;
  #isEnabled = false;
  /** The process behind it is dead, or has not begun to serve. */
  #isDown = false;
  /** Grows whenever it is taken down. */
  #downCount = 0;
  #toxics: readonly Toxic[] = [];
  /** Toxics of faults, named for them, at most one a direction: behind the others, and shown to nobody. */
  #imposed: readonly Toxic[] = [];
  /** Who blocks each direction, and who refuses new connections, by id. */
  readonly #blockers: Readonly<Record<Direction, Set<string>>> = { upstream: new Set(), downstream: new Set() };
  readonly #refusers = new Set<string>();
  /** Somebody who blocked this direction asked for a cut on heal. */
  readonly #cutOnHeal = new Set<Direction>();

  constructor(
    { name, listen = "127.0.0.1:0", upstream, protocol = "tcp", link }: ProxyRequest,
    { carrier, counters }: { readonly carrier: Carrier; readonly counters: ProxyCounters },
  ) {
    this.name = name;
    this.protocol = protocol;
    this.link = link;
    this.counters = counters;
    this.#carrier = carrier;
    this.#listen = listen;
    this.#upstream = upstream;
    carrier.upstream = upstream;
  }

  /** As given; once started, the address that is really bound. */
  get listen(): string {
    return this.#listen;
  }

  get upstream(): string {
    return this.#upstream;
  }

  /** Started and not stopped. A refused proxy stays enabled. */
  get isEnabled(): boolean {
    return this.#isEnabled;
  }

  get openCount(): number {
    return this.#carrier.openCount;
  }

  /** Upstream first, then downstream, each in order of creation. */
  get toxics(): readonly Toxic[] {
    return directions.flatMap((direction) => this.#toxics.filter((toxic) => toxic.direction === direction));
  }

  /** @throws ProxyError 404 */
  toxic(name: string): Toxic {
    const toxic = this.#toxics.find((candidate) => candidate.name === name);
    if (toxic === undefined) throw toxicNotFound();
    return toxic;
  }

  /** In force on open connections, too, when this returns. @throws ProxyError 400, 409 */
  addToxic(request: ToxicRequest): Toxic {
    const toxic = createToxic(request, this);
    this.#apply([...this.#toxics, toxic]);
    return toxic;
  }

  /** All or nothing. @throws ProxyError 400, 404 */
  updateToxic(name: string, change: Pick<ToxicRequest, "attributes" | "toxicity">): Toxic {
    const old = this.toxic(name);
    const toxic = updateToxic(old, change);
    this.#apply(this.#toxics.map((candidate) => (candidate === old ? toxic : candidate)));
    return toxic;
  }

  /** @throws ProxyError 404 */
  removeToxic(name: string): void {
    const old = this.toxic(name);
    this.#apply(this.#toxics.filter((candidate) => candidate !== old));
  }

  removeToxics(): void {
    this.#apply([]);
  }

  /** Listens; does nothing on a proxy that is enabled. @throws ProxyError 500 */
  async start(): Promise<void> {
    if (this.#isEnabled) return;
    await this.#bind();
    this.#isEnabled = true;
    if (this.#isRefused) this.#carrier.decline();
  }

  /** Refuses and drops at once; resolves when no socket is left. */
  async stop(): Promise<void> {
    this.#isEnabled = false;
    this.#carrier.unlisten();
    this.#carrier.drop();
    await this.#carrier.closed();
  }

  /** Of a stopped proxy. */
  readdress({ listen, upstream }: { readonly listen: string; readonly upstream: string }): void {
    this.#listen = listen;
    this.#upstream = upstream;
    this.#carrier.upstream = upstream;
  }

  /** See `ProxyEngine.redirect`. @throws ProxyError 500 */
  async redirect(upstream: string): Promise<void> {
    await this.#carrier.redirect(upstream);
    this.#upstream = upstream;
  }

  /** Whether these addresses are others than its own, once resolved. Port 0 always is. @throws ProxyError 500 */
  async differs({ listen, upstream }: { readonly listen: string; readonly upstream: string }): Promise<boolean> {
    return formatAddress(await resolveAddress(listen)) !== this.#listen || upstream !== this.#upstream;
  }

  /** Bytes of this direction wait until nobody blocks it any more; datagrams are lost. Idempotent for a holder. */
  block(holder: string, direction: Direction): void {
    if (this.#blockers[direction].size === 0) this.#carrier.block(direction);
    this.#blockers[direction].add(holder);
  }

  /** New connections are refused (no listener) until nobody does so any more; open ones stay. Idempotent for a holder. */
  refuse(holder: string): void {
    this.#refusers.add(holder);
    this.#carrier.decline();
  }

  /** Takes back what the holder did; bytes flow when this returns. True if it may listen again, see `listenAgain`. */
  lift(holder: string, onHeal: OnHeal): boolean {
    if (this.#imposed.some(({ name }) => name === holder)) this.#impose(this.#imposed.filter(({ name }) => name !== holder));
    for (const direction of directions) this.#unblock(holder, direction, onHeal);
    return this.#refusers.delete(holder);
  }

  /** After a refusal was lifted. Does nothing on a proxy that listens, is stopped, or is refused again. @throws ProxyError 500 */
  async listenAgain(): Promise<void> {
    if (this.#isRefused || !this.#isEnabled || this.#carrier.isListening) return;
    await this.#bind();
    if (this.#isRefused) this.#carrier.decline();
  }

  /** A toxic of a fault, named for it. Does nothing if the fault has one in this direction. */
  impose(toxic: Toxic): void {
    if (this.#imposed.some(({ name, direction }) => name === toxic.name && direction === toxic.direction)) return;
    this.#impose([...this.#imposed, toxic]);
  }

  /** The process behind it is dead, or has not begun to serve: refuses, and ends what is open, see `Connection.lose`. Idempotent. */
  takeDown(): void {
    this.#isDown = true;
    this.#downCount++;
    this.#carrier.decline();
    this.#carrier.lose("server");
  }

  /** There is a process again, and nothing is left of the one before. Does nothing more if it is taken down meanwhile. @throws ProxyError 500 */
  async bringUp(upstream: string): Promise<void> {
    this.takeDown();
    const downCount = this.#downCount;
    await this.redirect(upstream);
    if (downCount !== this.#downCount) return;
    this.#isDown = false;
    await this.listenAgain();
  }

  /** The process that had dialed is gone: what it has sent arrives, nobody gets an answer. */
  loseClients(): void {
    this.#carrier.lose("client");
  }

  /** Ends idle connections, so that their clients have to connect anew. Answers how many there were. */
  retire(): number {
    return this.#carrier.retire();
  }

  /** Who blocks this direction, by id. */
  blockersOf(direction: Direction): ReadonlySet<string> {
    return this.#blockers[direction];
  }

  /** Who refuses new connections, by id. */
  get refusers(): ReadonlySet<string> {
    return this.#refusers;
  }

  /** Resets every open connection. Answers how many there were. */
  cut(): number {
    return this.#carrier.cut();
  }

  /** As it is answered, with the reference's stray `Logger`. */
  json(): JsonObject {
    return {
      name: this.name,
      listen: this.#listen,
      upstream: this.#upstream,
      enabled: this.#isEnabled,
      Logger: {},
      toxics: this.toxics.map(toxicJson),
      ...(this.protocol === "udp" ? { protocol: "udp" } : {}),
    };
  }

  get #isRefused(): boolean {
    return this.#isDown || this.#refusers.size > 0;
  }

  #apply(toxics: readonly Toxic[]): void {
    this.#toxics = toxics;
    this.#carrier.apply([...toxics, ...this.#imposed]);
  }

  #impose(toxics: readonly Toxic[]): void {
    this.#imposed = toxics;
    this.#carrier.apply([...this.#toxics, ...toxics]);
  }

  #unblock(holder: string, direction: Direction, onHeal: OnHeal): void {
    if (!this.#blockers[direction].delete(holder)) return;
    if (onHeal === "cut") this.#cutOnHeal.add(direction);
    if (this.#blockers[direction].size > 0) return;
    this.#carrier.unblock(direction, this.#cutOnHeal.delete(direction) ? "cut" : "deliver");
  }

  async #bind(): Promise<void> {
    const address = await this.#listenAddress();
    try {
      this.#listen = formatAddress(await this.#carrier.listen(address));
    } catch (cause) {
      throw listenError(this.protocol, address, cause);
    }
  }

  async #listenAddress(): Promise<{ readonly host: string; readonly port: number }> {
    try {
      parseAddress(this.#listen);
      return await resolveAddress(this.#listen);
    } catch (cause) {
      if (cause instanceof ProxyError) throw new ProxyError(cause.status, `listen ${this.protocol}: ${cause.message}`, { cause });
      throw cause;
    }
  }
}
