// What carries the bytes of a proxy, TCP or UDP, as the proxy sees it: a listener and what was accepted.
import type { Address } from "./address.ts";
import type { ProxyCounters } from "./counters.ts";
import type { ProxyEffect } from "./effect.ts";
import type { OnHeal } from "./flow.ts";
import type { PortKeeper } from "./port-keeper.ts";
import type { ProxyClock } from "./proxy-clock.ts";
import type { Direction } from "./direction.ts";
import type { Toxic } from "./toxic.ts";

export interface CarrierSettings {
  readonly seed: string;
  readonly proxy: string;
  readonly clock: ProxyClock;
  readonly counters: ProxyCounters;
  readonly onDialFailure: "reset" | "end";
  effect(this: void, effect: ProxyEffect): void;
  /** Keeps a port that is not listened on from being taken by others. Absent: the risk is taken. */
  readonly ports?: PortKeeper;
}

/** Numbers its connections (TCP) or sessions (UDP) from 1, over all restarts. */
export interface Carrier {
  readonly isListening: boolean;
  readonly openCount: number;
  /** Where new connections go from now on: `host:port`. */
  upstream: string;
  /** Sets `upstream` while it listens. TCP connections keep the server that they have; datagram sessions end. @throws ProxyError 500 for a UDP name that has no address */
  redirect(upstream: string): Promise<void>;
  /** Answers the address that is really bound. Rejects with the error of the system. */
  listen(address: Address): Promise<Address>;
  /** At once: new clients are turned away (TCP: ECONNREFUSED, UDP: silence), open connections stay. `listen` ends it, at the same address. */
  decline(): void;
  /** The same for good: the address is given up. */
  unlisten(): void;
  /** Destroys what is open. */
  drop(): void;
  /** The process at that end of the connections is gone. UDP: a server; sessions with it end. */
  lose(end: "client" | "server"): void;
  /** Ends connections on which nothing is under way. Answers how many there were. */
  retire(): number;
  /** Resolves when no socket is left, which takes a turn of the event loop after `unlisten` and `drop`. */
  closed(): Promise<void>;
  apply(toxics: readonly Toxic[]): void;
  block(direction: Direction): void;
  unblock(direction: Direction, onHeal: OnHeal): void;
  /** Resets all that is open. Answers how many there were. */
  cut(): number;
}
