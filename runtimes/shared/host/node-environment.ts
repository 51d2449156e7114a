// All that a node sees of the real world. For node hosts.
import type { Clock, Disk, Environment, Level, Network, Probe, Random, Timers } from "../../../harness/environment.ts";
import type { Json } from "../../../harness/json.ts";
import type { NodeName } from "../../../harness/operation.ts";

export interface NodeEnvironmentParts {
  readonly self: NodeName;
  readonly incarnation: number;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly network: Network;
  readonly disk: Disk;
  readonly probe: Probe;
  readonly log: (level: Level, message: string, data?: Json) => void;
  /** Ends the process. */
  readonly crash: (reason: string) => never;
}

export class NodeEnvironment implements Environment {
  readonly self: NodeName;
  readonly incarnation: number;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly network: Network;
  readonly disk: Disk;
  readonly probe: Probe;
  readonly #log: NodeEnvironmentParts["log"];
  readonly #crash: NodeEnvironmentParts["crash"];

  constructor(parts: NodeEnvironmentParts) {
    this.self = parts.self;
    this.incarnation = parts.incarnation;
    this.clock = parts.clock;
    this.timers = parts.timers;
    this.random = parts.random;
    this.network = parts.network;
    this.disk = parts.disk;
    this.probe = parts.probe;
    this.#log = parts.log;
    this.#crash = parts.crash;
  }

  log(level: Level, message: string, data?: Json): void {
    this.#log(level, message, data);
  }

  crash(reason: string): never {
    return this.#crash(reason);
  }
}
