// The real-time clock of a live process and its descendants, moved through the vDSO. For clock faults on programs that are not ours.
import { readdirSync } from "node:fs";
import { isRunning, readProcessStat, type ProcessIdentity } from "../undo/process-identity.ts";
import type { UndoJournal } from "../undo/undo-log.ts";
import { isNeverPatched, VdsoError, type VdsoReason } from "./vdso-error.ts";
import { VdsoPatch } from "./vdso-patch.ts";

export interface VdsoClockOptions {
  /** How long the threads of a process may take to stop while it is patched; default 1,000. This thread is blocked meanwhile. */
  readonly stopLimitMs?: number;
  /** Where the way back is noted; without it a killed harness leaves the process skewed. */
  readonly undo?: UndoJournal;
}

/** A descendant whose clock could not be moved. */
export interface SkippedProcess {
  readonly pid: number;
  readonly reason: VdsoReason;
}

/** About 126 years: the sum stays within 64 bits of nanoseconds. */
export const offsetLimitNs = 4_000_000_000_000_000_000n;

/** How often a program may be replaced, or new children appear, within one update. */
const roundLimit = 20;
const defaultStopLimitMs = 1_000;

/**
 * Moves CLOCK_REALTIME, CLOCK_REALTIME_COARSE, CLOCK_REALTIME_ALARM and CLOCK_TAI as read through the vDSO; monotonic clocks,
 * timers and time-outs stay right. Does not reach programs that enter the kernel themselves to ask for the time.
 *
 * All calls block this thread. `attach`, `setOffset`, `refresh` and `undo` look for children begun since, all but `close` for
 * programs that replaced themselves by exec: until then such a program runs without offset, a child with the one of its fork.
 * A child that lost its parent is lost from sight unless a call found it before. Call `refresh` after a start, and now and then.
 */
export class VdsoClock {
  readonly process: ProcessIdentity;
  readonly #options: { readonly stopLimitMs: number; readonly undo?: UndoJournal | undefined };
  readonly #patches = new Map<string, VdsoPatch>();
  readonly #skipped = new Map<string, SkippedProcess>();
  #offsetNs = 0n;
  #isClosed = false;

  /**
   * Patches the process and its descendants with offset 0.
   * @throws VdsoError if the process itself cannot be patched, EnvironmentError if the undo log cannot be written; what was patched until then is undone
   */
  static attach(process: ProcessIdentity, options: VdsoClockOptions = {}): VdsoClock {
    const clock = new VdsoClock(process, options);
    try {
      clock.refresh();
      return clock;
    } catch (error) {
      clock.#withdraw();
      throw error;
    }
  }

  private constructor(process: ProcessIdentity, options: VdsoClockOptions) {
    this.process = process;
    this.#options = { stopLimitMs: options.stopLimitMs ?? defaultStopLimitMs, undo: options.undo };
  }

  /** What the clocks are ahead by. */
  get offsetNs(): bigint {
    return this.#offsetNs;
  }

  /** The processes whose clocks are moved, the first one first. */
  get processes(): readonly ProcessIdentity[] {
    return this.#known().filter((member) => !this.#skipped.has(nameOf(member)));
  }

