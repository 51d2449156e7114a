// One direction between two hosts: its chance, the faults on it, the connections of its pool, and what is stalled. For the network.
import type { Random } from "../../harness/random.ts";
import type { ActiveFault } from "./active-fault.ts";
import type { Host } from "./host.ts";
import { drawLatencyUs, type LatencyModel } from "./latency.ts";

/** What a network fault does to the links it matches. */
export interface LinkRule {
  readonly active: ActiveFault;
  matches(from: Host, to: Host): boolean;
}

/** An exchange as its link sees it. */
export interface Connection {
  /** Puts what was stalled back on its way. */
  release(stage: number): void;
  /** Ends the connection: what is under way is lost, and the caller learns of it. Answers whether anybody could still notice. */
  sever(): boolean;
}

interface Stalled {
  readonly connection: Connection;
  readonly stage: number;
}

/** More stalled messages than this and the oldest connection is given up, as a proxy out of sockets would. */
const stalledLimit = 4_096;

export class Link<C extends Connection = Connection> {
  readonly from: Host;
  readonly to: Host;
  readonly random: Random;
  /** Faults in force here, in order of injection. */
  readonly rules: ActiveFault[] = [];
  /** Connections in use, at most the size of the pool. */
  readonly open: C[] = [];
  /** Calls that wait for a connection. */
  readonly waiting: C[] = [];
  isBlocked = false;
  readonly #latency: LatencyModel;
  readonly #stalled: Stalled[] = [];
  #isCutOnHeal = false;

  constructor(options: { readonly from: Host; readonly to: Host; readonly random: Random; readonly latency: LatencyModel }) {
    this.from = options.from;
    this.to = options.to;
    this.random = options.random;
    this.#latency = options.latency;
  }

  /** How long the next message takes. */
  delayUs(): number {
    let delayUs = drawLatencyUs(this.#latency, this.random);
    if (this.rules.length === 0) return delayUs;
    for (const rule of this.rules) {
      if (rule.fault.kind !== "slow") continue;
      const { latencyMs, jitterMs } = rule.fault.params;
      delayUs += Math.max(0, latencyMs * 1_000 + Math.round((this.random.float("slow") * 2 - 1) * jitterMs * 1_000));
      rule.affect("slowedMessages");
    }
    return delayUs;
  }

  /** Keeps a message of a stream until the link heals. */
  stall(connection: Connection, stage: number): void {
    for (const rule of this.rules) if (rule.kind === "partition") rule.affect("stalledMessages");
    if (this.#stalled.length >= stalledLimit) this.#stalled.shift()?.connection.sever();
    this.#stalled.push({ connection, stage });
  }

  add(rule: ActiveFault): void {
    this.rules.push(rule);
    this.#update();
  }

  remove(rule: ActiveFault): void {
    const index = this.rules.indexOf(rule);
    if (index < 0) return;
    this.rules.splice(index, 1);
    if (rule.fault.kind === "partition" && rule.fault.params.onHeal === "cut") this.#isCutOnHeal = true;
    this.#update();
  }

  /** Forgets the connections of a process that died at this end; what they carry is under way all the same. */
  abandon(): void {
    this.open.length = 0;
    this.waiting.length = 0;
  }

  #update(): void {
    const wasBlocked = this.isBlocked;
    this.isBlocked = this.rules.some((rule) => rule.kind === "partition");
    if (wasBlocked && !this.isBlocked) this.#unblock();
  }

  #unblock(): void {
    const isCut = this.#isCutOnHeal;
    this.#isCutOnHeal = false;
    for (const { connection, stage } of this.#stalled.splice(0)) {
      if (isCut) connection.sever();
      else connection.release(stage);
    }
  }
}
