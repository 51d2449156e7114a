// Trouble for whoever leads: most protocols are at their weakest when leadership changes hands.
import type { FaultKind } from "../harness/faults.ts";
import type { Nemesis, NemesisContext } from "../harness/nemesis.ts";
import { steady } from "./define.ts";
import { drawFault, type FaultBody } from "./draw-fault.ts";
import { leaderCut } from "./draw-partition.ts";
import { currentLeader, leadingRole } from "./victims.ts";

/** A system without roles gets no faults from it. */
export const leader: Nemesis = steady({
  name: "leader",
  text: "Kills, pauses, cuts off, slows down or confuses the clock of whichever node leads at that moment.",
  kinds: ["kill", "pause", "partition", "power-cut", "stop", "slow-cpu", "clock-step"],
  draw: atLeader,
  lengthsMs: [50, 3000],
});

function atLeader(kind: FaultKind, context: NemesisContext): FaultBody | undefined {
  const role = leadingRole(context.roles);
  if (role === undefined || context.nodes.length === 0) return undefined;
  if (kind === "partition") return leaderCut(context.random, role, context.nodes.length);
  const body = drawFault(kind, context);
  return body === undefined ? undefined : { ...body, targets: currentLeader(role) };
}
