// The world of one client slot, inside the harness's process, on the same network code as the nodes'. For the cluster.
import type { Disk, Environment, Level } from "../../../harness/environment.ts";
import type { Json } from "../../../harness/json.ts";
import type { NodeName } from "../../../harness/operation.ts";
import type { Random } from "../../../harness/random.ts";
import type { AddressBook } from "../wire/control.ts";
import { CallingNetwork } from "./calling-network.ts";
import { exactClock, RealClock } from "./clock.ts";
import { CrashSignal, Life } from "./life.ts";
import { RealProbe, type Counts, type ProbeObserver } from "./probe.ts";
import { RealTimers } from "./timers.ts";

/** Where it goes what a client says, and what goes wrong in it. */
export interface ClientObserver extends ProbeObserver {
  log(level: Level, message: string, data?: Json): void;
  /** Code that ran for this client in a callback threw, or called `crash` (then the client is inert from now on). */
  failed(error: unknown): void;
}

export interface ClientHostOptions {
  /** E.g. `client-3`. */
  readonly name: NodeName;
  /** Listeners of this client's own links; `udp` is not used. */
  readonly peers: AddressBook;
  /** Address of this machine to call from; absent: whichever leads there. */
  readonly localAddress?: string;
  readonly random: Random;
  readonly observer: ClientObserver;
}

export interface ClientHost {
  /** Calls, timers, the machine's exact clock, chance, probes. `serve`, `send`, `onMessage` and `disk` throw: in real time a client is a caller and nothing else. */
  readonly environment: Environment;
  /** Increments since it was last asked. */
  takeCounts(): Counts;
  /** From now on it is inert; no socket and no timer is left. Idempotent. */
  close(): void;
}

export function createClientEnvironment(options: ClientHostOptions): ClientHost {
  const environment = new ClientEnvironment(options);
  return { environment, takeCounts: () => environment.takeCounts(), close: () => environment.close() };
}

class ClientEnvironment implements Environment {
  readonly self: NodeName;
  readonly incarnation = 1;
  readonly clock: RealClock = new RealClock(() => Date.now(), exactClock);
  readonly timers: RealTimers;
  readonly random: Random;
  readonly network: CallingNetwork;
  readonly probe: RealProbe;
  readonly #life: Life;
  readonly #observer: ClientObserver;
  #reportedMessageCount = 0;

  constructor({ name, peers, localAddress, random, observer }: ClientHostOptions) {
    const life = new Life((error) => observer.failed(error));
    this.self = name;
    this.timers = new RealTimers(life);
    this.random = random;
    this.network = new CallingNetwork({ self: name, life, peers, localAddress });
    this.probe = new RealProbe(life, observer);
    this.#life = life;
    this.#observer = observer;
  }

  get disk(): Disk {
    throw new Error(`${this.self} is a client: in real time it has no disk`);
  }

  log(level: Level, message: string, data?: Json): void {
    if (!this.#life.isAlive) return;
    if (data === undefined) this.#observer.log(level, message);
    else this.#observer.log(level, message, data);
  }

  crash(reason: string): never {
    const signal = new CrashSignal(reason);
    if (this.#life.isAlive) {
      this.close();
      this.#observer.failed(signal);
    }
    throw signal;
  }

  takeCounts(): Counts {
    const { messageCount } = this.network;
    const sinceCount = messageCount - this.#reportedMessageCount;
    this.#reportedMessageCount = messageCount;
    return { probes: {}, marks: {}, ...this.probe.takeCounts(), messageCount: sinceCount };
  }

  close(): void {
    this.#life.end();
    this.timers.close();
    this.network.close();
  }
}
