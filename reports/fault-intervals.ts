// From the moments a history records (injected, lifted, died, restarted) to stretches of time. For bands behind timelines and for the story.
import type { FaultEvent } from "../harness/history.ts";
import type { NodeName } from "../harness/operation.ts";

export interface FaultInterval {
  readonly id: string;
  readonly kind: string;
  readonly victims: readonly NodeName[];
  readonly fromNs: number;
  /** Infinity: never lifted before the record ended. */
  readonly toNs: number;
  /** Messages stalled, operations failed ... as counted by the runtime; undefined: not recorded. */
  readonly affectedCount: number | undefined;
}

/** Every fault that was carried out, in order of its beginning. Skipped ones are not in it. */
export function faultIntervals(events: readonly FaultEvent[]): readonly FaultInterval[] {
  const intervals: FaultInterval[] = [];
  const open = new Map<string, number>();
  for (const event of events) {
    if (event.action === "inject") {
      open.set(event.id, intervals.length);
      intervals.push({ id: event.id, kind: event.kind, victims: event.victims, fromNs: event.timeNs, toNs: Infinity, affectedCount: affected(event) });
    } else if (event.action === "lift") {
      const position = open.get(event.id);
      const interval = position === undefined ? undefined : intervals[position];
      if (position === undefined || interval === undefined) continue;
      open.delete(event.id);
      intervals[position] = { ...interval, toNs: event.timeNs, affectedCount: affected(event) ?? interval.affectedCount };
    }
  }
  return intervals;
}

/** Those that were in force at some time of a window, both ends included. */
export function inForce(intervals: readonly FaultInterval[], window: { readonly fromNs: number; readonly toNs: number }): readonly FaultInterval[] {
  return intervals.filter((interval) => interval.fromNs <= window.toNs && interval.toNs >= window.fromNs);
}

type NodeTrouble = "down" | "paused" | "partitioned";

export interface TroubleInterval {
  readonly node: NodeName;
  readonly trouble: NodeTrouble;
  readonly fromNs: number;
  readonly toNs: number;
}

const troubles: Readonly<Record<string, NodeTrouble>> = {
  kill: "down",
  stop: "down",
  "power-cut": "down",
  wipe: "down",
  pause: "paused",
  partition: "partitioned",
};

/** When nodes were not simply up: held down or paused or cut off by a fault, or dead by themselves until somebody started them again. */
export function nodeTroubles(events: readonly FaultEvent[]): readonly TroubleInterval[] {
  const byFaults = faultIntervals(events).flatMap((interval) => {
    const trouble = troubles[interval.kind];
    return trouble === undefined ? [] : interval.victims.map((node) => ({ node, trouble, fromNs: interval.fromNs, toNs: interval.toNs }));
  });
  return [...byFaults, ...deaths(events)].toSorted((a, b) => a.fromNs - b.fromNs);
}

function deaths(events: readonly FaultEvent[]): TroubleInterval[] {
  const found: TroubleInterval[] = [];
  const dead = new Map<NodeName, number>();
  for (const event of events) {
    for (const node of event.victims) {
      if (event.action === "died") dead.set(node, event.timeNs);
      const since = dead.get(node);
      if (event.action !== "restarted" || since === undefined) continue;
      found.push({ node, trouble: "down", fromNs: since, toNs: event.timeNs });
      dead.delete(node);
    }
  }
  for (const [node, fromNs] of dead) found.push({ node, trouble: "down", fromNs, toNs: Infinity });
  return found;
}

function affected(event: FaultEvent): number | undefined {
  const count = event.detail["affectedCount"];
  return typeof count === "number" ? count : undefined;
}
