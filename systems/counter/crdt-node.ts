// The `crdt` variant: every node counts for itself and gossips what it knows; always available, fresh only for its own adds.
import type { Answer } from "../../harness/environment.ts";
import type { Json, JsonObject } from "../../harness/json.ts";
import type { NodeName } from "../../harness/operation.ts";
import { hashJson } from "../parts/checksum.ts";
import { PnCounter, type ActorTotals } from "../parts/pn-counter.ts";
import { JournaledCounterNode } from "./journaled-node.ts";
import { badRequest } from "./messages.ts";
import type { CounterRead } from "./node.ts";

const gossipPeriodMs = 150;

/** What one node tells another: everything it knows. Datagrams may be damaged on the way, hence the checksum. */
interface Gossip extends JsonObject {
  readonly entries: Entries;
  readonly checksum: number;
}
type Entries = readonly (readonly [string, ActorTotals])[];

export class CrdtCounterNode extends JournaledCounterNode {
  protected readonly counter: PnCounter = this.createCounter();

  protected createCounter(): PnCounter {
    return new PnCounter();
  }

  protected override async recover(): Promise<void> {
    await super.recover();
    this.environment.network.onMessage((_from, message) => this.hear(message));
    this.environment.timers.every(gossipPeriodMs, () => this.gossip());
  }

  /** All adds of this node, of every incarnation, belong to one actor: its journal holds them all. */
  protected count(delta: bigint): void {
    this.counter.add(this.environment.self, delta);
  }

  protected read(request: CounterRead, answer: Answer): void {
    if (request.kind !== "read") return answer(badRequest);
    answer({ status: 200, body: { value: this.counter.value().toString() } });
  }

  protected isReady(): boolean {
    return true;
  }

  protected inspect(): JsonObject {
    return { role: "replica", epoch: this.epoch, entries: this.counter.entries() };
  }

  private gossip(): void {
    const others = this.options.nodes.filter((node) => node !== this.environment.self);
    if (others.length === 0) return;
    const to: NodeName = this.environment.random.pick(others, "gossip-to");
    const entries = this.counter.entries();
    this.environment.network.send(to, { entries, checksum: hashJson(entries) } satisfies Gossip);
  }

  private hear(message: Json): void {
    for (const [actor, totals] of entriesOf(message)) {
      // What others say of this node is never newer than what it knows itself.
      if (actor !== this.environment.self) this.counter.merge(actor, totals);
    }
  }
}

/** Nothing if the message is not, to the letter, what a node sent. */
function entriesOf(message: Json): Entries {
  // The checksum vouches for the shape: the sender is this very class.
  const { entries, checksum } = { ...(message as Partial<Gossip> | null) };
  return entries !== undefined && hashJson(entries) === checksum ? entries : [];
}
