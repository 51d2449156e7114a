// One simulated cluster: hosts, network, disks, clocks and faults, put together for one plan. For the simulation.
import type { Environment, Timers } from "../../harness/environment.ts";
import type { Faults } from "../../harness/faults.ts";
import type { NodeName } from "../../harness/operation.ts";
import type { Plan } from "../../harness/plan.ts";
import { hashString, seededRandom, type Random } from "../../harness/random.ts";
import type { Cluster, ClusterObserver, ClusterStatistics, Subject } from "../../harness/runtime.ts";
import { Atlas } from "../shared/atlas.ts";
import type { DrainKind } from "./drain.ts";
import { Drive, type DriveTraits } from "./drive.ts";
import { SimulatedEnvironment, type World } from "./environment.ts";
import { FaultEffects } from "./fault-effects.ts";
import { harnessIndex, SimulatedFaults } from "./faults.ts";
import { Host, Incarnation } from "./host.ts";
import type { LatencyModel } from "./latency.ts";
import { Network } from "./network.ts";
import { Observation } from "./observation.ts";
import { simulationOptions, type SimulationOptions } from "./options.ts";
import { FaultSites } from "./probe.ts";
import { Processes } from "./processes.ts";
import { Scheduler, type Owner } from "./scheduler.ts";
import { SimulationError } from "./simulation-error.ts";
import { RecorderTimers } from "./timers.ts";
import { Trace, type TraceRecord } from "./trace.ts";

export interface ClusterSettings {
  readonly isFreezing: boolean;
  readonly isTraceFull: boolean;
  readonly drain: DrainKind | undefined;
}

/** Host indices: nodes from 0 on, client slots after them, whenever they are first used. */
export class SimulatedCluster implements Cluster {
  readonly nodes: readonly NodeName[];
  readonly timers: Timers;
  readonly faults: Faults;
  readonly #options: SimulationOptions;
  readonly #random: Random;
  readonly #trace: Trace;
  readonly #scheduler: Scheduler;
  readonly #observation: Observation;
  readonly #network: Network;
  readonly #processes: Processes;
  readonly #hosts: readonly Host[];
  readonly #clients: (Host | undefined)[] = [];
  readonly #clientEnvironments: (Environment | undefined)[] = [];
  readonly #drives = new Map<Host, Drive>();
  readonly #driveTraits: DriveTraits;
  readonly #world: World;

