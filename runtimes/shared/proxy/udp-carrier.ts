// The UDP side of a proxy: one session with a socket of its own for each client address, gone after a minute of silence.
import { createSocket, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import { resolveAddress, type Address } from "./address.ts";
import type { Carrier, CarrierSettings } from "./carrier.ts";
import { DatagramSession } from "./datagram-session.ts";
import type { Direction } from "./direction.ts";
import type { Toxic } from "./toxic.ts";

const idleMs = 60_000;
/** A client beyond these many is not served: its datagrams are lost. */
const sessionLimit = 4096;

export class UdpCarrier implements Carrier {
  upstream = "";
  readonly #settings: CarrierSettings;
  readonly #sessions = new Map<string, DatagramSession>();
  readonly #blocked = new Set<Direction>();
  /** Resolved once for each `listen`: a datagram cannot wait for a name. */
  #target: Address = { host: "127.0.0.1", port: 0 };
  #socket: Socket | undefined;
  #isDeclining = false;
  #toxics: readonly Toxic[] = [];
  #sessionCount = 0;
  #openSocketCount = 0;
  #waiting: (() => void)[] = [];

  constructor(settings: CarrierSettings) {
    this.#settings = settings;
  }

  get isListening(): boolean {
    return this.#socket !== undefined && !this.#isDeclining;
  }

  get openCount(): number {
    return this.#sessions.size;
  }

  async redirect(upstream: string): Promise<void> {
    const { host, port } = await resolveAddress(upstream);
    this.upstream = upstream;
    this.#target = { host: host === "" ? "127.0.0.1" : host, port };
    this.drop();
  }

  async listen({ host, port }: Address): Promise<Address> {
    await this.redirect(this.upstream);
    if (this.#socket !== undefined && this.#isDeclining) {
      this.#isDeclining = false;
      return { host: this.#socket.address().address, port: this.#socket.address().port };
    }
    const socket = createSocket(host === "" || isIPv6(host) ? "udp6" : "udp4");
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject).bind({ port, ...(host === "" ? {} : { address: host }) }, () => {
        socket.off("error", reject);
        resolve();
      });
    });
    // Errors of single datagrams (ICMP unreachable) say nothing to a client: UDP promises nothing.
    socket.on("error", () => undefined).on("message", (datagram, { address, port }) => this.#received(datagram, { host: address, port }));
    this.#track(socket);
    this.#socket = socket;
    const bound = socket.address();
    return { host: bound.address, port: bound.port };
  }

  /** The socket stays bound, so that the port stays its own; what comes is gone. */
  decline(): void {
    this.#isDeclining = this.#socket !== undefined;
  }

  unlisten(): void {
    this.#socket?.close();
    this.#socket = undefined;
    this.#isDeclining = false;
  }

  /** Sessions of a client that is gone end by themselves: what it has sent is under way. */
  lose(end: "client" | "server"): void {
    if (end === "server") this.drop();
  }

  /** Datagrams know no connections. */
  retire(): number {
    return 0;
  }

  drop(): void {
    for (const session of this.#sessions.values()) session.close();
  }

  async closed(): Promise<void> {
    if (this.#openSocketCount > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  apply(toxics: readonly Toxic[]): void {
    this.#toxics = toxics;
    for (const session of this.#sessions.values()) session.apply(toxics);
  }

  block(direction: Direction): void {
    this.#blocked.add(direction);
  }

  /** What met the blocked direction is gone: there is nothing to deliver or to cut. */
  unblock(direction: Direction): void {
    this.#blocked.delete(direction);
  }

  cut(): number {
    const count = this.#sessions.size;
    this.drop();
    return count;
  }

  #received(datagram: Buffer, client: Address): void {
    if (this.#isDeclining) return;
    const key = `${client.host} ${client.port}`;
    const session = this.#sessions.get(key) ?? this.#open(client, key);
    session?.fromClient(datagram);
  }

  #open(client: Address, key: string): DatagramSession | undefined {
    if (this.#sessions.size >= sessionLimit) return undefined;
    const number = ++this.#sessionCount;
    const { seed, proxy, clock, counters, effect } = this.#settings;
    const socket = createSocket(isIPv6(this.#target.host) ? "udp6" : "udp4");
    this.#track(socket);
    const session = new DatagramSession({
      socket,
      target: this.#target,
      context: {
        seed,
        proxy,
        connection: number,
        clock,
        affect: (toxic, name, count) => effect({ kind: "affected", connection: number, toxic, effect: name, count }),
      },
      counters,
      blocked: this.#blocked,
      idleMs,
      toClient: (datagram) => this.#socket?.send(datagram, client.port, client.host),
      effect: (event) => effect(event),
      closed: () => this.#sessions.delete(key),
    });
    session.apply(this.#toxics);
    this.#sessions.set(key, session);
    return session;
  }

  #track(socket: Socket): void {
    this.#openSocketCount++;
    socket.once("close", () => {
      if (--this.#openSocketCount === 0) for (const resolve of this.#waiting.splice(0)) resolve();
    });
  }
}
