// The TCP side of a proxy: accepts, gives every connection its number, and hands on toxics, blocks and cuts to all of them.
import { createServer, type Server, type Socket } from "node:net";
import { parseAddress, type Address } from "./address.ts";
import { isHit, type StreamContext } from "./chain.ts";
import { Conversation } from "./conversation.ts";
import { Connection, resetSocket, socketOptions } from "./connection.ts";
import type { Carrier, CarrierSettings } from "./carrier.ts";
import type { OnHeal } from "./flow.ts";
import type { KeptPort } from "./port-keeper.ts";
import { ProxyError } from "./proxy-error.ts";
import type { Direction } from "./direction.ts";
import type { Toxic } from "./toxic.ts";

/** More open connections than this and new ones are closed as they come. */
const connectionLimit = 16_384;

export class TcpCarrier implements Carrier {
  upstream = "";
  readonly #settings: CarrierSettings;
  readonly #connections = new Map<number, Connection>();
  readonly #blocked = new Set<Direction>();
  #server: Server | undefined;
  #address: Address | undefined;
  /** While the listener is closed for a while. */
  #keptPort: KeptPort | undefined;
  #toxics: readonly Toxic[] = [];
  #acceptedCount = 0;
  #waiting: (() => void)[] = [];

  constructor(settings: CarrierSettings) {
    this.#settings = settings;
  }

  get isListening(): boolean {
    return this.#server !== undefined;
  }

  get openCount(): number {
    return this.#connections.size;
  }

  redirect(upstream: string): Promise<void> {
    this.upstream = upstream;
    return Promise.resolve();
  }

  async listen(address: Address): Promise<Address> {
    try {
      await this.#listen(address);
    } catch (error) {
      // Systems other than Linux do not listen on a port that is kept.
      if (this.#keptPort === undefined) throw error;
      await this.#releasePort();
      await this.#listen(address);
    }
    await this.#releasePort();
    return this.#address ?? address;
  }

  decline(): void {
    this.#server?.close();
    this.#server = undefined;
    if (this.#address !== undefined) this.#keptPort ??= this.#settings.ports?.keep(this.#address);
  }

  unlisten(): void {
    this.#server?.close();
    this.#server = undefined;
    this.#keptPort?.release();
  }

  lose(end: "client" | "server"): void {
    for (const connection of this.#connections.values()) connection.lose(end);
  }

  retire(): number {
    const idle = [...this.#connections.values()].filter((connection) => connection.isIdle);
    for (const connection of idle) connection.close();
    return idle.length;
  }

  drop(): void {
    for (const connection of this.#connections.values()) connection.drop();
  }

  async closed(): Promise<void> {
    await this.#releasePort();
    if (this.#connections.size > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  apply(toxics: readonly Toxic[]): void {
    this.#toxics = toxics;
    for (const [number, connection] of this.#connections) {
      if (connection.isOpen) connection.apply(toxics);
      else this.#admit(connection, number);
    }
  }

  block(direction: Direction): void {
    this.#blocked.add(direction);
    for (const connection of this.#connections.values()) connection.block(direction);
  }

  unblock(direction: Direction, onHeal: OnHeal): void {
    this.#blocked.delete(direction);
    for (const connection of this.#connections.values()) connection.unblock(direction, onHeal);
  }

  cut(): number {
    return [...this.#connections.values()].filter((connection) => connection.reset("cut")).length;
  }

  async #listen({ host, port }: Address): Promise<void> {
    const server = createServer({ ...socketOptions, pauseOnConnect: true }, (socket) => this.#accept(socket));
    server.maxConnections = connectionLimit;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ port, ...(host === "" ? {} : { host }) }, () => {
        server.off("error", reject);
        resolve();
      });
    });
    // A listener that fails later (out of file descriptors) has refused that one connection; the next may do better.
    server.on("error", () => undefined);
    this.#server = server;
    const bound = server.address();
    if (bound === null || typeof bound === "string") throw new Error("Assertion failed: a TCP server has an address and a port");
    this.#address = { host: bound.address, port: bound.port };
  }

  async #releasePort(): Promise<void> {
    const kept = this.#keptPort;
    this.#keptPort = undefined;
    kept?.release();
    await kept?.closed;
  }

  #accept(socket: Socket): void {
    const number = ++this.#acceptedCount;
    const context = this.#context(number);
    // Without a server, this is an accept that the listener had under way when it was closed.
    if (this.#server === undefined || this.#admission(context) === "reset") {
      socket.on("error", () => undefined);
      resetSocket(socket);
      return this.#settings.effect({ kind: "refused", connection: number });
    }
    const upstream = this.#upstreamAddress();
    const connection = new Connection(socket, {
      context,
      upstream,
      counters: this.#settings.counters,
      onDialFailure: this.#settings.onDialFailure,
      effect: (effect) => this.#settings.effect(effect),
      closed: () => this.#forget(number),
    });
    this.#connections.set(number, connection);
    this.#settings.effect({ kind: "opened", connection: number });
    for (const direction of this.#blocked) connection.block(direction);
    this.#admit(connection, number);
  }

  /** Opens the connection unless a toxic holds it. */
  #admit(connection: Connection, number: number): void {
    if (this.#admission({ ...this.#settings, connection: number }) !== "hold") connection.open(this.#toxics);
  }

  /** What the toxics have in store for a new connection; `reset` wins. */
  #admission(context: Pick<StreamContext, "seed" | "proxy" | "connection">): "hold" | "reset" | undefined {
    const admissions = this.#toxics.filter((toxic) => toxic.type.admission !== undefined && isHit(toxic, context)).map(({ type }) => type.admission);
    return admissions.find((admission) => admission === "reset") ?? admissions[0];
  }

  #context(connection: number): StreamContext {
    const { seed, proxy, clock, effect } = this.#settings;
    return {
      seed,
      proxy,
      connection,
      clock,
      conversation: new Conversation(),
      affect: (toxic, name, count) => effect({ kind: "affected", connection, toxic, effect: name, count }),
    };
  }

  /** An upstream that is no address cannot be dialed, like one that is not there: port 0 of this machine refuses. */
  #upstreamAddress(): Address {
    try {
      const { host, port } = parseAddress(this.upstream);
      return { host: host === "" ? "localhost" : host, port };
    } catch (error) {
      if (error instanceof ProxyError) return { host: "127.0.0.1", port: 0 };
      throw error;
    }
  }

  #forget(number: number): void {
    this.#connections.delete(number);
    this.#settings.effect({ kind: "closed", connection: number });
    if (this.#connections.size === 0) for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