  constructor(plan: Plan, subject: Subject, settings: ClusterSettings) {
    const options = simulationOptions(plan.options.simulation);
    this.#options = options;
    this.nodes = Array.from({ length: plan.nodes }, (_, index) => `n${index + 1}`);
    this.#trace = new Trace({ isFull: settings.isTraceFull, hostName: (index) => this.#nameOf(index) });
    this.#random = seededRandom(plan.seed, (label, value) => this.#trace.draw(label, value)).fork("simulation");
    this.#scheduler = new Scheduler({
      ...limits(options, plan),
      tieSeed: options.shuffleTies ? hashString(plan.seed) | 1 : 0,
      drain: settings.drain,
      failed: (error, owner) => this.#failed(error, owner),
    });
    this.#observation = new Observation(this.#scheduler, this.#trace);
    this.#driveTraits = driveTraits(options);
    this.#hosts = this.nodes.map((name, index) => this.#newHost(name, index, true));
    const byName = new Map(this.#hosts.map((host) => [host.name, host]));
    const hostNamed = (name: NodeName): Host | undefined => byName.get(name) ?? this.#clients.find((host) => host?.name === name);
    this.#network = new Network({
      random: this.#random.fork("network"),
      latency: networkLatency(options),
      chances: options,
      isFreezing: settings.isFreezing,
      hostNamed,
    });
    this.#processes = this.#newProcesses(plan, subject);
    const faults = this.#newFaults();
    this.faults = faults;
    this.timers = new RecorderTimers(this.#scheduler);
    this.#world = {
      network: this.#network,
      observation: this.#observation,
      sites: new FaultSites(options.probeFaults ? this.#random.fork("fault sites") : undefined),
      random: this.#random.fork("node"),
      driveOf: (incarnation) => this.#driveOf(incarnation.host),
      marked: (incarnation, kind) => faults.marked(incarnation, kind),
      crashed: (incarnation, reason) => this.#processes.died(incarnation, reason, false),
    };
  }

  /** Pumps virtual time until `body` settles. */
  run<T>(body: (cluster: Cluster) => Promise<T>): Promise<T> {
    return this.#scheduler.run(() => body(this));
  }

  nowNs(): number {
    return this.#scheduler.nowUs * 1_000;
  }

  start(): Promise<void> {
    const up = new Set<Host>();
    for (const host of this.#hosts) this.#processes.want(host);
    return this.#processes.until(
      () => {
        for (const host of this.#hosts) if (host.incarnation?.stage === "up") up.add(host);
        return up.size === this.#hosts.length;
      },
      (host, reason) => (up.has(host) ? undefined : new Error(`${host.name} died while it started: ${reason}`)),
    );
  }

  stop(): Promise<void> {
    for (const host of this.#hosts) {
      this.#processes.unwant(host);
      this.#processes.stop(host, this.#options.stopLimitMs);
    }
    return this.#processes.until(() => this.#hosts.every((host) => host.incarnation === null));
  }

  clientEnvironment(slot: number): Environment {
    let environment = this.#clientEnvironments[slot];
    if (environment === undefined) {
      const host = this.#newHost(`client-${slot}`, this.nodes.length + slot, false);
      this.#clients[slot] = host;
      const incarnation = new Incarnation(host);
      incarnation.stage = "up";
      environment = new SimulatedEnvironment(incarnation, this.#world);
      this.#clientEnvironments[slot] = environment;
    }
    return environment;
  }

  subscribe(observer: ClusterObserver): void {
    this.#observation.subscribe(observer);
  }

  statistics(): ClusterStatistics {
    return {
      traceHash: this.#trace.hash(),
      eventCount: this.#trace.eventCount,
      messageCount: this.#network.messageCount,
      probes: Object.fromEntries(Array.from(this.#observation.probes, ([id, counts]) => [id, { ...counts }])),
      marks: Object.fromEntries(this.#observation.marks),
    };
  }

  traceRecord(): TraceRecord {
    return this.#trace.record();
  }

  #newHost(name: NodeName, index: number, isNode: boolean): Host {
    return new Host({ name, index, isNode, scheduler: this.#scheduler, trace: this.#trace });
  }

  #newProcesses(plan: Plan, { system, bug }: Subject): Processes {
    const factory = bug?.node ?? ((environment, options) => system.node(environment, options));
    const nodeOptions = { nodes: this.nodes, variant: plan.variant ?? system.variants[0]?.name ?? "", parameters: plan.options.system ?? {} };
    const environmentOf = (incarnation: Incarnation): Environment => new SimulatedEnvironment(incarnation, this.#world);
    const { restartDelayMs } = this.#options;
    return new Processes({
      scheduler: this.#scheduler,
      network: this.#network,
      observation: this.#observation,
      factory,
      nodeOptions,
      environmentOf,
      restartDelayMs,
    });
  }

  #newFaults(): SimulatedFaults {
    const atlas = new Atlas(this.#hosts.length);
    const effects = new FaultEffects({ network: this.#network, processes: this.#processes, atlas, driveOf: (host) => this.#driveOf(host) });
    return new SimulatedFaults({ nodes: this.#hosts, effects, processes: this.#processes, atlas, scheduler: this.#scheduler, trace: this.#trace });
  }

  #driveOf(host: Host): Drive {
    let drive = this.#drives.get(host);
    if (drive === undefined) this.#drives.set(host, (drive = new Drive(this.#random.fork(`disk/${host.name}`), this.#driveTraits)));
    return drive;
  }

  /** A mistake in a node's code kills that node; one in a client or the harness ends the run. */
  #failed(error: unknown, owner: Owner | null): void {
    if (owner instanceof Incarnation && owner.isNode) this.#processes.failed(owner, error);
    else if (owner === null) this.#scheduler.abort(error);
    else
      this.#scheduler.abort(
        new SimulationError("client", `Code that ran for ${owner.name} threw: ${error instanceof Error ? error.message : String(error)}`, { cause: error }),
      );
  }

  #nameOf(index: number): string {
    if (index === harnessIndex) return "harness";
    return this.nodes[index] ?? `client-${index - this.nodes.length}`;
  }
}

function limits(options: SimulationOptions, plan: Plan): { readonly eventLimit: number; readonly virtualLimitMs: number } {
  return {
    eventLimit: options.eventLimit > 0 ? options.eventLimit : 1_000_000 + plan.durationMs * 100,
    virtualLimitMs: options.virtualLimitMs > 0 ? options.virtualLimitMs : 300_000 + plan.durationMs * 10,
  };
}

function networkLatency(options: SimulationOptions): LatencyModel {
  const minUs = wholeUs(options.latencyMinMs);
  const maxUs = Math.max(minUs, wholeUs(options.latencyMaxMs));
  return {
    minUs,
    maxUs,
    meanUs: wholeUs(options.latencyMeanMs),
    tailProbability: options.tailProbability,
    tailMaxUs: Math.max(maxUs, wholeUs(options.tailMaxMs)),
  };
}

function driveTraits(options: SimulationOptions): DriveTraits {
  const { diskReadMs, diskWriteMs, diskFsyncMs, diskFlushProbability: flushProbability, diskCapacityBytes: capacityBytes } = options;
  // Resolved plans name the semantics; a plan that does not is of no interest to it.
  const failedFsync = options.failedFsync === "drawn" ? "kept" : options.failedFsync;
  return { read: diskLatency(diskReadMs), write: diskLatency(diskWriteMs), fsync: diskLatency(diskFsyncMs), flushProbability, capacityBytes, failedFsync };
}

/** A fifth of the mean at least, twenty times it at most. */
function diskLatency(meanMs: number): LatencyModel {
  const meanUs = wholeUs(meanMs);
  return { minUs: Math.floor(meanUs / 5), meanUs, maxUs: meanUs * 20, tailProbability: 0, tailMaxUs: meanUs * 20 };
}

function wholeUs(ms: number): number {
  return Math.round(ms * 1_000);
}
