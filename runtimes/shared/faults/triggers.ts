// What is armed: faults that wait for a mark. A node's own death or stop is a trap in the node, everything else is done when its mark arrives. For the faults port.
import type { Timers } from "../../../harness/environment.ts";
import type { Fault, FaultKind, Injection, When } from "../../../harness/faults.ts";
import type { Member } from "../cluster/member.ts";
import type { Trap } from "../wire/control.ts";

export type MarkWhen = Extract<When, { mark: string }>;

export interface Armed {
  readonly fault: Fault;
  readonly when: MarkWhen;
  readonly fired: (injection: Injection) => void;
}

export interface TriggersOptions {
  readonly members: readonly Member[];
  readonly timers: Timers;
  /** Monotonic. */
  readonly nowMs: () => number;
  /** A trap has sprung: the node is dying, or stopped, by its own hand. Called before anything else about this node is heard. */
  readonly sprung: (armed: Armed, member: Member) => void;
  /** It is to be done now; the mark was seen at `seenMs`. */
  readonly due: (armed: Armed, marker: Member, seenMs: number) => void;
  /** A trap has sprung that was disarmed (or spent on another node) too late for this one. `armed`: undefined for an id that nobody knows. */
  readonly strayed: (signal: Trap["signal"], member: Member, armed: Armed | undefined) => void;
}

interface Trigger extends Armed {
  /** The nodes that carry it as a trap; empty: done from here when the mark arrives. */
  readonly trappedOn: readonly Member[];
  /** Marks still to come before it fires, as far as they were heard of. */
  leftCount: number;
  /** Its mark was made; it waits for its delay. */
  timer: number | undefined;
}

/** Deaths and stops that a node can do to itself. A wipe cannot: the atlas has a say in it. */
const signals: Partial<Readonly<Record<FaultKind, Trap["signal"]>>> = { kill: "SIGKILL", "power-cut": "SIGKILL", pause: "SIGSTOP" };

export class Triggers {
  readonly #options: TriggersOptions;
  #armed: readonly Trigger[] = [];
  /** Traps that may still spring on a node that has not heard that they are gone: as many as were ever armed. */
  readonly #gone = new Map<string, Trigger>();
  /** Members that are to be told what is armed, within this turn of the event loop. */
  readonly #telling = new Map<Member, Promise<void>>();
  /** Members that were ever told anything. */
  readonly #told = new Set<Member>();
  readonly #problems: unknown[] = [];

  constructor(options: TriggersOptions) {
    this.#options = options;
  }

