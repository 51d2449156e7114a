// How much a schedule takes away at once, and a schedule cut down to what a run survives. For nemeses that overlap faults.
//
// A run in which nobody gets an answer proves nothing, so faults that make nodes useless must not pile up: at most a minority
// of the nodes at a time, but for an occasional, short excess, which is where recovery is tested.
import type { FaultKind } from "../harness/faults.ts";
import type { NemesisContext } from "../harness/nemesis.ts";
import type { NodeName } from "../harness/operation.ts";
import type { FaultBody } from "./draw-fault.ts";
import type { Window } from "./windows.ts";

export interface TimedBody {
  readonly body: FaultBody;
  readonly window: Window;
}

const disabling: ReadonlySet<FaultKind> = new Set([
  "kill",
  "stop",
  "pause",
  "power-cut",
  "partition",
  "refuse",
  "half-open",
  "disk-full",
  "disk-error",
  "slow",
  "slow-cpu",
]);
/** How long more than a minority may be out, milliseconds a fault. */
const excessMs = 300;
const excessProbability = 0.5;
/** How long the whole phase may be without a majority, as a share. */
const excessShare = 0.2;

/** Drops or shortens faults, in order of their times, until no more than a minority is out at once but for short excesses. */
export function bearable(faults: readonly TimedBody[], { nodes, minority, durationMs, random }: NemesisContext): TimedBody[] {
  const kept: TimedBody[] = [];
  let excessLeftMs = durationMs * excessShare;
  for (const fault of faults.toSorted((a, b) => a.window.atMs - b.window.atMs)) {
    const out = [fault, ...kept.filter((other) => overlaps(other.window, fault.window))].map(({ body }) => outBy(body, nodes));
    const isBearable = outBy(fault.body, nodes).length === 0 || new Set(out.flat()).size <= Math.max(1, minority);
    const excess = Math.min(excessMs, fault.window.durationMs);
    if (isBearable) kept.push(fault);
    else if (excess <= excessLeftMs && random.chance(excessProbability, "excess")) {
      excessLeftMs -= excess;
      kept.push({ body: fault.body, window: { ...fault.window, durationMs: excess } });
    }
  }
  return kept;
}

function overlaps(a: Window, b: Window): boolean {
  return a.atMs < b.atMs + b.durationMs && b.atMs < a.atMs + a.durationMs;
}

/** Nodes that are of no use while the fault lasts; a role stands for one node that nobody knows yet. */
function outBy(body: FaultBody, nodes: readonly NodeName[]): readonly NodeName[] {
  if (!disabling.has(body.kind)) return [];
  if (body.kind === "partition" && body.params.links !== undefined) return cutOff(body.params.links, nodes);
  const { targets } = body;
  if ("all" in targets) return nodes;
  if ("nodes" in targets) return targets.nodes;
  return ["the one who leads"];
}

/** Nodes without two-way contact to a majority. */
function cutOff(links: readonly { readonly from: NodeName; readonly to: NodeName }[], nodes: readonly NodeName[]): NodeName[] {
  const majority = Math.floor(nodes.length / 2) + 1;
  return nodes.filter((node) => {
    const lost = new Set(links.flatMap(({ from, to }) => (from === node ? [to] : to === node ? [from] : [])));
    return nodes.length - lost.size < majority;
  });
}
