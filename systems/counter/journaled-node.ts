// What the `crdt` and `buffered` variants share: an add is durable on its own node, and counted once, before it is acknowledged.
import type { Answer } from "../../harness/environment.ts";
import { Journal } from "../parts/journal.ts";
import { done, unknown, badRequest } from "./messages.ts";
import { CounterNode, type CounterChange } from "./node.ts";

/** One line of a node's journal. */
export type JournalRecord =
  | { readonly kind: "start"; readonly epoch: number }
  | { readonly kind: "add"; readonly client: string; readonly sequence: number; readonly delta: string }
  /** This much of the adds above leaves as one batch. */
  | { readonly kind: "batch"; readonly batch: number; readonly delta: string }
  | { readonly kind: "flushed"; readonly batch: number };

type Add = Extract<CounterChange, { kind: "add" }>;

export abstract class JournaledCounterNode extends CounterNode {
  /** Grows with every start, durably: names of actors and batches are never used twice. */
  protected epoch = 0;
  readonly #applied = new Map<string, number>();
  readonly #underWay = new Set<string>();
  #journal: Journal | null = null;

  protected async recover(): Promise<void> {
    this.#journal = this.createJournal();
    const records = await this.#journal.open();
    for (const record of records) this.replay(record as unknown as JournalRecord);
    this.epoch++;
    await new Promise<void>((resolve) => this.persist({ kind: "start", epoch: this.epoch }, resolve));
  }

  protected createJournal(): Journal {
    return new Journal(this.environment, "adds.journal");
  }

  /** `done` runs when the record would survive a power cut. */
  protected persist(record: JournalRecord, done: () => void): void {
    this.#journal?.append(record, done);
  }

  /** One record of an earlier incarnation, in order. */
  protected replay(record: JournalRecord): void {
    if (record.kind === "start") this.epoch = record.epoch;
    if (record.kind !== "add") return;
    this.#applied.set(record.client, record.sequence);
    this.count(BigInt(record.delta));
  }

  /** The add is durable: take it into account. */
  protected abstract count(delta: bigint): void;

  protected change(request: CounterChange, answer: Answer): void {
    if (request.kind !== "add") return answer(badRequest);
    const { client, sequence } = request;
    if ((this.#applied.get(client) ?? 0) >= sequence) return answer(done);
    const name = `${client}:${sequence}`;
    if (this.#underWay.has(name)) return answer(unknown);
    this.#underWay.add(name);
    this.persist({ kind: "add", client, sequence, delta: request.delta }, () => {
      this.#underWay.delete(name);
      this.accept(request);
      answer(done);
    });
  }

  private accept(request: Add): void {
    if ((this.#applied.get(request.client) ?? 0) < request.sequence) this.#applied.set(request.client, request.sequence);
    this.count(BigInt(request.delta));
  }
}
