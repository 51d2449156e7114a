// One client connection with its server connection: two flows that live and die together. For the TCP side of a proxy.
import { connect, type Socket } from "node:net";
import { isHit, type StreamContext } from "./chain.ts";
import type { ProxyCounters } from "./counters.ts";
import type { ProxyEffect, ResetCause } from "./effect.ts";
import { Flow, type FlowOwner, type OnHeal } from "./flow.ts";
import type { Direction } from "./direction.ts";
import type { Toxic } from "./toxic.ts";

/** What a connection needs of its proxy. */
export interface ConnectionSettings {
  readonly context: StreamContext;
  readonly upstream: { readonly host: string; readonly port: number };
  readonly counters: ProxyCounters;
  /** How a client learns that its server cannot be reached: RST, or FIN as in the reference. */
  readonly onDialFailure: "reset" | "end";
  effect(effect: ProxyEffect): void;
  /** Both sockets are gone. Called once. */
  closed(): void;
}

/**
 * Of both sockets of a connection. The default high-water mark is one full read (64 KiB): `write` would then ask for a pause after
 * every one of them.
 */
export const socketOptions: { readonly allowHalfOpen: true; readonly noDelay: true; readonly highWaterMark: number } = {
  allowHalfOpen: true,
  noDelay: true,
  highWaterMark: 256 * 1024,
};

export class Connection implements FlowOwner {
  readonly #client: Socket;
  readonly #settings: ConnectionSettings;
  readonly #blocked = new Set<Direction>();
  #server: Socket | undefined;
  #flows: Readonly<Record<Direction, Flow>> | undefined;
  #isConnected = false;
  #isOver = false;
  #openSocketCount = 1;

  /** @param client paused; it stays so until `open` */
  constructor(client: Socket, settings: ConnectionSettings) {
    this.#client = client;
    this.#settings = settings;
    client.on("error", () => this.#failed("upstream")).on("close", () => this.#socketClosed());
  }

  get isOpen(): boolean {
    return this.#flows !== undefined;
  }

  /** The server spoke last and everything has passed: most likely a connection that waits in its client's pool. */
  get isIdle(): boolean {
    const { lastSpeaker } = this.#settings.context.conversation;
    return !this.#isOver && lastSpeaker === "downstream" && this.#flows?.upstream.isClear === true && this.#flows.downstream.isClear;
  }

  /** Dials the server and lets bytes flow. Does nothing on a connection that is open or over. */
  open(toxics: readonly Toxic[]): void {
    if (this.isOpen || this.#isOver || this.#client.destroyed) return;
    const server = connect({ ...this.#settings.upstream, ...socketOptions });
    this.#server = server;
    this.#openSocketCount++;
    server.on("connect", () => void (this.#isConnected = true)).on("error", () => this.#failed("downstream"));
    server.on("close", () => this.#socketClosed());
    const { context, counters } = this.#settings;
    const upstream = new Flow("upstream", { source: this.#client, destination: server, counter: counters.upstream, owner: this, context });
    const downstream = new Flow("downstream", { source: server, destination: this.#client, counter: counters.downstream, owner: this, context });
    this.#flows = { upstream, downstream };
    for (const direction of this.#blocked) this.#flows[direction].block();
    this.apply(toxics);
    if (this.#isOver) return;
    upstream.start();
    downstream.start();
  }

  /** The toxics of the proxy, in order; which of them hit is this connection's fate. */
  apply(toxics: readonly Toxic[]): void {
    if (toxics.length === 0) {
      this.#flows?.upstream.apply(toxics);
      this.#flows?.downstream.apply(toxics);
      return;
    }
    const hits = toxics.filter((toxic) => toxic.type.stage !== undefined && isHit(toxic, this.#settings.context));
    this.#flows?.upstream.apply(hits.filter(({ direction }) => direction === "upstream"));
    this.#flows?.downstream.apply(hits.filter(({ direction }) => direction === "downstream"));
  }

  block(direction: Direction): void {
    this.#blocked.add(direction);
    this.#flows?.[direction].block();
  }

  unblock(direction: Direction, onHeal: OnHeal): void {
    this.#blocked.delete(direction);
    this.#flows?.[direction].unblock(onHeal);
  }

  close(): void {
    if (!this.#finish()) return;
    for (const socket of this.#sockets()) {
      // What still arrives is read and dropped, lest the unread rest turns the FIN into RST.
      socket.resume();
      if (socket.connecting) socket.destroy();
      else socket.destroySoon();
    }
  }

  /** False: nothing of it was open any more. */
  reset(cause: ResetCause): boolean {
    const isFirst = this.#finish();
    // A connection that is closing, and whose peer does not read, would stay for ever: a cut takes it as well.
    if (!isFirst && cause !== "cut") return false;
    if (isFirst) this.#settings.effect({ kind: "reset", connection: this.#settings.context.connection, cause });
    const open = this.#sockets().filter((socket) => !socket.destroyed);
    for (const socket of open) resetSocket(socket);
    return open.length > 0;
  }

  /**
   * The process at this end is gone. What was under way to it is lost; what it has sent arrives when it is due, and after that the
   * other end is reset: at once if nothing holds it up.
   */
  lose(end: "client" | "server"): void {
    if (this.#flows === undefined) return void this.reset("cut");
    resetSocket((end === "client" ? this.#client : this.#server) ?? this.#client);
    this.#flows[end === "client" ? "upstream" : "downstream"].lose();
  }

  /** Destroys both sockets, also those of a connection that is closing: the proxy stops. */
  drop(): void {
    if (this.#finish()) this.#settings.effect({ kind: "dropped", connection: this.#settings.context.connection });
    for (const socket of this.#sockets()) socket.destroy();
  }

  stalled(direction: Direction, sizeBytes: number): void {
    this.#settings.effect({ kind: "stalled", connection: this.#settings.context.connection, direction, sizeBytes });
  }

  released(direction: Direction, sizeBytes: number): void {
    this.#settings.effect({ kind: "released", connection: this.#settings.context.connection, direction, sizeBytes });
  }

  /** @param direction the one whose sender failed */
  #failed(direction: Direction): void {
    if (this.#flows === undefined) return void this.#client.destroy();
    const isDial = direction === "downstream" && !this.#isConnected;
    if (!isDial || this.#blocked.has("downstream")) return this.#flows[direction].fail();
    if (this.#settings.onDialFailure === "end") this.close();
    else this.reset("dial");
  }

  /** True the first time. */
  #finish(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#flows?.upstream.dispose();
    this.#flows?.downstream.dispose();
    return true;
  }

  #sockets(): readonly Socket[] {
    return this.#server === undefined ? [this.#client] : [this.#client, this.#server];
  }

  #socketClosed(): void {
    if (--this.#openSocketCount > 0) return;
    this.#finish();
    this.#settings.closed();
  }
}

/** RST, but for a socket that is not connected, or whose FIN still waits behind unsent bytes: the system cannot reset those. */
export function resetSocket(socket: Socket): void {
  if (socket.destroyed) return;
  const isShuttingDown = socket.writableEnded && !socket.writableFinished;
  if (socket.connecting || isShuttingDown) socket.destroy();
  else socket.resetAndDestroy();
}
