// One client of a UDP proxy: a socket towards the server, and the toxics of both directions. For the UDP side of a proxy.
import type { Socket } from "node:dgram";
import type { Address } from "./address.ts";
import { isHit, type ChainContext } from "./chain.ts";
import type { ProxyCounters } from "./counters.ts";
import { DatagramChain } from "./datagram-chain.ts";
import type { ProxyEffect } from "./effect.ts";
import type { Direction } from "./direction.ts";
import type { Toxic } from "./toxic.ts";

export interface SessionSettings {
  /** Not bound yet; the session closes it. */
  readonly socket: Socket;
  readonly target: Address;
  readonly context: ChainContext;
  readonly counters: ProxyCounters;
  /** The directions that are blocked, as they are at each moment. */
  readonly blocked: ReadonlySet<Direction>;
  /** The session ends after this long without a datagram from either side. */
  readonly idleMs: number;
  toClient(datagram: Buffer): void;
  effect(effect: ProxyEffect): void;
  closed(): void;
}

export class DatagramSession {
  readonly #settings: SessionSettings;
  readonly #chains: Readonly<Record<Direction, DatagramChain>>;
  #lastMs = 0;
  #isOver = false;
  #cancelIdle: (() => void) | undefined;

  constructor(settings: SessionSettings) {
    this.#settings = settings;
    const { context, socket } = settings;
    this.#chains = {
      upstream: new DatagramChain("upstream", context, (datagram) => this.#deliver("upstream", datagram)),
      downstream: new DatagramChain("downstream", context, (datagram) => this.#deliver("downstream", datagram)),
    };
    // A server that is not there (ICMP unreachable) is silence to a client.
    socket
      .on("error", () => undefined)
      .on("message", (datagram, { address, port }) => {
        const { target } = settings;
        if (port === target.port && address === target.host) this.#take("downstream", datagram);
      });
    settings.effect({ kind: "opened", connection: context.connection });
    this.#lastMs = context.clock.nowMs();
    this.#watch(settings.idleMs);
  }

  apply(toxics: readonly Toxic[]): void {
    const hits = toxics.filter((toxic) => toxic.type.datagramStage !== undefined && isHit(toxic, this.#settings.context));
    this.#chains.upstream.fit(hits.filter(({ direction }) => direction === "upstream"));
    this.#chains.downstream.fit(hits.filter(({ direction }) => direction === "downstream"));
  }

  fromClient(datagram: Buffer): void {
    this.#take("upstream", datagram);
  }

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelIdle?.();
    this.#chains.upstream.dispose();
    this.#chains.downstream.dispose();
    this.#settings.socket.close();
    this.#settings.closed();
    this.#settings.effect({ kind: "closed", connection: this.#settings.context.connection });
  }

  #take(direction: Direction, datagram: Buffer): void {
    this.#lastMs = this.#settings.context.clock.nowMs();
    this.#settings.counters[direction].receivedBytes += datagram.length;
    this.#chains[direction].push(datagram);
  }

  #deliver(direction: Direction, datagram: Buffer): void {
    if (this.#isOver) return;
    const { blocked, counters, socket, target, context } = this.#settings;
    if (blocked.has(direction)) return this.#settings.effect({ kind: "lost", connection: context.connection, direction, sizeBytes: datagram.length });
    counters[direction].sentBytes += datagram.length;
    if (direction === "upstream") socket.send(datagram, target.port, target.host);
    else this.#settings.toClient(datagram);
  }

  #watch(waitMs: number): void {
    const { clock } = this.#settings.context;
    this.#cancelIdle = clock.after(waitMs, () => {
      const leftMs = this.#lastMs + this.#settings.idleMs - clock.nowMs();
      if (leftMs > 0) this.#watch(leftMs);
      else this.close();
    });
  }
}
