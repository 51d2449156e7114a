// Kill, stop, pause and slow-cpu over members, and the way back. For the effects of faults.
import type { Timers } from "../../../harness/environment.ts";
import type { FaultKind } from "../../../harness/faults.ts";
import type { NodeName } from "../../../harness/operation.ts";
import type { Member } from "../cluster/member.ts";
import type { Running } from "../cluster/machine.ts";
import type { ActiveFault } from "./active-fault.ts";
import { untilStopped, wake } from "./own-stop.ts";
import { together, Turns, wordsOf } from "./turns.ts";

interface Slowed {
  readonly running: Running;
  readonly quicken: () => Promise<void>;
}

/** A process that cannot be signalled any more is seen to end within this. */
const endLimitMs = 1_000;

/** Kinds that keep a node down as long as they are in force. */
const holding: ReadonlySet<FaultKind> = new Set<FaultKind>(["kill", "stop", "power-cut", "wipe"]);

export class ProcessFaults {
  readonly #timers: Timers;
  readonly #turns = new Turns();
  /** By node: the slow-cpu faults in force, each with its factor. */
  readonly #factors = new Map<NodeName, Map<ActiveFault, number>>();
  readonly #slowed = new Map<NodeName, Slowed>();

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** All are held before any is killed. What a node did to itself at a mark counts as well. */
  async kill(active: ActiveFault, effect: string | undefined): Promise<void> {
    for (const member of active.victims) member.hold(active.id);
    await together(
      active.victims.map(async (member) => {
        const wasRunning = await member.kill();
        if (member.running !== undefined) throw new Error(`${member.name} still runs after it was killed`);
        if (effect !== undefined && (wasRunning || member === active.sprungOn)) active.affect(effect);
      }),
    );
  }

  async stop(active: ActiveFault, limitMs: number): Promise<void> {
    for (const member of active.victims) member.hold(active.id);
    await together(
      active.victims.map(async (member) => {
        if (await member.stop(limitMs)) active.affect("stoppedProcesses");
        if (member.running !== undefined) throw new Error(`${member.name} still runs after it was stopped`);
      }),
    );
  }

  /** A process that does not run cannot be stopped, and a signal does not outlive it. */
  async pause(active: ActiveFault): Promise<void> {
    await together(
      active.victims.map(async (member) => {
        if (member === active.sprungOn) await untilStopped(member, this.#timers);
        if (await member.pause(active.id)) active.affect("pausedProcesses");
      }),
    );
  }

  /** Also for every later incarnation. The factors of several such faults multiply. */
  async slow(active: ActiveFault, factor: number): Promise<void> {
    await together(
      active.victims.map(async (member) => {
        const factors = this.#factors.get(member.name) ?? new Map<ActiveFault, number>();
        this.#factors.set(member.name, factors.set(active, factor));
        if (await this.#bringSpeed(member, () => member.running)) active.affect("slowedProcesses");
      }),
    );
  }

  /** A new process knows nothing of slowness. Problems end up in the records of the faults concerned. */
  async started(member: Member, running: Running): Promise<void> {
    const factors = this.#factors.get(member.name);
    if (factors === undefined || factors.size === 0) return;
    try {
      await this.#bringSpeed(member, () => running);
      for (const active of factors.keys()) active.affect("slowedProcesses");
    } catch (error) {
      for (const active of factors.keys()) active.noteOf("notSlowedAgain", member.name, wordsOf(error));
    }
  }

  /** Takes back whatever this fault did to processes; what it held down begins to start. Can be repeated after a failure. */
  async end(active: ActiveFault): Promise<void> {
    await together(active.victims.map((member) => this.#endFor(active, member)));
  }

  async #endFor(active: ActiveFault, member: Member): Promise<void> {
    const { kind } = active.fault;
    if (kind === "pause") await this.#resume(active, member);
    if (kind === "slow-cpu") {
      this.#factors.get(member.name)?.delete(active);
      await this.#bringSpeed(member, () => member.running);
    }
    if (holding.has(kind)) await member.release(active.id);
  }

  async #resume(active: ActiveFault, member: Member): Promise<void> {
    await member.resume(active.id);
    // Its own signal may have come late, if another fault had it paused when it spoke.
    if (member === active.sprungOn && !(await wake(member, this.#timers))) throw new Error(`${member.name} still stands`);
  }

  /** False: nothing runs, or it ended before it could be slowed. */
  #bringSpeed(member: Member, process: () => Running | undefined): Promise<boolean> {
    return this.#turns.take(member.name, async () => {
      const running = process();
      await this.#quicken(member.name, running);
      let factor = 1;
      for (const each of this.#factors.get(member.name)?.values() ?? []) factor *= each;
      if (running === undefined || factor === 1) return false;
      const quicken = await this.#unlessEnded(running, () => running.slow(factor));
      if (quicken !== undefined) this.#slowed.set(member.name, { running, quicken });
      return quicken !== undefined;
    });
  }

  /** Also for a process that has gone: whatever kept time for it has to end. */
  async #quicken(node: NodeName, running: Running | undefined): Promise<void> {
    const slowed = this.#slowed.get(node);
    if (slowed === undefined) return;
    if (slowed.running === running) await this.#unlessEnded(running, slowed.quicken);
    else await Promise.allSettled([slowed.quicken()]);
    this.#slowed.delete(node);
  }

  /** Undefined if it failed because the process was about to end. @throws what it failed with */
  async #unlessEnded<T>(running: Running, act: () => Promise<T>): Promise<T | undefined> {
    try {
      return await act();
    } catch (error) {
      const patience = new AbortController();
      const late = this.#timers.sleep(endLimitMs, patience.signal).then(() => false);
      const hasEnded = await Promise.race([running.ended.then(() => true), late]);
      patience.abort();
      if (hasEnded) return undefined;
      throw error;
    }
  }
}
