// Puts operations that change nothing between those that do. For monitors, when they write down a linearization.

/**
 * The steps in order, and in slot k, which comes after the first k steps, the observers with that slot in order of position.
 * `slots` has an entry for every operation: -1 for those that are no observers. O(n).
 */
export function woven(steps: readonly number[], slots: Int32Array): number[] {
  const starts = new Int32Array(steps.length + 2);
  let observerCount = 0;
  // Non-null here and below: slots are at most the number of steps.
  for (const slot of slots) {
    if (slot < 0) continue;
    starts[slot + 1]!++;
    observerCount++;
  }
  for (let slot = 0; slot <= steps.length; slot++) starts[slot + 1]! += starts[slot]!;
  const observers = new Int32Array(observerCount);
  const next = starts.slice();
  for (let position = 0; position < slots.length; position++) {
    const slot = slots[position]!; // in bounds
    if (slot >= 0) observers[next[slot]!++] = position;
  }
  const order: number[] = [];
  for (let slot = 0; slot <= steps.length; slot++) {
    if (slot > 0) order.push(steps[slot - 1]!);
    for (let index = starts[slot]!; index < starts[slot + 1]!; index++) order.push(observers[index]!);
  }
  return order;
}
