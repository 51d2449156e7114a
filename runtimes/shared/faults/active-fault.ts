// A fault in force and what it has done so far. Written by whatever carries it out, read by the faults port.
import type { Fault, FaultEffect } from "../../../harness/faults.ts";
import type { Json, JsonObject } from "../../../harness/json.ts";
import type { NodeName } from "../../../harness/operation.ts";
import type { Random } from "../../../harness/random.ts";
import type { Member } from "../cluster/member.ts";

/** Counts truthfully: a fault that met nothing ends with 0. */
export class ActiveFault<F extends Fault = Fault> {
  readonly fault: F;
  readonly victims: readonly Member[];
  /** Of this fault alone: taking another one away shifts nothing here. */
  readonly random: Random;
  /** The victim that has carried out the fault on itself, at its mark; its process is dying or stopped already. */
  readonly sprungOn: Member | undefined;
  #affectedCount = 0;
  readonly #counts = new Map<string, number>();
  readonly #notes = new Map<string, Json>();
  readonly #notesOf = new Map<string, JsonObject>();

  constructor(
    fault: F,
    { victims, random, sprungOn }: { readonly victims: readonly Member[]; readonly random: Random; readonly sprungOn?: Member | undefined },
  ) {
    this.fault = fault;
    this.victims = victims;
    this.random = random;
    this.sprungOn = sprungOn;
  }

  get id(): string {
    return this.fault.id;
  }

  get names(): readonly NodeName[] {
    return this.victims.map(({ name }) => name);
  }

  /** More effects, counted in total and under their name. */
  affect(name: string, count = 1): void {
    if (count <= 0) return;
    this.#affectedCount += count;
    this.count(name, count);
  }

  /** A figure for the record that is no effect of its own. */
  count(name: string, count: number): void {
    if (count !== 0) this.#counts.set(name, (this.#counts.get(name) ?? 0) + count);
  }

  /** Words, lists and readings for the record; the last of a name stays. */
  note(name: string, value: Json): void {
    this.#notes.set(name, value);
  }

  /** Something about a node that belongs into the record. */
  noteOf(name: string, node: NodeName, value: Json): void {
    this.#notesOf.set(name, { ...this.#notesOf.get(name), [node]: value });
  }

  /** What somebody else counted, e.g. the links. */
  add({ affectedCount, detail }: FaultEffect): void {
    this.#affectedCount += affectedCount;
    for (const [name, value] of Object.entries(detail)) {
      if (typeof value === "number") this.count(name, value);
      else this.note(name, value);
    }
  }

  effect(): FaultEffect {
    return { affectedCount: this.#affectedCount, detail: this.detail() };
  }

  detail(): JsonObject {
    return { ...Object.fromEntries(this.#counts), ...Object.fromEntries(this.#notes), ...Object.fromEntries(this.#notesOf) };
  }
}
