// The default search in real time: the same draws as in simulation, but longer runs under more load. There nobody chooses the
// interleaving, so a bug that needs a precise one has to be given more occasions. For explore, bugs, demo and campaign.
import type { Plan } from "../harness/plan.ts";
import { seededRandom } from "../harness/random.ts";

/** Seconds cost seconds here: long enough for elections and a few faults in a row, short enough to try several seeds. */
const durationsMs: readonly number[] = [8_000, 12_000, 20_000];
/** Virtual load is sparse because each event costs time; real load waits for the network most of the time. */
const rateFactor = 4;

/** The plan with its own length and load, drawn from its seed, where the user has not fixed them. Pure. */
export function forRealTime(plan: Plan, { hasRate, hasDuration }: { readonly hasRate: boolean; readonly hasDuration: boolean }): Plan {
  const random = seededRandom(plan.seed).fork("search").fork("real-time");
  return {
    ...plan,
    rateHz: hasRate ? plan.rateHz : plan.rateHz * rateFactor,
    durationMs: hasDuration ? plan.durationMs : random.pick(durationsMs, "duration"),
  };
}
