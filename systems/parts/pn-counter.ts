// A state-based counter that goes up and down and merges without coordination. For the sharded counter's `crdt` variant.
// Source: Shapiro, Preguiça, Baquero, Zawirski, "A comprehensive study of Convergent and Commutative Replicated Data
// Types" (INRIA RR-7506, 2011), section 3.1.3.
import type { JsonObject } from "../../harness/json.ts";

/** What one actor has added and subtracted so far, decimal strings; both only ever grow. */
export interface ActorTotals extends JsonObject {
  readonly added: string;
  readonly subtracted: string;
}

interface Totals {
  added: bigint;
  subtracted: bigint;
}

/** Merging takes the larger of each total, so it may happen in any order, any number of times. */
export class PnCounter {
  readonly #actors = new Map<string, Totals>();

  /** Only the actor itself may call this: two writers under one name lose updates. */
  add(actor: string, delta: bigint): void {
    const totals = this.#of(actor);
    if (delta >= 0n) totals.added += delta;
    else totals.subtracted -= delta;
  }

  /** Answers whether anything was news. */
  merge(actor: string, seen: ActorTotals): boolean {
    const totals = this.#of(actor);
    const [added, subtracted] = this.join(totals, { added: BigInt(seen.added), subtracted: BigInt(seen.subtracted) });
    const isNews = added !== totals.added || subtracted !== totals.subtracted;
    totals.added = added;
    totals.subtracted = subtracted;
    return isNews;
  }

  value(): bigint {
    let sum = 0n;
    for (const totals of this.#actors.values()) sum += totals.added - totals.subtracted;
    return sum;
  }

  totals(actor: string): ActorTotals {
    const { added, subtracted } = this.#of(actor);
    return { added: added.toString(), subtracted: subtracted.toString() };
  }

  /** Sorted by actor, so that equal states are equal JSON. */
  entries(): readonly (readonly [string, ActorTotals])[] {
    return [...this.#actors.keys()].toSorted().map((actor) => [actor, this.totals(actor)]);
  }

  protected join(mine: Readonly<Totals>, theirs: Readonly<Totals>): readonly [bigint, bigint] {
    return [larger(mine.added, theirs.added), larger(mine.subtracted, theirs.subtracted)];
  }

  #of(actor: string): Totals {
    const known = this.#actors.get(actor);
    if (known !== undefined) return known;
    const fresh = { added: 0n, subtracted: 0n };
    this.#actors.set(actor, fresh);
    return fresh;
  }
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
