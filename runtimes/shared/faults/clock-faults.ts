// clock-step and clock-drift over members: sums up what overlaps, sets it, reads it back, and lets drifts slew home. For the effects of faults.
import type { Timers } from "../../../harness/environment.ts";
import type { Fault } from "../../../harness/faults.ts";
import type { NodeName } from "../../../harness/operation.ts";
import type { Running } from "../cluster/machine.ts";
import type { Member } from "../cluster/member.ts";
import type { ActiveFault } from "./active-fault.ts";
import type { ClockMechanism, ClockReading } from "./clock-mechanism.ts";
import { together, Turns, wordsOf } from "./turns.ts";
import { WallClock } from "./wall-clock.ts";

export interface ClockFaultsOptions {
  readonly members: readonly Member[];
  readonly mechanism: ClockMechanism;
  readonly timers: Timers;
  /** Real time, milliseconds since the epoch. */
  readonly realMs: () => number;
}

interface Kept {
  readonly wall: WallClock;
  /** Fires when a drift has slewed back. */
  timer: number | undefined;
  /** Why the change on that timer failed. */
  problem: unknown;
}

export class ClockFaults {
  readonly #options: ClockFaultsOptions;
  readonly #turns = new Turns();
  readonly #clocks = new Map<NodeName, Kept>();
  /** On which nodes each fault was seen in force. */
  readonly #seen = new Map<ActiveFault, Set<NodeName>>();
  /** Faults under which a node ran that nobody could look at just then: it may have died before anybody did. */
  readonly #doubtful = new Set<ActiveFault>();
  #isClosed = false;

  constructor(options: ClockFaultsOptions) {
    this.#options = options;
  }

  /** Word for records. */
  get mechanism(): string {
    return this.#options.mechanism.name;
  }

  /** Why this fault cannot be added to what is in force on its victims; undefined if it can. */
  refusal(fault: Fault, victims: readonly Member[]): string | undefined {
    if (fault.kind !== "clock-step") return undefined;
    const { mechanism, realMs } = this.#options;
    const reasons = victims.map((member) => mechanism.refusal(this.#of(member).wall.errorAt(realMs()).offsetMs + fault.params.offsetMs));
    return reasons.find((reason) => reason !== undefined);
  }

  /** In force on every victim that runs, read back there; the others get it when they start. */
  async begin(active: ActiveFault, change: { readonly offsetMs: number } | { readonly ratePpm: number }): Promise<void> {
    this.#seen.set(active, new Set());
    for (const member of active.victims) {
      const { wall } = this.#of(member);
      if ("offsetMs" in change) wall.step(active.id, change.offsetMs);
      else wall.drift(active.id, change.ratePpm, this.#options.realMs());
    }
    await together(active.victims.map((member) => this.#turns.take(member.name, () => this.#look(active, member))));
  }

  /**
   * Reads every victim's clock once more, takes back what this fault did, and reads again. A victim counts as affected if
   * its clock was seen with the fault in force; if none was, but one may have run with it, nobody can tell. Can be repeated after a failure; does nothing for other faults.
   */
  async end(active: ActiveFault): Promise<void> {
    const seen = this.#seen.get(active);
    if (seen === undefined) return;
    await together(active.victims.map((member) => this.#turns.take(member.name, () => this.#endFor(active, member))));
    this.#seen.delete(active);
    active.affect("movedClocks", seen.size);
    if (this.#doubtful.delete(active) && seen.size === 0) active.note("isUnmeasured", true);
  }

  /** A new process may know nothing of what is in force. Problems end up in the records of the faults concerned. */
  async started(member: Member, running: Running): Promise<void> {
    for (const active of this.#seen.keys()) if (active.victims.includes(member)) this.#doubtful.add(active);
    try {
      await this.#turns.take(member.name, () => this.#options.mechanism.started(member, running));
    } catch (error) {
      for (const active of this.#seen.keys()) if (active.victims.includes(member)) active.noteOf("notMovedAgain", member.name, wordsOf(error));
    }
  }

  /** Tries again what failed when nobody was looking. @throws why it fails still */
  async heal(): Promise<void> {
    const failed = this.#options.members.filter((member) => this.#of(member).problem !== undefined);
    await together(failed.map((member) => this.#turns.take(member.name, () => this.#bring(member))));
  }

  close(): void {
    this.#isClosed = true;
    for (const { timer } of this.#clocks.values()) if (timer !== undefined) this.#options.timers.cancel(timer);
    this.#options.mechanism.close();
  }

  async #endFor(active: ActiveFault, member: Member): Promise<void> {
    const { wall } = this.#of(member);
    // Whatever this last look at it finds, the fault has to go.
    try {
      await this.#look(active, member);
    } catch (error) {
      active.noteOf("clockProblems", member.name, wordsOf(error));
    }
    wall.lift(active.id, this.#options.realMs());
    const after = await this.#bring(member);
    if (after !== undefined) active.noteOf("clockAfterMs", member.name, after.offsetMs);
    else if (isAwake(member)) throw new Error(`${member.name} did not confirm that its clock was set back`);
  }

  async #look(active: ActiveFault, member: Member): Promise<void> {
    const reading = await this.#bring(member);
    if (reading === undefined) {
      if (member.running === undefined) return;
      active.noteOf("unconfirmed", member.name, true);
      this.#doubtful.add(active);
      return;
    }
    active.noteOf("clockOffsetMs", member.name, reading.offsetMs);
    if (this.#of(member).wall.shareMs(active.id, this.#options.realMs()) !== 0) this.#seen.get(active)?.add(member.name);
  }

  /** Makes the node's clock what it should be by now, and comes back when that changes its pace by itself. */
  async #bring(member: Member): Promise<ClockReading | undefined> {
    const kept = this.#of(member);
    const { mechanism, timers, realMs } = this.#options;
    if (kept.timer !== undefined) timers.cancel(kept.timer);
    kept.timer = undefined;
    const nowMs = realMs();
    const changeMs = kept.wall.nextChangeMs(nowMs);
    if (changeMs !== undefined && !this.#isClosed) kept.timer = timers.after(changeMs - nowMs, () => void this.#change(member));
    const reading = await mechanism.apply(member, kept.wall.errorAt(nowMs));
    kept.problem = undefined;
    return reading;
  }

  async #change(member: Member): Promise<void> {
    try {
      await this.#turns.take(member.name, () => this.#bring(member));
    } catch (error) {
      this.#of(member).problem = error;
    }
  }

  #of({ name }: Member): Kept {
    let kept = this.#clocks.get(name);
    if (kept === undefined) this.#clocks.set(name, (kept = { wall: new WallClock(), timer: undefined, problem: undefined }));
    return kept;
  }
}

/** It could have answered. */
function isAwake(member: Member): boolean {
  return member.running !== undefined && member.state().status === "up";
}
