// Faults at the moment and the place that matter: when a node has just granted a vote, at whoever leads, twice on one node.
//
// A mark is a trigger point that the system offers. Aiming is what finds bugs that need ordered events: of 600 seeds of the
// default search on the key-value store, a swarm alone found votes that are not persisted in 1, with targeted faults in 13
// (stale reads: 23 and 84; the correct store: none and none).
import type { FaultKind, PlannedFault } from "../harness/faults.ts";
import type { MarkDescription, Nemesis, NemesisContext } from "../harness/nemesis.ts";
import type { Random } from "../harness/random.ts";
import { drawFault, planned, type FaultBody } from "./draw-fault.ts";
import { drawDirection, drawHeal, leaderCut } from "./draw-partition.ts";
import { drawPairs } from "./pairs.ts";
import { currentLeader, leadingRole } from "./victims.ts";
import { perTenSeconds, scattered } from "./windows.ts";

/** Per 10 s of the fault phase. */
const triggerCount = { least: 2, most: 8 } as const;
const leaderFaultCount = { least: 1, most: 5 } as const;
/** Back so soon that the others have not moved on. */
const restartMs = { least: 10, most: 150 } as const;
/** Away so long that the others do. */
const absenceMs = { least: 200, most: 2500 } as const;

const atMarkKinds = ["kill", "kill", "kill", "power-cut", "power-cut", "partition", "partition", "pause"] as const;
const atLeaderKinds = ["partition", "partition", "partition", "kill", "power-cut", "pause"] as const;
/** What may come upon a leader together with another fault. */
const companionKinds = ["clock-step", "clock-step", "pause", "slow-cpu"] as const;

export const targeted: Nemesis = {
  name: "targeted",
  text: "Kills, power-cuts, cuts off or pauses a node right when it makes one of its marks; troubles whoever leads; hits one node twice.",
  kinds: [
    "kill",
    "power-cut",
    "pause",
    "partition",
    "clock-step",
    "slow-cpu",
    "disk-error",
    "disk-full",
    "lying-disk",
    "torn-write",
    "bit-rot",
    "reset",
    "half-open",
    "slow",
  ],
  schedule(context) {
    if (context.durationMs < 2 || context.nodes.length === 0) return [];
    const part = (name: string): NemesisContext => ({ ...context, random: context.random.fork(name) });
    const twice = drawPairs(part("pairs")).map(({ body, window }) => planned("", body, window));
    const faults = [...atMarks(part("marks")), ...atLeader(part("leader")), ...twice];
    return faults.map((fault, index): PlannedFault => ({ ...fault, id: `targeted.${index}` }));
  },
};

function isPossible(kind: FaultKind, { allowed, nodes }: NemesisContext): boolean {
  return allowed.has(kind) && (kind !== "partition" || nodes.length > 1);
}

function atMarks(context: NemesisContext): PlannedFault[] {
  const { random, marks, durationMs } = context;
  const usable = atMarkKinds.filter((kind) => isPossible(kind, context));
  if (usable.length === 0 || marks.length === 0) return [];
  const count = perTenSeconds(random.between(triggerCount.least, triggerCount.most, "trigger-count"), durationMs);
  return Array.from({ length: count }, (): PlannedFault => {
    const mark = interesting(random, marks);
    const kind = random.pick(usable, "kind");
    const isLong = kind === "partition" || kind === "pause" || random.chance(0.4, "stays-away");
    const { least, most } = isLong ? absenceMs : restartMs;
    return {
      id: "",
      ...atSelf(kind, random),
      when: drawTrigger(random, mark, durationMs),
      durationMs: Math.min(random.between(least, most, "length"), durationMs),
    };
  });
}

/** The first mark half of the time, the second a quarter, and so on; the last takes what is left. */
function interesting(random: Random, marks: readonly MarkDescription[]): MarkDescription {
  return marks.find((_, index) => index === marks.length - 1 || random.chance(0.5, "mark")) ?? random.pick(marks, "any-mark");
}

/** At once, what the node has not sent yet is never sent; a little later it is, and the answer finds nobody. */
function drawTrigger(random: Random, { kind, typicalCount }: MarkDescription, durationMs: number): Extract<PlannedFault["when"], { mark: string }> {
  const likelyCount = Math.max(1, Math.round((typicalCount * durationMs) / 10_000));
  const delayMs = random.chance(0.5, "at-once") ? 0 : random.between(1, 30, "delay");
  return { mark: kind, node: "any", occurrence: random.between(1, likelyCount, "occurrence"), delayMs };
}

function atSelf(kind: (typeof atMarkKinds)[number], random: Random): FaultBody {
  const targets = { self: true } as const;
  if (kind === "power-cut") return { kind, targets, params: { torn: random.chance(0.5, "torn") } };
  if (kind === "partition") return { kind, targets, params: { direction: drawDirection(random), onHeal: drawHeal(random) } };
  return { kind, targets, params: {} };
}

function atLeader(context: NemesisContext): PlannedFault[] {
  const { random, roles, durationMs } = context;
  const role = leadingRole(roles);
  const usable = atLeaderKinds.filter((kind) => isPossible(kind, context));
  const companions = companionKinds.filter((kind) => isPossible(kind, context));
  if (role === undefined || usable.length === 0) return [];
  const count = perTenSeconds(random.between(leaderFaultCount.least, leaderFaultCount.most, "leader-fault-count"), durationMs);
  return scattered(random, count, { durationMs, shortestMs: 300, longestMs: 2200 }).flatMap((window) => {
    const kinds: FaultKind[] = [random.pick(usable, "leader-kind")];
    if (companions.length > 0 && random.chance(0.4, "company")) kinds.push(random.pick(companions, "companion"));
    return kinds.flatMap((kind) => leaderFault(kind, role, context).map((body) => planned("", body, window)));
  });
}

function leaderFault(kind: FaultKind, role: string, context: NemesisContext): FaultBody[] {
  if (kind === "partition") return [leaderCut(context.random, role, context.nodes.length)];
  const body = drawFault(kind, context);
  return body === undefined ? [] : [{ ...body, targets: currentLeader(role) }];
}
