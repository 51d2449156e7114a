// Deals equal adds to the steps of a counter. For the monitor of counters whose adds are all of one amount.
//
// Step v takes the counter from v - 1 to v. An add fits a step if they overlap in time: because both limits of the steps
// rise with v, the steps that an add fits are consecutive. So the add with the earliest end goes first (Glover 1967,
// "Maximum matching in a convex bipartite graph").
import { LeastFirst } from "../least-first.ts";

/** Everything by number of step, from 1; the entries 0 and, of `notBefore`, one past the last step, count too. */
export interface Steps {
  /** Not before this operation begins: the last to begin that saw less than v. -1: none. */
  readonly notBefore: Int32Array;
  /** Not after this operation ends: the first to end that saw v or more. -1 only for step 0. */
  readonly notAfter: Int32Array;
  /** The add that answered v, which makes this step and no other; -1: any. */
  readonly fixed: Int32Array;
  readonly count: number;
}

export interface Adds {
  readonly starts: Float64Array;
  readonly ends: Float64Array;
  /** By position: which rank it has in order of ends, and back. */
  readonly ranks: Int32Array;
  readonly byEnd: Int32Array;
}

export interface Deal {
  /** By step, the add that makes it; -1 where none fits. */
  readonly dealt: Int32Array;
  /** The first step that no add is left for; 0 if there is none. */
  readonly emptyStep: number;
}

/**
 * Deals as many of the adds with an `included` mark as fit, earliest end first, O(n log n). The starts of the adds are
 * such that every step can then happen after the one before: an add that began later than another one ended is never dealt
 * to an earlier step, because the other one was there too and went first.
 */
export function dealt(adds: Adds, steps: Steps, included: Uint8Array): Deal {
  const { starts, ends, ranks, byEnd } = adds;
  const result = new Int32Array(steps.count + 1).fill(-1);
  const open = new LeastFirst(starts.length);
  let nextStart = 0;
  let emptyStep = 0;
  // Non-null here and below: positions and steps are in bounds.
  for (let step = 1; step <= steps.count; step++) {
    const last = ends[steps.notAfter[step]!]!;
    for (; nextStart < starts.length && starts[nextStart]! <= last; nextStart++) if (included[nextStart] === 1) open.push(ranks[nextStart]!);
    if (steps.fixed[step] !== -1) {
      result[step] = steps.fixed[step]!;
      continue;
    }
    const first = startOf(adds, steps, step);
    let rank = open.pop();
    while (rank !== -1 && ends[byEnd[rank]!]! < first) rank = open.pop();
    if (rank !== -1) result[step] = byEnd[rank]!;
    else if (emptyStep === 0) emptyStep = step;
  }
  return { dealt: result, emptyStep };
}

/** The moment before which a step cannot be, one past the last step included. */
export function startOf({ starts }: Adds, { notBefore }: Steps, step: number): number {
  return starts[notBefore[step]!] ?? -Infinity;
}

/**
 * A deal that uses all `mandatory` adds and all steps, from one that uses all steps and one that uses all mandatory adds
 * (Mendelsohn and Dulmage 1958): a mandatory add that was left out takes the step that it has in the other deal, and so
 * does the one that it displaces, until one is displaced that is not mandatory. O(n).
 */
export function combined(full: Int32Array, withMandatory: Int32Array, mandatory: Uint8Array): Int32Array {
  const result = full.slice();
  const stepOf = new Map<number, number>();
  for (const [step, position] of withMandatory.entries()) if (position !== -1) stepOf.set(position, step);
  const isDealt = new Set(full);
  for (let position = 0; position < mandatory.length; position++) {
    if (mandatory[position] !== 1 || isDealt.has(position)) continue;
    for (let add = position; mandatory[add] === 1;) {
      const step = stepOf.get(add) ?? 0;
      const displaced = result[step]!; // steps are in bounds
      result[step] = add;
      add = displaced;
    }
  }
  return result;
}
