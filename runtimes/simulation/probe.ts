// Assertions, marks and facts of one incarnation. For environments.
import type { Probe } from "../../harness/environment.ts";
import type { Json, JsonObject } from "../../harness/json.ts";
import type { Random } from "../../harness/random.ts";
import type { Incarnation } from "./host.ts";
import type { Observation } from "./observation.ts";

/** A site of `probe.fault` is active in a quarter of the runs, and then fires at every fourth pass (FoundationDB's BUGGIFY). */
const siteIsActive = 0.25;
const siteFires = 0.25;

/** Which fault sites are active in this run; decided when a site is first passed, for all nodes together. */
export class FaultSites {
  readonly #random: Random | undefined;
  readonly #sites = new Map<string, Random | null>();

  /** Without chance no site is ever active. */
  constructor(random: Random | undefined) {
    this.#random = random;
  }

  fires(id: string, probability: number = siteFires): boolean {
    if (this.#random === undefined) return false;
    let site = this.#sites.get(id);
    if (site === undefined) {
      const random = this.#random.fork(id);
      site = random.chance(siteIsActive, "fault site active") ? random : null;
      this.#sites.set(id, site);
    }
    return site !== null && site.chance(probability, "fault site fires");
  }
}

export interface NodeProbeOptions {
  readonly incarnation: Incarnation;
  readonly observation: Observation;
  readonly sites: FaultSites;
  /** Fires triggers; may kill the incarnation. */
  readonly marked: (incarnation: Incarnation, kind: string) => void;
}

export class NodeProbe implements Probe {
  readonly #incarnation: Incarnation;
  readonly #observation: Observation;
  readonly #sites: FaultSites;
  readonly #marked: NodeProbeOptions["marked"];

  constructor(options: NodeProbeOptions) {
    this.#incarnation = options.incarnation;
    this.#observation = options.observation;
    this.#sites = options.sites;
    this.#marked = options.marked;
  }

  always(holds: boolean, id: string, detail?: () => Json): void {
    if (!this.#incarnation.isAlive) return;
    this.#observation.count(id, holds);
    if (!holds) this.#observation.failedProbe(this.#incarnation, { id, kind: "always", detail: asObject(detail?.()) });
  }

  sometimes(holds: boolean, id: string): void {
    if (this.#incarnation.isAlive) this.#observation.count(id, holds);
  }

  reachable(id: string): void {
    if (this.#incarnation.isAlive) this.#observation.count(id, true);
  }

  unreachable(id: string, detail?: () => Json): void {
    if (!this.#incarnation.isAlive) return;
    this.#observation.count(id, false);
    this.#observation.failedProbe(this.#incarnation, { id, kind: "unreachable", detail: asObject(detail?.()) });
  }

  fault(id: string, probability?: number): boolean {
    return this.#incarnation.isAlive && this.#sites.fires(id, probability);
  }

  mark(kind: string): void {
    if (!this.#incarnation.isAlive) return;
    this.#observation.mark(this.#incarnation, kind);
    this.#marked(this.#incarnation, kind);
  }

  fact(kind: string, data: JsonObject): void {
    if (this.#incarnation.isAlive) this.#observation.fact(this.#incarnation, kind, data);
  }

  state(inspect: () => JsonObject): void {
    if (this.#incarnation.isAlive) this.#incarnation.inspect = inspect;
  }
}

function asObject(detail: Json | undefined): JsonObject {
  if (detail === undefined) return {};
  return isObject(detail) ? detail : { detail };
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
