// The plan for containers with removals of unknown outcome, which may have taken out values that never came out otherwise.
// For monitors.
//
// There is no polynomial algorithm known for them. So, in this order: one guess, which may explain the history; a relaxation,
// in which every such value may have left as early as any such removal began, which may refute it; and all ways to deal the
// removals, as long as they are not too many. Without such removals the first attempt has the last word.
import type { MonitorAnswer } from "../../model.ts";
import type { Lives } from "./container-lives.ts";
import { Conflicts, ExhaustiveDealing, GreedyDealing, suspectsOf } from "./dealing.ts";
import type { Dealing } from "./dealing.ts";
import type { LatestRemovals } from "./latest-removals.ts";

export interface Container<V> {
  /** For people: `pops`. */
  readonly removals: string;
  /** One try to explain a history: a linearization, or undefined if a conflict could not be resolved. */
  attempt(lives: Lives<V>, dealing: Dealing): readonly number[] | undefined;
  latestRemovals(lives: Lives<V>): LatestRemovals;
}

/**
 * The last word on lives, or `inapplicable` if there are too many ways to deal. O(n log n) without removals of unknown
 * outcome, and mostly with them.
 */
export function decideLives<V>(lives: Lives<V>, container: Container<V>): MonitorAnswer {
  const { lost } = lives;
  const conflicts = new Conflicts(lives);
  const latest = lost.length === 0 ? undefined : container.latestRemovals(lives);
  const order = container.attempt(lives, latest === undefined ? conflicts : new GreedyDealing(lives, latest));
  if (order !== undefined) return { verdict: "valid", order };
  if (latest === undefined) return { verdict: "invalid", suspects: conflicts.suspects() };
  const missed = missedRemoval(lives, latest);
  if (missed !== undefined) return { verdict: "invalid", suspects: missed };
  if (container.attempt(relaxed(lives), conflicts) === undefined) return { verdict: "invalid", suspects: conflicts.suspects() };
  const dealing = new ExhaustiveDealing(lives, latest);
  while (dealing.hasBudget) {
    const found = container.attempt(lives, dealing);
    if (found !== undefined) return { verdict: "valid", order: found };
    if (!dealing.hasBudget || dealing.retry()) continue;
    if (!dealing.isComplete) break;
    return { verdict: "invalid", suspects: dealing.suspects() };
  }
  return { verdict: "inapplicable", why: `there are too many explanations for ${lost.length} ${container.removals} of unknown outcome` };
}

/** Every value that never left may be gone from the first point at which any removal of unknown outcome can have taken it. */
function relaxed<V>(lives: Lives<V>): Lives<V> {
  const first = lives.lost[0] ?? lives.pointCount;
  const outFrom = lives.outFrom.map((point, value) => (lives.remover[value]! < 0 ? Math.max(first, lives.inFrom[value]!) : point)); // in bounds
  return { ...lives, outFrom };
}

/**
 * Every value with a latest removal needs one, each its own: too few of them that began early enough refute the history
 * (Hall's condition, which for bounds of this kind is a matter of counting). Answers the operations concerned.
 */
function missedRemoval<V>(lives: Lives<V>, { latest, because }: LatestRemovals): number[] | undefined {
  const { lost } = lives;
  const bound = [...because.keys()].filter((value) => because[value]! >= 0).toSorted((one, other) => latest[one]! - latest[other]!); // in bounds
  let began = 0;
  for (const [index, value] of bound.entries()) {
    while (began < lost.length && lost[began]! <= latest[value]!) began++;
    if (index >= began) return suspectsOf(lives, new Set(bound.slice(0, index + 1).flatMap((each) => [each, because[each]!])), []);
  }
  return undefined;
}
