// Names the few operations that show why adds cannot be dealt to the steps of a counter. For its monitor.
import { startOf } from "./counter-slots.ts";
import type { Adds, Steps } from "./counter-slots.ts";

/**
 * No add is left for a step: the observers of some steps up to this one for which there are too few adds at that time, as
 * few steps as possible; if adds are too few only because some made other steps, these too; and the observers of all
 * steps if the steps without adds are not in one stretch. O(n log n).
 */
export function scarceAdds(
  adds: Adds,
  steps: Steps,
  { isAdd, step }: { readonly isAdd: (position: number) => boolean; readonly step: number },
): readonly number[] {
  // Non-null here and below: steps and positions are in bounds.
  const last = adds.ends[steps.notAfter[step]!]!;
  const begun = [...adds.byEnd].filter((position) => isAdd(position) && adds.starts[position]! <= last);
  if (begun.length < step) return [steps.notAfter[step]!];
  const from = scarceFrom(adds, steps, { begun, step, isFixed: () => false });
  if (from !== undefined) return observers(steps, from, step);
  const fixed = new Set(steps.fixed);
  const made = begun.filter((position) => fixed.has(position));
  const freeFrom = scarceFrom(adds, steps, { begun: begun.filter((position) => !fixed.has(position)), step, isFixed: (each) => steps.fixed[each] !== -1 });
  if (freeFrom !== undefined) return [...observers(steps, freeFrom, step), ...made];
  const all = new Set(made);
  for (let each = 1; each <= step; each++) for (const position of observers(steps, each, each)) all.add(position);
  return [...all];
}

interface Stretch {
  /** In order of end. */
  readonly begun: readonly number[];
  /** The last step of the stretch. */
  readonly step: number;
  /** Steps that need none of these. */
  readonly isFixed: (step: number) => boolean;
}

/** The last step from which on to the end of the stretch there are too few adds. */
function scarceFrom(adds: Adds, steps: Steps, { begun, step, isFixed }: Stretch): number | undefined {
  let [count, needed] = [0, 0];
  for (let from = step; from >= 1; from--) {
    const first = startOf(adds, steps, from);
    while (count < begun.length && adds.ends[begun[begun.length - 1 - count]!]! >= first) count++;
    if (!isFixed(from)) needed++;
    if (count < needed) return from;
  }
  return undefined;
}

/** Those who say that the steps from one to another were made neither earlier nor later. */
function observers({ notBefore, notAfter }: Steps, from: number, to: number): number[] {
  return [notAfter[to] ?? -1, notBefore[from] ?? -1].filter((position) => position !== -1);
}

/**
 * Some mandatory add has no step: the adds that must make steps of one stretch, one more than there are, and the observers
 * of the steps around, for the shortest such stretch that ends where the first add was left out. O(n).
 */
export function overdueAdds(adds: Adds, steps: Steps, { mandatory, dealt }: { readonly mandatory: Uint8Array; readonly dealt: Int32Array }): readonly number[] {
  const ranges = new StepRanges(adds, steps);
  const isDealt = new Set(dealt);
  let to = steps.count;
  for (let position = 0; position < mandatory.length; position++)
    if (mandatory[position] === 1 && !isDealt.has(position)) to = Math.min(to, ranges.lastOf(position));
  const byFirst: number[][] = Array.from({ length: steps.count + 2 }, () => []);
  for (let position = 0; position < mandatory.length; position++)
    if (mandatory[position] === 1 && ranges.lastOf(position) <= to) byFirst[ranges.firstOf(position)]?.push(position);
  const around = [steps.notBefore[to + 1] ?? -1];
  const overdue: number[] = [];
  let places = 0;
  for (let from = to + 1; from >= 1; from--) {
    if (from <= to && steps.fixed[from] === -1) places++;
    else if (from <= to) around.push(steps.fixed[from] ?? -1);
    overdue.push(...(byFirst[from] ?? []));
    if (overdue.length <= places) continue;
    if (from > 1) around.push(steps.notAfter[from - 1] ?? -1);
    break;
  }
  return [...overdue.slice(0, places + 1), ...around.filter((position) => position !== -1)];
}

/** The consecutive steps that an add fits. */
class StepRanges {
  readonly #adds: Adds;
  readonly #steps: Steps;

  constructor(adds: Adds, steps: Steps) {
    this.#adds = adds;
    this.#steps = steps;
  }

  /** The first step whose end it does not miss; one past the last if it misses all. */
  firstOf(position: number): number {
    const start = this.#adds.starts[position] ?? 0;
    return this.#firstWhere((step) => (this.#adds.ends[this.#steps.notAfter[step] ?? -1] ?? Infinity) >= start);
  }

  /** The last step that begins before it ends; 0 if none does. */
  lastOf(position: number): number {
    const end = this.#adds.ends[position] ?? Infinity;
    return this.#firstWhere((step) => startOf(this.#adds, this.#steps, step) > end) - 1;
  }

  /** Bisects the steps; `holds` must hold for all steps after one for which it does. */
  #firstWhere(holds: (step: number) => boolean): number {
    let [low, high] = [1, this.#steps.count + 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (holds(middle)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
