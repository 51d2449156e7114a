// One run in real time, from its first socket to its last: everything is built, handed over, and taken down in reverse. For the runtime.
import type { Timers } from "../../../harness/environment.ts";
import type { NodeName } from "../../../harness/operation.ts";
import { seededRandom } from "../../../harness/random.ts";
import type { Subject } from "../../../harness/runtime.ts";
import { RealTimeFaults } from "../faults/index.ts";
import type { Links } from "../links/links.ts";
import type { AddressBook } from "../wire/control.ts";
import { openAllLinks } from "./address-books.ts";
import { beginningOf } from "./beginning.ts";
import { ClientSlots } from "./client-slots.ts";
import { openClocks, type Clocks } from "./clocks.ts";
import { ClusterMember } from "./cluster-member.ts";
import { ControlServer } from "./control-server.ts";
import type { Machinery } from "./machine.ts";
import { Observation } from "./observation.ts";
import { RealTimeCluster } from "./real-time-cluster.ts";
import { RecorderTimers } from "./recorder-timers.ts";
import type { RunFrame } from "./run-frame.ts";

export interface RealTimeRunOptions {
  readonly frame: RunFrame;
  readonly subject: Subject;
  makeMachinery(frame: RunFrame): Promise<Machinery>;
  makeLinks(frame: RunFrame, machinery: Machinery): Promise<Links>;
}

type Books = ReadonlyMap<NodeName, AddressBook>;

interface MemberWorld {
  readonly books: Books;
  readonly clocks: Clocks;
  readonly control: ControlServer;
  readonly links: Links;
  readonly machinery: Machinery;
  readonly observation: Observation;
}

interface FaultsWorld {
  readonly clocks: Clocks;
  readonly links: Links;
  readonly timers: Timers;
}

/** Holds everything that the run has open. */
export class RealTimeRun {
  readonly #options: RealTimeRunOptions;
  /** Undone in reverse, each step whatever became of the others. */
  readonly #takeDown: AsyncDisposableStack = new AsyncDisposableStack();
  readonly #troubles: Error[] = [];
  readonly #mistakes: unknown[] = [];

  constructor(options: RealTimeRunOptions) {
    this.#options = options;
  }

  /** Code of clients that threw: a mistake that nobody may take for a verdict. */
  get mistakes(): readonly unknown[] {
    return this.#mistakes;
  }

  /** @throws EnvironmentError when this machine cannot carry it; what was built by then is for `close` */
  async build(): Promise<RealTimeCluster> {
    const { frame } = this.#options;
    const { nowNs } = frame;
    const observation = new Observation({ nowNs, logs: frame.logs });
    const timers = this.#keep(new RecorderTimers(), (each) => each.close());
    const machinery = this.#keep(await this.#options.makeMachinery(frame), (each) => each.close());
    const links = this.#keep(await this.#options.makeLinks(frame, machinery), (each) => each.close());
    const books = await openAllLinks(links, frame);
    const clocks = this.#keep(await openClocks({ frame, host: machinery.controlHost, timers }), (each) => each.close());
    const control = this.#keep(await ControlServer.listen(machinery.controlHost), (each) => each.close());
    const members: ClusterMember[] = [];
    for (const node of frame.nodes) members.push(await this.#member(node, { books, clocks, control, links, machinery, observation }));
    const faults = this.#faults(members, { links, clocks, timers });
    const clients = this.#keep(this.#clientSlots(books, observation), (each) => each.close());
    const { stopLimitMs } = frame.options;
    return this.#keep(new RealTimeCluster({ members, clients, faults, timers, observation, nowNs, stopLimitMs, troubles: this.#troubles }), (each) =>
      each.close(),
    );
  }

  /** Nothing of the run is left but its logs. @throws what could not be taken down, as a SuppressedError if there are several */
  async close(): Promise<void> {
    await this.#takeDown.disposeAsync();
  }

  async #member(node: NodeName, { books, clocks, ...rest }: MemberWorld): Promise<ClusterMember> {
    const { control, links, machinery, observation } = rest;
    const { frame, subject } = this.#options;
    const { nowNs } = frame;
    const machine = this.#keep(await machinery.machine(node), (each) => each.remove());
    const { restartDelayMs, startLimitMs } = frame.options;
    const beginning = beginningOf({ frame, subject, machine, peers: books.get(node) ?? {}, timeService: clocks.timeService(node) });
    const troubled = (error: Error): void => void this.#troubles.push(error);
    const member = new ClusterMember({ machine, control, links, observation, nowNs, restartDelayMs, startLimitMs, beginning, troubled });
    return this.#keep(member, (each) => each.finish(0));
  }

  #faults(members: readonly ClusterMember[], { clocks, links, timers }: FaultsWorld): RealTimeFaults {
    const { clients, plan } = this.#options.frame;
    const random = seededRandom(plan.seed).fork("faults");
    return this.#keep(new RealTimeFaults({ members, links, clients, random, clock: clocks.mechanism, timers }), (each) => each.close());
  }

  #clientSlots(books: Books, observation: Observation): ClientSlots {
    const { clients, plan } = this.#options.frame;
    const hosts = clients.map((name) => ({ name, peers: books.get(name) ?? {} }));
    const failed = (error: unknown): void => void this.#mistakes.push(error);
    return this.#keep(new ClientSlots({ hosts, random: seededRandom(plan.seed).fork("clients"), observation, failed }), (each) => each.close());
  }

  #keep<T>(part: T, remove: (part: T) => void | Promise<void>): T {
    return this.#takeDown.adopt(part, remove);
  }
}
