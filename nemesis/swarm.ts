// The default search: each seed draws which kinds of faults exist at all and how often, then lets them overlap.
//
// Leaving most kinds out finds more than always mixing everything (Groce et al. 2012, "Swarm testing"): kinds mask each
// other. Weights from 1 to 100 as in TigerBeetle's VOPR; each kind has a schedule and a stream of chance of its own, so that
// one more draw here shifts nothing there.
import { faultKinds, type FaultKind } from "../harness/faults.ts";
import type { Nemesis, NemesisContext } from "../harness/nemesis.ts";
import type { NodeName } from "../harness/operation.ts";
import type { Random } from "../harness/random.ts";
import { named } from "./define.ts";
import { drawFault, isDrawable, lengthsOf, type Stage } from "./draw-fault.ts";
import { bearable, type TimedBody } from "./load-of-faults.ts";
import { perTenSeconds, scattered } from "./windows.ts";

/** Faults per 10 s of the fault phase. */
const faultCount = { least: 3, most: 22 } as const;
const inclusion = 0.5;
/** Disturbances that last for seconds need fewer occasions than blows; else they use up the count. */
const lasting: ReadonlySet<FaultKind> = new Set(["loss", "duplicate", "reorder", "corrupt", "clock-drift", "torn-write"]);
const lastingDivisor = 4;

export const swarm: Nemesis = {
  name: "swarm",
  text: "A random subset of all allowed kinds with random weights, 3 to 22 faults in 10 s, overlapping.",
  kinds: faultKinds.filter(isDrawable),
  schedule(context) {
    const { random, durationMs, allowed } = context;
    const weights = drawWeights(
      random,
      faultKinds.filter((kind) => allowed.has(kind) && isDrawable(kind)),
    );
    if (weights.length === 0 || durationMs < 2) return [];
    const total = weights.reduce((sum, { weight }) => sum + weight, 0);
    const count = perTenSeconds(random.between(faultCount.least, faultCount.most, "fault-count"), durationMs);
    const stage = { ...context, ...drawFavourite(context) };
    const faults = weights.flatMap(({ kind, weight }) => ownSchedule(kind, Math.round((count * weight) / total), stage));
    return named("swarm", bearable(faults, context));
  },
};

interface Weighted {
  readonly kind: FaultKind;
  readonly weight: number;
}

function drawWeights(random: Random, usable: readonly FaultKind[]): Weighted[] {
  const included = usable.filter(() => random.chance(inclusion, "include"));
  const kinds = included.length > 0 || usable.length === 0 ? included : [random.pick(usable, "only-kind")];
  return kinds.map((kind) => ({ kind, weight: random.between(1, 100, "weight") / (lasting.has(kind) ? lastingDivisor : 1) }));
}

/** In half of the seeds one node has most of the trouble: faults that only hurt together have to meet on one node. */
function drawFavourite({ random, nodes }: NemesisContext): { favourite?: NodeName } {
  return nodes.length > 0 && random.chance(0.5, "has-favourite") ? { favourite: random.pick(nodes, "favourite") } : {};
}

function ownSchedule(kind: FaultKind, count: number, context: NemesisContext & Stage): TimedBody[] {
  const own = { ...context, random: context.random.fork(kind) };
  const [shortestMs, longestMs] = lengthsOf(kind);
  return scattered(own.random, count, { durationMs: context.durationMs, shortestMs, longestMs }).flatMap((window) => {
    const body = drawFault(kind, own);
    return body === undefined ? [] : [{ body, window }];
  });
}
