// All that a node or a client sees of the simulated world. For nodes and clients.
import type { Answer, CallDone, CallOptions, Clock, Disk, Environment, Exchange, Level, Network as NetworkPort } from "../../harness/environment.ts";
import type { Json } from "../../harness/json.ts";
import type { NodeName } from "../../harness/operation.ts";
import type { Random } from "../../harness/random.ts";
import { NodeDisk } from "./disk.ts";
import type { Drive } from "./drive.ts";
import type { Incarnation } from "./host.ts";
import type { Network } from "./network.ts";
import type { Observation } from "./observation.ts";
import { NodeProbe, type FaultSites } from "./probe.ts";
import { CrashSignal } from "./simulation-error.ts";
import { NodeTimers } from "./timers.ts";

/** What all environments of a run share. */
export interface World {
  readonly network: Network;
  readonly observation: Observation;
  readonly sites: FaultSites;
  /** Chance of nodes, clients and disks; what is drawn enters the trace. */
  readonly random: Random;
  driveOf(incarnation: Incarnation): Drive;
  /** Fires triggers. */
  marked(incarnation: Incarnation, kind: string): void;
  /** An incarnation asked to die. */
  crashed(incarnation: Incarnation, reason: string): void;
}

/** Every port asks whether the incarnation is alive before it does anything. */
export class SimulatedEnvironment implements Environment {
  readonly self: NodeName;
  readonly incarnation: number;
  readonly clock: Clock;
  readonly timers: NodeTimers;
  readonly random: Random;
  readonly network: NetworkPort;
  readonly probe: NodeProbe;
  readonly #incarnation: Incarnation;
  readonly #world: World;
  #disk: NodeDisk | undefined;

  constructor(incarnation: Incarnation, world: World) {
    const { observation, sites } = world;
    this.self = incarnation.name;
    this.incarnation = incarnation.number;
    this.clock = new NodeClock(incarnation);
    this.timers = new NodeTimers(incarnation);
    this.random = world.random.fork(`${incarnation.name}/${incarnation.number}`);
    this.network = new NodeNetwork(incarnation, world);
    this.probe = new NodeProbe({ incarnation, observation, sites, marked: (marking, kind) => world.marked(marking, kind) });
    this.#incarnation = incarnation;
    this.#world = world;
  }

  /** Made when first asked for: most clients have no use for one. */
  get disk(): Disk {
    this.#disk ??= new NodeDisk(this.#incarnation, this.#world.driveOf(this.#incarnation));
    return this.#disk;
  }

  log(level: Level, message: string, data?: Json): void {
    if (!this.#incarnation.isAlive) return;
    this.#world.observation.log(this.#incarnation, data === undefined ? { level, message } : { level, message, data });
  }

  crash(reason: string): never {
    this.#world.crashed(this.#incarnation, reason);
    throw new CrashSignal(reason);
  }
}

class NodeClock implements Clock {
  readonly #incarnation: Incarnation;

  constructor(incarnation: Incarnation) {
    this.#incarnation = incarnation;
  }

  wall(): number {
    const { host } = this.#incarnation;
    return host.clock.wallMs(host.scheduler.nowUs);
  }

  monotonic(): number {
    return (this.#incarnation.host.scheduler.nowUs - this.#incarnation.startedUs) / 1_000;
  }
}

class NodeNetwork implements NetworkPort {
  readonly #incarnation: Incarnation;
  readonly #world: World;

  constructor(incarnation: Incarnation, world: World) {
    this.#incarnation = incarnation;
    this.#world = world;
  }

  serve(handler: (request: Exchange, from: NodeName, answer: Answer) => void): void {
    this.#incarnation.serve = handler;
  }

  call(to: NodeName, request: Exchange, { timeoutMs }: CallOptions, done: CallDone): void {
    if (this.#incarnation.isAlive) this.#world.network.call(this.#incarnation, to, request, { timeoutMs, done });
  }

  send(to: NodeName, message: Json): void {
    if (!this.#incarnation.isAlive || this.#world.network.send(this.#incarnation, to, message)) return;
    this.#world.observation.log(this.#incarnation, { level: "warn", message: `datagram to ${to} dropped: TooLarge` });
  }

  onMessage(handler: (from: NodeName, message: Json) => void): void {
    this.#incarnation.receive = handler;
  }
}
