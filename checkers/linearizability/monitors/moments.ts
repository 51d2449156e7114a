// Sorting by time without comparing functions. For monitors of long histories.

/**
 * The places 0, 1, 2 ... in order of their keys; equal keys in order of place, -Infinity first, Infinity last. O(n log n).
 * Positions of a history are whole numbers, so key and place fit into one number together, and numbers sort fast.
 */
export function placesInOrder(keys: Float64Array): Int32Array {
  const count = keys.length;
  const places = new Int32Array(count);
  let latest = 0;
  for (const key of keys) {
    if (key === Infinity || key === -Infinity) continue;
    if (!Number.isInteger(key) || key < 0) return comparedPlaces(keys);
    if (key > latest) latest = key;
  }
  if ((latest + 3) * count > Number.MAX_SAFE_INTEGER) return comparedPlaces(keys);
  const packed = new Float64Array(count);
  for (let place = 0; place < count; place++) {
    const key = keys[place]!; // place is in bounds
    packed[place] = (key === Infinity ? latest + 2 : key === -Infinity ? 0 : key + 1) * count + place;
  }
  packed.sort();
  for (let rank = 0; rank < count; rank++) places[rank] = packed[rank]! % count; // rank is in bounds
  return places;
}

function comparedPlaces(keys: Float64Array): Int32Array {
  return Int32Array.from(keys.keys()).toSorted((one, other) => {
    const [before, after] = [keys[one] ?? 0, keys[other] ?? 0];
    return before === after ? one - other : before < after ? -1 : 1;
  });
}
