// Faults that marks set off: carried out in their turn, told to whoever armed them; and nodes freed from traps that sprang too late. For the faults port.
import type { Timers } from "../../../harness/environment.ts";
import type { Fault, Injection } from "../../../harness/faults.ts";
import type { JsonObject } from "../../../harness/json.ts";
import type { Member } from "../cluster/member.ts";
import type { Trap } from "../wire/control.ts";
import type { ActiveFault } from "./active-fault.ts";
import { untilStopped } from "./own-stop.ts";
import type { Armed } from "./triggers.ts";
import { wordsOf, type Turns } from "./turns.ts";

/** How a fault came to be due. */
export interface Cause {
  readonly marker?: Member;
  /** The marker has carried it out on itself. */
  readonly isSprung?: boolean;
}

export interface MarkFaultsOptions {
  readonly timers: Timers;
  readonly turns: Turns;
  /** To be called in the fault's turn. */
  readonly inject: (fault: Fault, cause: Cause) => Promise<Injection>;
  readonly inForce: ReadonlyMap<string, ActiveFault>;
}

export class MarkFaults {
  readonly #options: MarkFaultsOptions;
  /** Nodes hit by traps that should not have sprung, until they are free. */
  readonly #strays = new Set<Promise<void>>();
  readonly #problems: unknown[] = [];

  constructor(options: MarkFaultsOptions) {
    this.#options = options;
  }

  /** The node is held down before its death is seen, so that the supervisor does not start it before the fault holds it. */
  sprung(armed: Armed, member: Member): void {
    const { fault, when } = armed;
    const holder = `the trap ${fault.id}`;
    if (fault.kind !== "pause") member.hold(holder);
    this.#fire(armed, async () => {
      try {
        const injection = await this.#options.inject(fault, { marker: member, isSprung: true });
        if (injection.skipped === undefined) return { ...injection, detail: { ...injection.detail, at: "mark", mark: when.mark } };
        // It has hit the node all the same; nobody else will let it go.
        await this.#free(member, fault.kind === "pause" ? "SIGSTOP" : "SIGKILL", holder);
        return { ...injection, detail: { hit: [member.name] } };
      } finally {
        await member.release(holder);
      }
    });
  }

  /** Best effort: the record says how long after its mark the fault was in force. */
  due(armed: Armed, marker: Member, seenMs: number): void {
    this.#fire(armed, async () => {
      const injection = await this.#options.inject(armed.fault, { marker });
      if (injection.skipped !== undefined) return injection;
      const delayMs = Math.round((performance.now() - seenMs) * 1_000) / 1_000;
      return { ...injection, detail: { ...injection.detail, mark: armed.when.mark, marker: marker.name, delayMs } };
    });
  }

  /** A trap has sprung that should not have: the node is set free at once, and the record says so. */
  strayed(signal: Trap["signal"], member: Member, armed: Armed | undefined): void {
    const freeing: Promise<void> = this.#free(member, signal, `the stray trap ${armed?.fault.id ?? "of nobody"}`)
      .then(() => this.#recordStray(signal, member, armed))
      .catch((error: unknown) => void this.#problems.push(error))
      .finally(() => void this.#strays.delete(freeing));
    this.#strays.add(freeing);
  }

  /** No node suffers from a trap that should not have sprung. Answers what went wrong here since it was last asked. */
  async settled(): Promise<readonly unknown[]> {
    while (this.#strays.size > 0) await Promise.all(this.#strays);
    return this.#problems.splice(0);
  }

  /** Nobody waits for it; who is told is whoever armed it, also when it came only half-way: then it is in force in part, and to be lifted. */
  #fire({ fault, fired }: Armed, act: () => Promise<Injection>): void {
    const { inForce, turns } = this.#options;
    const firing = turns.take(fault.id, async () => {
      try {
        fired(await act());
      } catch (error) {
        fired({ id: fault.id, victims: inForce.get(fault.id)?.names ?? [], detail: { error: wordsOf(error) } });
      }
    });
    firing.catch((error: unknown) => void this.#problems.push(error));
  }

  #recordStray(signal: Trap["signal"], member: Member, armed: Armed | undefined): void {
    if (armed === undefined) return;
    const effect = signal === "SIGKILL" ? "killedProcesses" : "pausedProcesses";
    const active = this.#options.inForce.get(armed.fault.id);
    active?.affect(effect);
    active?.noteOf("alsoTrapped", member.name, true);
    const detail: JsonObject = { mechanism: "signal", at: "mark", mark: armed.when.mark, [effect]: 1, afterDisarming: true };
    if (active === undefined) armed.fired({ id: armed.fault.id, victims: [member.name], detail });
  }

  /** Waits until the node's own signal has hit it, and lets it live again. */
  async #free(member: Member, signal: Trap["signal"], holder: string): Promise<void> {
    if (signal === "SIGSTOP") {
      await untilStopped(member, this.#options.timers);
      await member.pause(holder);
      return await member.resume(holder);
    }
    member.hold(holder);
    try {
      await member.kill();
    } finally {
      await member.release(holder);
    }
  }
}
