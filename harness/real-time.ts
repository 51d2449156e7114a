// What real time adds to a run: machines are slow at times, so limits are stretched before anything is blamed for them.
import type { Fact, History } from "./history.ts";
import type { JsonObject } from "./json.ts";

/** A duration claim accuses only what took longer than this many times its bound. */
export const patience = 10;

/** It accuses nobody if an event loop stalled for this long: then the machine was busy, not the system slow. */
export const lagLimitMs = 100;

/** States how long each event loop stalled at most, by node, and the harness's own under `recorder`. */
export const lagFact = "event-loop.lag";

/** States that the final reads begin once more, at the stretched limit, because some of the first ones were not ok. */
export const repeatedReadsFact = "final-reads.repeated";

/** Longest stall of any event loop in the run, milliseconds; undefined: nobody measured it. */
export function largestLagMs(history: History): number | undefined {
  const fact = lastOf(history, lagFact);
  return fact === undefined ? undefined : largest(fact.data);
}

/** The last statement of a kind. */
export function lastOf(history: History, kind: string): Fact | undefined {
  return history.facts.findLast((fact) => fact.kind === kind);
}

function largest(data: JsonObject): number {
  return Math.max(0, ...Object.values(data).filter((value) => typeof value === "number"));
}
