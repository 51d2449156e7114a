// What each fault in force has done so far, by id and name. For the engine.
import type { FaultEffect } from "../../../harness/faults.ts";
import type { OnHeal } from "./flow.ts";
import type { ProxyEffect } from "./effect.ts";
import type { Proxy } from "./proxy.ts";

/** Noted, but no effect by itself: the end of an idle connection is no traffic that the fault has met. */
const uncounted: ReadonlySet<string> = new Set(["stalledEnds"]);

interface Entry {
  readonly onHeal: OnHeal;
  readonly counts: Map<string, number>;
}

/** Counts truthfully: a fault that met no traffic ends with 0. */
export class EffectLedger {
  readonly #entries = new Map<string, Entry>();

  /** An id that is open keeps its counts. */
  open(id: string, onHeal: OnHeal): void {
    if (!this.#entries.has(id)) this.#entries.set(id, { onHeal, counts: new Map() });
  }

  onHeal(id: string): OnHeal {
    return this.#entries.get(id)?.onHeal ?? "deliver";
  }

  /** Unknown ids are ignored: not all that is in force is a fault. */
  add(id: string, effect: string, count = 1): void {
    const counts = this.#entries.get(id)?.counts;
    if (counts !== undefined && count > 0) counts.set(effect, (counts.get(effect) ?? 0) + count);
  }

  /** Whose doing an effect was: of every fault that alone would have had it. */
  observe(effect: ProxyEffect, proxy: Proxy): void {
    if (effect.kind === "affected") this.add(effect.toxic, effect.effect, effect.count);
    else if (effect.kind === "stalled") for (const id of proxy.blockersOf(effect.direction)) this.#addStalled(id, effect.sizeBytes);
    else if (effect.kind === "lost") for (const id of proxy.blockersOf(effect.direction)) this.add(id, "droppedDatagrams");
    else if (effect.kind === "refused") for (const id of proxy.refusers) this.add(id, "refusedConnections");
  }

  /** Ends the account. Unknown ids had no effect. */
  close(id: string): FaultEffect {
    const counts = [...(this.#entries.get(id)?.counts ?? [])];
    this.#entries.delete(id);
    const affectedCount = counts.reduce((sum, [effect, count]) => (uncounted.has(effect) ? sum : sum + count), 0);
    return { affectedCount, detail: Object.fromEntries(counts) };
  }

  clear(): void {
    this.#entries.clear();
  }

  #addStalled(id: string, sizeBytes: number): void {
    if (sizeBytes > 0) this.add(id, "stalledBytes", sizeBytes);
    else this.add(id, "stalledEnds");
  }
}