  /** Marks count from now on. Resolves when every node that runs has confirmed it. */
  async arm(armed: Armed, canTrap: boolean): Promise<void> {
    const trigger: Trigger = {
      ...armed,
      trappedOn: canTrap ? trapHolders(armed, this.#options.members) : [],
      leftCount: Math.max(1, armed.when.occurrence),
      timer: undefined,
    };
    this.#armed = [...this.#armed, trigger];
    await this.#tellAll(concerned(trigger, this.#options.members));
  }

  /** None of those that are meant fires any more once this has returned; resolves when the nodes know, too. Answers what went wrong. */
  async disarm(isMeant: (fault: Fault) => boolean): Promise<readonly unknown[]> {
    const meant = this.#armed.filter(({ fault }) => isMeant(fault));
    for (const trigger of meant) this.#remove(trigger);
    await this.#tellAll(meant.flatMap((trigger) => concerned(trigger, this.#options.members)));
    return this.#problems.splice(0);
  }

  /** A node made a mark that somebody watches. */
  marked(member: Member, kind: string): void {
    const seenMs = this.#options.nowMs();
    for (const trigger of this.#armed) {
      const { when } = trigger;
      if (when.mark !== kind || (when.node !== "any" && when.node !== member.name) || trigger.timer !== undefined) continue;
      // A trap springs in the node: here its marks are only counted, for the incarnation after a restart.
      if (trigger.trappedOn.length > 0) trigger.leftCount = Math.max(1, trigger.leftCount - 1);
      else if (--trigger.leftCount <= 0) this.#fall(trigger, member, seenMs);
    }
  }

  /** A node says that it carries out a trap. */
  trapped(member: Member, id: string): void {
    const trigger = this.#armed.find(({ fault, trappedOn }) => fault.id === id && trappedOn.includes(member));
    if (trigger === undefined) {
      const gone = this.#gone.get(id);
      this.#options.strayed(gone === undefined ? "SIGKILL" : signalOf(gone), member, gone);
      return;
    }
    this.#remove(trigger);
    // The others are spared (who is faster than this message becomes a stray), and this one's next life must not begin with it.
    for (const each of trigger.trappedOn) void this.#tell(each);
    this.#options.sprung(trigger, member);
  }

  /** A new incarnation begins: traps in it count on from what was heard of the ones before. Does not wait for a node that has not begun. */
  started(member: Member): void {
    if (this.#told.has(member)) void this.#send(member);
  }

  close(): void {
    for (const trigger of this.#armed) this.#remove(trigger);
  }

  #fall(trigger: Trigger, marker: Member, seenMs: number): void {
    const { timers, due } = this.#options;
    const fire = (): void => {
      this.#remove(trigger);
      // Marks that nobody waits for any more need not be reported.
      for (const member of concerned(trigger, this.#options.members)) void this.#tell(member);
      due(trigger, marker, seenMs);
    };
    if (trigger.when.delayMs > 0) trigger.timer = timers.after(trigger.when.delayMs, fire);
    else fire();
  }

  #remove(trigger: Trigger): void {
    if (trigger.timer !== undefined) this.#options.timers.cancel(trigger.timer);
    this.#armed = this.#armed.filter((each) => each !== trigger);
    if (trigger.trappedOn.length > 0) this.#gone.set(trigger.fault.id, trigger);
  }

  async #tellAll(members: readonly Member[]): Promise<void> {
    await Promise.all([...new Set(members)].map((member) => this.#tell(member)));
  }

  /** One message for all changes of this turn. A trap that is told again counts on in the node: it knows best how far it has come. */
  #tell(member: Member): Promise<void> {
    const known = this.#telling.get(member);
    if (known !== undefined) return known;
    const telling = Promise.resolve().then(() => {
      this.#telling.delete(member);
      return this.#send(member);
    });
    this.#telling.set(member, telling);
    return telling;
  }

  async #send(member: Member): Promise<void> {
    this.#told.add(member);
    const here = this.#armed.filter((trigger) => concerned(trigger, [member]).length > 0);
    const traps = here.flatMap((trigger) => (trigger.trappedOn.includes(member) ? [trapOf(trigger)] : []));
    const watched = here.flatMap((trigger) => (trigger.trappedOn.length === 0 || trigger.leftCount > 1 ? [trigger.when.mark] : []));
    try {
      await member.setTraps(traps, [...new Set(watched)].toSorted());
    } catch (error) {
      this.#problems.push(error);
    }
  }
}

function trapOf(trigger: Trigger): Trap {
  return { id: trigger.fault.id, mark: trigger.when.mark, leftCount: trigger.leftCount, signal: signalOf(trigger) };
}

function signalOf({ fault }: Trigger): Trap["signal"] {
  return signals[fault.kind] ?? "SIGKILL";
}

/** The nodes whose marks count. */
function concerned({ when }: Armed, members: readonly Member[]): readonly Member[] {
  return when.node === "any" ? members : members.filter(({ name }) => name === when.node);
}

/**
 * A node can only count its own marks, and only do something to itself: the fault must hit the node that makes the mark,
 * at once. Of `any` node only the first mark can be told without asking the others.
 */
function trapHolders({ fault, when }: Armed, members: readonly Member[]): readonly Member[] {
  if (signals[fault.kind] === undefined || when.delayMs > 0) return [];
  const { targets } = fault;
  const isSelf = "self" in targets || ("nodes" in targets && targets.nodes.length === 1 && targets.nodes[0] === when.node);
  if (!isSelf || (when.node === "any" && when.occurrence > 1)) return [];
  return concerned({ fault, when, fired: () => undefined }, members);
}
