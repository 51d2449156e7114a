// Clocks of nodes set wrong from outside, in the vDSO of their processes: works for any program. Linux on 64-bit x86.
import type { Timers } from "../../../harness/environment.ts";
import type { NodeName } from "../../../harness/operation.ts";
import { ClockDrift, VdsoClock, VdsoError, type VdsoProbe } from "../clock/index.ts";
import type { Running } from "../cluster/machine.ts";
import type { Member } from "../cluster/member.ts";
import { isRunning, type UndoLog } from "../undo/index.ts";
import type { ClockError } from "../wire/control.ts";
import type { ClockMechanism, ClockReading } from "./clock-mechanism.ts";
import { offsetAt, readingOf } from "./environment-clock.ts";

export interface VdsoMechanismOptions {
  /** What `probeVdso()` found: it says whether clocks can be moved here. */
  readonly probe: VdsoProbe;
  readonly timers: Timers;
  /** Where the way back is noted. Absent: a killed harness leaves the processes skewed that outlive it. */
  readonly undo?: UndoLog | undefined;
  /** Real time, milliseconds since the epoch. Default: this machine's. */
  readonly realMs?: () => number;
}

interface Patched {
  readonly running: Running;
  readonly clock: VdsoClock;
  drift: ClockDrift | undefined;
  /** Why it stopped drifting. */
  problem: unknown;
}

/** Steps of a drift; at 1 % they are 0.1 ms apart. */
const driftStepMs = 10;
const toleranceMs = 5;
/** A step of a drift comes late when this process is busy. */
const lagMs = 100;
const noError: ClockError = { offsetMs: 0, ratePpm: 0, anchorMs: 0 };

/** Needs a node that tells its clock only to read it back: moving it needs nothing of the node. */
export function vdsoMechanism(options: VdsoMechanismOptions): ClockMechanism {
  return new VdsoMechanism(options);
}

class VdsoMechanism implements ClockMechanism {
  readonly name = "vdso";
  readonly #options: VdsoMechanismOptions;
  readonly #realMs: () => number;
  /** What later incarnations are to get. */
  readonly #errors = new Map<NodeName, ClockError>();
  readonly #patched = new Map<NodeName, Patched>();
  #isClosed = false;

  constructor(options: VdsoMechanismOptions) {
    this.#options = options;
    this.#realMs = options.realMs ?? Date.now;
  }

  capability(): true | string {
    const { ok, reason } = this.#options.probe;
    return ok ? true : `clocks of processes cannot be moved here: ${reason}`;
  }

  refusal(): undefined {
    return undefined;
  }

  async apply(member: Member, error: ClockError): Promise<ClockReading | undefined> {
    this.#errors.set(member.name, error);
    const { running } = member;
    if (running === undefined || !this.#bring(member.name, running)) return undefined;
    return await this.#read(member, error);
  }

  started(member: Member, running: Running): Promise<void> {
    if (!isNothing(this.#errors.get(member.name) ?? noError)) this.#bring(member.name, running);
    return Promise.resolve();
  }

  close(): void {
    this.#isClosed = true;
    for (const { clock, drift } of this.#patched.values()) {
      drift?.stop();
      try {
        clock.undo();
      } catch {
        // It stays open in the undo log, and the sweep tries again.
        clock.close();
      }
    }
    this.#patched.clear();
  }

  /** False: the process has ended. @throws VdsoError when it lives and its clock cannot be moved */
  #bring(node: NodeName, running: Running): boolean {
    if (this.#isClosed) return false;
    const error = this.#errors.get(node) ?? noError;
    try {
      const patched = this.#patchedNow(node, running, error);
      if (patched !== undefined) this.#move(patched, error);
      return true;
    } catch (problem) {
      if (!isRunning(running.process)) return false;
      throw problem;
    }
  }

  /** Undefined: its clock is its own, and is to be. */
  #patchedNow(node: NodeName, running: Running, error: ClockError): Patched | undefined {
    const before = this.#patched.get(node);
    before?.drift?.stop();
    if (before !== undefined) before.drift = undefined;
    if (before?.running === running && !isNothing(error)) return before;
    // Back home, or a process that has ended: its notes in the undo log are done.
    before?.clock.undo();
    this.#patched.delete(node);
    if (isNothing(error)) return undefined;
    const { undo } = this.#options;
    const clock = VdsoClock.attach(running.process, undo === undefined ? {} : { undo: undo.journal(`clock of ${node}`, "vdso") });
    const patched: Patched = { running, clock, drift: undefined, problem: undefined };
    this.#patched.set(node, patched);
    return patched;
  }

  #move(patched: Patched, error: ClockError): void {
    const { clock, problem } = patched;
    patched.problem = undefined;
    if (problem !== undefined) throw new Error("the clock stopped drifting", { cause: problem });
    clock.setOffset(BigInt(Math.round(offsetAt(error, this.#realMs()) * 1e6)));
    if (error.ratePpm === 0) return;
    patched.drift = new ClockDrift({
      clock,
      ratePpm: error.ratePpm,
      stepMs: driftStepMs,
      monotonic: () => performance.now(),
      timers: this.#options.timers,
      onFailure: (failure) => {
        // The end of its process is no failure: the next one is patched anew.
        if (!(failure instanceof VdsoError && failure.reason === "gone")) patched.problem = failure;
      },
    });
  }

  /** What the node's own program sees, asked between two looks at our clock. A process that is paused cannot tell. */
  async #read(member: Member, error: ClockError): Promise<ClockReading | undefined> {
    if (member.state().status === "paused") return undefined;
    const beforeMs = this.#realMs();
    const detail = await member.setClock(noError);
    const afterMs = this.#realMs();
    if (detail === undefined) return undefined;
    const windowMs = afterMs - beforeMs;
    const measuredMs = readingOf(member, detail).wallMs - (beforeMs + windowMs / 2);
    const driftMs = (Math.abs(error.ratePpm) * (windowMs + lagMs)) / 1_000_000;
    const errorMs = windowMs / 2 + toleranceMs + driftMs;
    const expectedMs = offsetAt(error, beforeMs + windowMs / 2);
    if (Math.abs(measuredMs - expectedMs) > errorMs) throw new Error(`the clock of ${member.name} is ahead by ${measuredMs} ms, not by ${expectedMs} ms`);
    return { offsetMs: measuredMs, errorMs };
  }
}

function isNothing({ offsetMs, ratePpm }: ClockError): boolean {
  return offsetMs === 0 && ratePpm === 0;
}
