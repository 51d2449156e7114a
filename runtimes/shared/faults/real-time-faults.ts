// The faults port of real time: what is in force, what is armed, and whom it hit, over members and links. For runners, through the cluster.
import type { Timers } from "../../../harness/environment.ts";
import type { Fault, FaultEffect, FaultKind, Faults, Injection, NodeState } from "../../../harness/faults.ts";
import type { JsonObject } from "../../../harness/json.ts";
import type { NodeName } from "../../../harness/operation.ts";
import type { Random } from "../../../harness/random.ts";
import type { Running } from "../cluster/machine.ts";
import type { Member } from "../cluster/member.ts";
import type { Links } from "../links/index.ts";
import type { FromHost } from "../wire/control.ts";
import { ActiveFault } from "./active-fault.ts";
import { Atlas } from "../atlas.ts";
import { ClockFaults } from "./clock-faults.ts";
import type { ClockMechanism } from "./clock-mechanism.ts";
import { DiskFaults } from "./disk-faults.ts";
import { FaultEffects, leftToOthers } from "./fault-effects.ts";
import { MarkFaults, type Cause } from "./mark-faults.ts";
import { ProcessFaults } from "./process-faults.ts";
import { wake } from "./own-stop.ts";
import { resolveTarget } from "./targets.ts";
import { Triggers, type MarkWhen } from "./triggers.ts";
import { throwAll, together, Turns, wordsOf } from "./turns.ts";

export interface RealTimeFaultsOptions {
  /** In the order of the cluster. The faults port becomes the one listener of their messages and starts. */
  readonly members: readonly Member[];
  readonly links: Links;
  /** Names of the client hosts, `client-0` ... */
  readonly clients: readonly NodeName[];
  /** A fork of the plan's seed; forked again by fault and node. */
  readonly random: Random;
  /** `environmentClock()`, `timeLinkClock(...)` or `vdsoMechanism(...)`. Closed with the port. */
  readonly clock: ClockMechanism;
  /** Of the recorder. */
  readonly timers: Timers;
  /** What these machines cannot do, with the reason, e.g. `pause` where processes cannot be stopped. */
  readonly refusals?: Partial<Readonly<Record<FaultKind, string>>>;
  /** How long a node may take to tell its role when a target asks for it. Default 200. */
  readonly inspectLimitMs?: number;
  /** Real time, milliseconds since the epoch. Default: this machine's. */
  readonly realMs?: () => number;
}

const noEffect: FaultEffect = { affectedCount: 0, detail: {} };
const defaultInspectLimitMs = 200;

/**
 * Steps of one fault follow each other in the order of the calls, and `heal` waits for all of them: whatever was called
 * before it, nothing is in force after it. Faults with different ids overlap freely.
 */
export class RealTimeFaults implements Faults {
  readonly #options: RealTimeFaultsOptions;
  readonly #atlas: Atlas;
  readonly #processes: ProcessFaults;
  readonly #clocks: ClockFaults;
  readonly #effects: FaultEffects;
  readonly #triggers: Triggers;
  readonly #turns = new Turns();
  readonly #inForce = new Map<string, ActiveFault>();
  readonly #marks: MarkFaults;
  #isClosed = false;

