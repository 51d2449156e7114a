// Assertions, marks and facts of one incarnation in real time. For environments.
import type { Probe } from "../../../harness/environment.ts";
import type { Json, JsonObject } from "../../../harness/json.ts";
import type { FromHost } from "../wire/control.ts";
import type { Life } from "./life.ts";

export type Counts = Omit<Extract<FromHost, { readonly type: "counts" }>, "type">;

/** Where it goes. */
export interface ProbeObserver {
  fact(kind: string, data: JsonObject): void;
  /** A failed `always` or a reached `unreachable`. */
  probe(id: string, kind: "always" | "unreachable", detail: JsonObject): void;
  /** May end or stop the process before it returns. */
  mark(kind: string): void;
}

interface ProbeCount {
  heldCount: number;
  failedCount: number;
}

export class RealProbe implements Probe {
  readonly #life: Life;
  readonly #observer: ProbeObserver;
  #probes = new Map<string, ProbeCount>();
  #marks = new Map<string, number>();
  #inspect: (() => JsonObject) | undefined;

  constructor(life: Life, observer: ProbeObserver) {
    this.#life = life;
    this.#observer = observer;
  }

  always(holds: boolean, id: string, detail?: () => Json): void {
    if (!this.#life.isAlive) return;
    this.#count(id, holds);
    if (!holds) this.#observer.probe(id, "always", asObject(detail?.()));
  }

  sometimes(holds: boolean, id: string): void {
    if (this.#life.isAlive) this.#count(id, holds);
  }

  reachable(id: string): void {
    if (this.#life.isAlive) this.#count(id, true);
  }

  unreachable(id: string, detail?: () => Json): void {
    if (!this.#life.isAlive) return;
    this.#count(id, false);
    this.#observer.probe(id, "unreachable", asObject(detail?.()));
  }

  fault(): boolean {
    return false;
  }

  mark(kind: string): void {
    if (!this.#life.isAlive) return;
    this.#marks.set(kind, (this.#marks.get(kind) ?? 0) + 1);
    this.#observer.mark(kind);
  }

  fact(kind: string, data: JsonObject): void {
    if (this.#life.isAlive) this.#observer.fact(kind, data);
  }

  state(inspect: () => JsonObject): void {
    if (this.#life.isAlive) this.#inspect = inspect;
  }

  /** What `state` says now; empty before it was called. */
  inspected(): JsonObject {
    return this.#inspect?.() ?? {};
  }

  /** Increments since it was last asked; undefined: none. */
  takeCounts(): Omit<Counts, "messageCount"> | undefined {
    if (this.#probes.size === 0 && this.#marks.size === 0) return undefined;
    // Names are a system's own; as members they may be called anything.
    const counts = { probes: Object.fromEntries(this.#probes), marks: Object.fromEntries(this.#marks) };
    this.#probes = new Map();
    this.#marks = new Map();
    return counts;
  }

  #count(id: string, holds: boolean): void {
    let count = this.#probes.get(id);
    if (count === undefined) this.#probes.set(id, (count = { heldCount: 0, failedCount: 0 }));
    if (holds) count.heldCount++;
    else count.failedCount++;
  }
}

function asObject(detail: Json | undefined): JsonObject {
  if (detail === undefined) return {};
  return isObject(detail) ? detail : { detail };
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
