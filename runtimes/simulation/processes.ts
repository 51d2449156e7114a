// Lives and deaths of nodes: boot, kill, graceful stop, and the supervisor that starts again what died by itself. For cluster and faults.
import type { Environment } from "../../harness/environment.ts";
import type { NodeFactory, NodeOptions } from "../../harness/system.ts";
import type { ActiveFault } from "./active-fault.ts";
import type { Event } from "./event-queue.ts";
import { soon } from "./host-event.ts";
import { Incarnation, type Host } from "./host.ts";
import type { Network } from "./network.ts";
import type { Observation } from "./observation.ts";
import type { Scheduler } from "./scheduler.ts";
import { CrashSignal } from "./simulation-error.ts";
import { kindOf } from "./trace.ts";

/** A node that lived shorter than this is in a crash loop, and each turn doubles the pause, up to 2^4 times. */
const stableAfterUs = 5_000_000;
const longestBackOff = 4;

export interface ProcessesOptions {
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly observation: Observation;
  readonly factory: NodeFactory;
  readonly nodeOptions: NodeOptions;
  readonly environmentOf: (incarnation: Incarnation) => Environment;
  readonly restartDelayMs: number;
}

interface Supervision {
  /** Faults that keep this node down. */
  readonly holds: Set<ActiveFault>;
  crashCount: number;
  /** False before the cluster starts and after it stops. */
  isWanted: boolean;
}

export class Processes {
  readonly #options: ProcessesOptions;
  readonly #supervisions = new Map<Host, Supervision>();
  #watchers: Watcher[] = [];

  constructor(options: ProcessesOptions) {
    this.#options = options;
  }

  /** Starts a host's node and keeps it running from now on. */
  want(host: Host): void {
    this.#of(host).isWanted = true;
    this.bootIfWanted(host);
  }

  unwant(host: Host): void {
    this.#of(host).isWanted = false;
  }

  /** The node stays down until the fault releases it. */
  hold(host: Host, fault: ActiveFault): void {
    this.#of(host).holds.add(fault);
  }

  release(host: Host, fault: ActiveFault): void {
    if (this.#of(host).holds.delete(fault)) this.bootIfWanted(host);
  }

  bootIfWanted(host: Host): void {
    const { isWanted, holds } = this.#of(host);
    if (isWanted && holds.size === 0 && host.incarnation === null) this.#boot(host);
  }

  /** As kill -9. Answers whether there was something to kill. */
  kill(host: Host): boolean {
    const { incarnation } = host;
    if (incarnation === null) return false;
    this.#end(incarnation);
    return true;
  }

  /** `Node.stop()` within the limit, then kill. Answers whether there was something to stop. */
  stop(host: Host, limitMs: number): boolean {
    const { incarnation } = host;
    if (incarnation === null) return false;
    incarnation.stage = "stopping";
    soon(incarnation, kindOf("stop"), () => {
      if (incarnation.node === null) this.#stopped(incarnation);
      else
        incarnation.node.stop().then(
          () => this.#stopped(incarnation),
          (error: unknown) => this.failed(incarnation, error),
        );
    });
    this.#later(host, limitMs, () => this.#stopped(incarnation));
    return true;
  }

  /** The fault that stopped it may have been lifted while it was still stopping: then nobody else starts it again. */
  #stopped(incarnation: Incarnation): void {
    if (!incarnation.isAlive) return;
    this.#end(incarnation);
    this.bootIfWanted(incarnation.host);
  }

  /** Code of this incarnation threw, or rejected a promise that nobody handles. */
  failed(incarnation: Incarnation, error: unknown): void {
    if (!(error instanceof CrashSignal)) this.died(incarnation, describe(error), true);
  }

  /** It died by itself; the supervisor will start it again. */
  died(incarnation: Incarnation, reason: string, isUncaught: boolean): void {
    if (!incarnation.isAlive) return;
    const { host } = incarnation;
    this.#end(incarnation);
    this.#options.observation.died(incarnation, reason, isUncaught);
    for (const watcher of this.#watchers) watcher.died?.(host, reason);
    const supervision = this.#of(host);
    const livedUs = this.#options.scheduler.nowUs - incarnation.startedUs;
    supervision.crashCount = livedUs >= stableAfterUs ? 1 : supervision.crashCount + 1;
    const backOff = 2 ** Math.min(longestBackOff, supervision.crashCount - 1);
    this.#later(host, this.#options.restartDelayMs * backOff, () => this.bootIfWanted(host));
  }

  /** Resolves, in an event of the harness, once `isReached` holds; looked at after every boot and every end. */
  until(isReached: () => boolean, died?: (host: Host, reason: string) => Error | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const watcher: Watcher = {
        check: () => {
          if (isReached()) this.#dismiss(watcher, resolve);
        },
        died: (host, reason) => {
          const error = died?.(host, reason);
          if (error !== undefined) this.#dismiss(watcher, () => reject(error));
        },
      };
      this.#watchers.push(watcher);
      this.#changed();
    });
  }

  #boot(host: Host): void {
    const incarnation = new Incarnation(host);
    soon(incarnation, kindOf("boot"), () => {
      const node = this.#options.factory(this.#options.environmentOf(incarnation), this.#options.nodeOptions);
      incarnation.node = node;
      node.start().then(
        () => this.#isUp(incarnation),
        (error: unknown) => this.failed(incarnation, error),
      );
    });
  }

  #isUp(incarnation: Incarnation): void {
    if (!incarnation.isAlive) return;
    if (incarnation.stage === "starting") incarnation.stage = "up";
    this.#changed();
  }

  #end(incarnation: Incarnation): void {
    if (!incarnation.isAlive) return;
    incarnation.isAlive = false;
    incarnation.host.processEnded();
    this.#options.network.processEnded(incarnation);
    this.#changed();
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher.check();
  }

  #dismiss(watcher: Watcher, settle: () => void): void {
    if (!this.#watchers.includes(watcher)) return;
    this.#watchers = this.#watchers.filter((each) => each !== watcher);
    this.#asRecorder(settle);
  }

  #later(host: Host, ms: number, run: () => void): void {
    const event: Event = { fire: run };
    this.#options.scheduler.schedule(event, 0, ms * 1_000, host.index);
  }

  /** In an event of its own that belongs to no node, so that what the harness does next is not taken for the node's. */
  #asRecorder(run: () => void): void {
    const event: Event = { fire: run };
    this.#options.scheduler.scheduleRecorder(event, 0, 1);
  }

  #of(host: Host): Supervision {
    let supervision = this.#supervisions.get(host);
    if (supervision === undefined) this.#supervisions.set(host, (supervision = { holds: new Set(), crashCount: 0, isWanted: false }));
    return supervision;
  }
}

interface Watcher {
  check(): void;
  died(host: Host, reason: string): void;
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