  constructor(options: RealTimeFaultsOptions) {
    const { clients, clock, links, members, realMs = Date.now, timers } = options;
    this.#options = options;
    this.#atlas = new Atlas(members.length);
    this.#processes = new ProcessFaults(timers);
    this.#clocks = new ClockFaults({ members, mechanism: clock, timers, realMs });
    const nodes = members.map(({ name }) => name);
    this.#effects = new FaultEffects({ nodes, clients, links, atlas: this.#atlas, processes: this.#processes, disks: new DiskFaults(), clocks: this.#clocks });
    this.#marks = new MarkFaults({ timers, turns: this.#turns, inForce: this.#inForce, inject: (fault, cause) => this.#inject(fault, cause) });
    this.#triggers = new Triggers({
      members,
      timers,
      nowMs: () => performance.now(),
      sprung: (armed, member) => this.#marks.sprung(armed, member),
      due: (armed, marker, seenMs) => this.#marks.due(armed, marker, seenMs),
      strayed: (signal, member, armed) => this.#marks.strayed(signal, member, armed),
    });
    for (const member of members) {
      member.onMessage = (message) => this.#heard(member, message);
      member.onStarted = (running) => this.#started(member, running);
    }
  }

  inject(fault: Fault): Promise<Injection> {
    return this.#turns.take(fault.id, () => this.#inject(fault, {}));
  }

  lift(id: string): Promise<FaultEffect> {
    const disarmed = this.#triggers.disarm((fault) => fault.id === id);
    return this.#turns.take(id, async () => {
      const problems = [...(await disarmed), ...(await this.#marks.settled())];
      const effect = await this.#end(id);
      throwAll(problems);
      return effect;
    });
  }

  arm(fault: Fault, when: MarkWhen, fired: (injection: Injection) => void): Promise<void> {
    return this.#triggers.arm({ fault, when, fired }, this.#capability(fault.kind) === true);
  }

  /** @throws Error, or AggregateError, telling what could not be undone; a second call tries that again */
  heal(): Promise<void> {
    const disarmed = this.#triggers.disarm(() => true);
    return this.#turns.takeAll(async () => {
      const problems = [...(await disarmed), ...(await this.#marks.settled())];
      for (const isTurnOf of healingOrder) problems.push(...(await this.#endAll(isTurnOf)));
      problems.push(...(await this.#settle()));
      throwAll(problems);
    });
  }

  capabilities(): Readonly<Record<FaultKind, true | string>> {
    const { clock, links, refusals } = this.#options;
    return {
      ...done,
      ...links.capabilities(),
      "clock-step": clock.capability("clock-step"),
      "clock-drift": clock.capability("clock-drift"),
      ...leftToOthers,
      ...refusals,
    };
  }

  state(node: NodeName): NodeState {
    const member = this.#options.members.find(({ name }) => name === node);
    return member?.state() ?? { status: "down", incarnation: 0, inspected: {} };
  }

  /** No timer is left and nothing more is carried out; what is in force stays so. For the end of a run, after `heal`. Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.#triggers.close();
    this.#clocks.close();
  }

  async #inject(fault: Fault, cause: Cause): Promise<Injection> {
    const skip = (reason: string): Injection => ({ id: fault.id, victims: [], skipped: reason, detail: {} });
    const capability = this.#capability(fault.kind);
    if (capability !== true) return skip(capability);
    if (this.#isClosed) return skip("the cluster is closed");
    if (this.#inForce.has(fault.id)) return skip(`a fault with the id ${fault.id} is in force already`);
    const targets = await this.#targetsOf(fault, cause);
    // Without a break from here on: what the atlas and the clocks admit is entered before anybody else asks them.
    const isByLink = fault.kind === "partition" && fault.params.links !== undefined && fault.params.links.length > 0;
    if (targets.length === 0 && !isByLink) return skip("no node matches the target");
    if (fault.kind === "pause" && cause.isSprung !== true && targets.every(({ running }) => running === undefined))
      return skip("none of the targets is running");
    const victims = isDamaging(fault) ? this.#atlas.admit(targets) : targets;
    if (victims.length === 0 && !isByLink) return skip("the atlas: durable data of a minority of the nodes is damaged already");
    const refusal = this.#clocks.refusal(fault, victims);
    if (refusal !== undefined) return skip(refusal);
    return await this.#begin(fault, victims, { ...cause, sparedCount: targets.length - victims.length });
  }

  async #targetsOf(fault: Fault, { isSprung, marker }: Cause): Promise<readonly Member[]> {
    const { inspectLimitMs = defaultInspectLimitMs, members } = this.#options;
    if (isSprung === true && marker !== undefined) return [marker];
    const inspect = async (member: Member): Promise<JsonObject> => {
      const { inspected, status } = member.state();
      // Who is paused cannot answer: what it said last is as fresh as it gets.
      return status === "paused" ? inspected : await member.inspect(inspectLimitMs);
    };
    return await resolveTarget(fault.targets, { members, marker: marker?.name, inspect });
  }

  async #begin(fault: Fault, victims: readonly Member[], { isSprung, marker, sparedCount }: Cause & { readonly sparedCount: number }): Promise<Injection> {
    const sprungOn = isSprung === true ? marker : undefined;
    const active = new ActiveFault(fault, { victims, random: this.#options.random.fork(fault.id), sprungOn });
    this.#inForce.set(fault.id, active);
    if (isDamaging(fault)) for (const { name } of victims) this.#atlas.damage(name);
    await this.#effects.begin(active);
    const spared: JsonObject = sparedCount > 0 ? { sparedByAtlas: sparedCount } : {};
    return { id: fault.id, victims: active.names, detail: { mechanism: this.#effects.mechanismOf(fault.kind), ...active.detail(), ...spared } };
  }

  /** What could not be undone stays in force, for the next attempt. */
  async #end(id: string): Promise<FaultEffect> {
    const active = this.#inForce.get(id);
    if (active === undefined) return noEffect;
    await this.#effects.end(active);
    this.#inForce.delete(id);
    return active.effect();
  }

  /** Answers what went wrong, in words that name the fault. */
  async #endAll(isMeant: (kind: FaultKind) => boolean): Promise<readonly Error[]> {
    const meant = [...this.#inForce.values()].filter(({ fault }) => isMeant(fault.kind));
    const outcomes = await Promise.allSettled(meant.map(({ id }) => this.#end(id)));
    return outcomes.flatMap((outcome, index) => {
      if (outcome.status === "fulfilled") return [];
      const fault = meant[index]?.fault;
      return [new Error(`${fault?.kind} ${fault?.id} could not be undone: ${wordsOf(outcome.reason)}`, { cause: outcome.reason })];
    });
  }

  /** After all faults are lifted: nodes whose supervisor still waits are started at once, and nobody may be left stopped. */
  async #settle(): Promise<readonly unknown[]> {
    const { members, timers } = this.#options;
    const problems: unknown[] = [];
    const attempt = (step: Promise<unknown>): Promise<void> =>
      step.then(
        () => undefined,
        (problem: unknown) => void problems.push(problem),
      );
    for (const member of members) {
      member.hold(healer);
      await attempt(member.release(healer));
    }
    await attempt(this.#clocks.heal());
    for (const member of members) {
      const isAwake = wake(member, timers).then((goesOn) => {
        if (!goesOn || member.state().status === "paused") throw new Error(`${member.name} is still paused`);
      });
      await attempt(isAwake);
    }
    return problems;
  }

  #heard(member: Member, message: Extract<FromHost, { type: "mark" | "trapped" | "effect" }>): void {
    if (this.#isClosed) return;
    if (message.type === "mark") this.#triggers.marked(member, message.kind);
    else if (message.type === "trapped") this.#triggers.trapped(member, message.id);
    else this.#inForce.get(message.id)?.affect(message.name, message.count);
  }

  async #started(member: Member, running: Running): Promise<void> {
    if (this.#isClosed) return;
    this.#triggers.started(member);
    await together([this.#processes.started(member, running), this.#clocks.started(member, running)]);
  }

  #capability(kind: FaultKind): true | string {
    return this.capabilities()[kind];
  }
}

const healer = "heal";

/** Pauses first, so that nodes can confirm the rest; nodes come up last, so that they start whole. */
const healingOrder: readonly ((kind: FaultKind) => boolean)[] = [isHalting, (kind) => !isHalting(kind) && !isDowning(kind), isDowning];

function isHalting(kind: FaultKind): boolean {
  return kind === "pause" || kind === "slow-cpu";
}

function isDowning(kind: FaultKind): boolean {
  return kind === "kill" || kind === "stop" || kind === "power-cut" || kind === "wipe";
}

function isDamaging({ kind }: Fault): boolean {
  return kind === "bit-rot" || kind === "wipe";
}

/** What members can do anywhere, unless their machines refuse. */
const done = {
  kill: true,
  stop: true,
  pause: true,
  "slow-cpu": true,
  "power-cut": true,
  "disk-full": true,
  "disk-error": true,
  "lying-disk": true,
  "bit-rot": true,
  "torn-write": true,
  wipe: true,
} as const;