  /** The descendants that the last call could not move, and why; a report must show them. */
  get skipped(): readonly SkippedProcess[] {
    return [...this.#skipped.values()];
  }

  /** Moves the clocks to the true time plus this. Processes follow one after another, each at one instant. @throws VdsoError out-of-range, closed, or as `attach` */
  setOffset(offsetNs: bigint): void {
    this.step(offsetNs);
    this.refresh();
  }

  /** As `setOffset`, for the processes known by now: some microseconds, for many small steps. @throws VdsoError as `setOffset` */
  step(offsetNs: bigint): void {
    if (offsetNs > offsetLimitNs || offsetNs < -offsetLimitNs)
      throw new VdsoError("out-of-range", `${offsetNs} ns; the limit is ${offsetLimitNs} ns either way`);
    this.#requireOpen();
    this.#offsetNs = offsetNs;
    for (const member of this.#known()) this.#bring(member);
  }

  /** Brings the offset to children and to programs that are new since the last call. @throws VdsoError as `attach` */
  refresh(): void {
    this.#requireOpen();
    refuseUnreachable(this.process);
    this.#skipped.clear();
    const seen = new Set<string>();
    for (let round = 0; round < roundLimit; round++) {
      const fresh = this.#family().filter((member) => !seen.has(nameOf(member)));
      const changedCount = fresh.filter((member) => this.#bring(member)).length;
      // A child forked from a process that has the offset has it, too: when nobody new lacked it, nobody is missing.
      if (changedCount === 0) return;
      for (const member of fresh) seen.add(nameOf(member));
    }
    throw new VdsoError("not-verified", `process ${this.process.pid} begins children faster than they can be found`);
  }

  /**
   * Gives all of them their own clocks back, children first, and closes. Idempotent. Processes that have ended count as done.
   * @throws the first refusal, after all others were tried; the undo log keeps what is still to do
   */
  undo(): void {
    if (this.#isClosed) return;
    const failures: unknown[] = [];
    const done = new Set<string>();
    for (let round = 0; round < roundLimit; round++) {
      const fresh = this.#family().filter((member) => !done.has(nameOf(member)));
      if (fresh.length === 0) break;
      for (const member of fresh.toReversed()) this.#giveBack(member, failures);
      for (const member of fresh) done.add(nameOf(member));
    }
    this.close();
    if (failures.length > 0) throw failures[0];
  }

  /** Lets go of the processes and leaves their clocks as they are. Idempotent. */
  close(): void {
    this.#isClosed = true;
    for (const patch of this.#patches.values()) patch.close();
    this.#patches.clear();
  }

  #requireOpen(): void {
    if (this.#isClosed) throw new VdsoError("closed", "the clock was given back");
  }

  /** False: nothing had to be changed, or it could not be. */
  #bring(member: ProcessIdentity): boolean {
    try {
      return this.#tryAgainAfterExec(member, (patch) => patch.apply(this.#offsetNs));
    } catch (error) {
      if (!(error instanceof VdsoError)) throw error;
      if (error.reason === "gone") this.#forget(member);
      if (member.pid === this.process.pid) throw error;
      if (error.reason !== "gone") this.#skipped.set(nameOf(member), { pid: member.pid, reason: error.reason });
      return false;
    }
  }

  /** Whatever fails, the others are still to be given back. */
  #giveBack(member: ProcessIdentity, failures: unknown[]): void {
    try {
      this.#tryAgainAfterExec(member, (patch) => patch.restore());
    } catch (error) {
      const reason = error instanceof VdsoError ? error.reason : undefined;
      if (reason === "gone") this.#forget(member);
      else if (reason === undefined || !isNeverPatched(reason)) failures.push(error);
    }
  }

  #tryAgainAfterExec(member: ProcessIdentity, act: (patch: VdsoPatch) => boolean): boolean {
    for (let attempt = 1; ; attempt++) {
      try {
        return act(this.#patchOf(member));
      } catch (error) {
        if (!(error instanceof VdsoError) || error.reason !== "replaced" || attempt === roundLimit) throw error;
        this.#forget(member);
      }
    }
  }

  #patchOf(member: ProcessIdentity): VdsoPatch {
    const known = this.#patches.get(nameOf(member));
    if (known !== undefined) return known;
    const patch = new VdsoPatch(member, this.#options);
    this.#patches.set(nameOf(member), patch);
    return patch;
  }

  #forget(member: ProcessIdentity): void {
    const patch = this.#patches.get(nameOf(member));
    this.#patches.delete(nameOf(member));
    patch?.settle();
    patch?.close();
  }

  #withdraw(): void {
    try {
      this.undo();
    } catch {
      // The failure that led here is the one to tell; what could not be undone stays open in the undo log.
    }
  }

  #known(): readonly ProcessIdentity[] {
    return [...this.#patches.values()].map(({ process }) => process);
  }

  /** Parents before their children; those that lost their parent since they were first seen come last. */
  #family(): readonly ProcessIdentity[] {
    const tree = familyOf(this.process);
    const seen = new Set(tree.map(nameOf));
    return [...tree, ...this.#known().filter((member) => !seen.has(nameOf(member)))];
  }
}

/** The process and all that descend from it, parents first, as one look at /proc shows it; nobody if it has ended. */
export function familyOf(root: ProcessIdentity): readonly ProcessIdentity[] {
  const childrenOf = new Map<number, ProcessIdentity[]>();
  for (const pid of readdirSync("/proc").map(Number)) {
    const stat = Number.isInteger(pid) ? readProcessStat(pid) : undefined;
    // The root is nobody's child here: whatever a look at changing numbers shows, the tree has no circle.
    if (stat === undefined || pid === root.pid) continue;
    const child = { pid, startTime: stat.startTime, boot: root.boot };
    childrenOf.set(stat.parentPid, [...(childrenOf.get(stat.parentPid) ?? []), child]);
  }
  // Who runs after the look was meant by its number during the look: no child of a stranger gets into the family.
  const family = isRunning(root) ? [root] : [];
  for (const member of family) family.push(...(childrenOf.get(member.pid) ?? []));
  return family;
}

/** Before anything is done: what no attempt could change. */
function refuseUnreachable(target: ProcessIdentity): void {
  if (process.platform !== "linux") throw new VdsoError("platform", `${process.platform} has no vDSO that could be patched`);
  if (process.arch !== "x64") throw new VdsoError("architecture", `no stub for ${process.arch}`);
  if (!isRunning(target)) throw new VdsoError("gone", `process ${target.pid} has ended`);
}

function nameOf({ pid, startTime }: ProcessIdentity): string {
  return `${pid}@${startTime}`;
}
