// Which key comes next: a few at a time, each for a limited number of operations. For workloads whose check is costly per key.
//
// Deciding linearizability is exponential in the worst case, so a key gets few operations at once and is left for a new one
// after a while, or once many of its operations have an unknown outcome: those stay concurrent with everything after them.
import type { Random } from "../harness/random.ts";

/** One of the keys in use. `recent`: values that it likely holds, newest last. */
export interface ActiveKey {
  readonly name: string;
  readonly issuedCount: number;
  readonly inFlightCount: number;
  readonly unclearCount: number;
  readonly recent: readonly string[];
}

export interface KeyLimits {
  /** Keys in use at once. */
  readonly keyCount: number;
  readonly operationsPerKey: number;
}

const concurrencyPerKey = 5;
const unclearPerKey = 12;
const rememberedValues = 3;

/** The keys at the start: `k0`, `k1` ... */
export function firstKeys(limits: KeyLimits): readonly ActiveKey[] {
  return Array.from({ length: limits.keyCount }, (_, slot) => freshKey(slot));
}

/** Names of all keys that so many operations are likely to use, newest first, at most `most`. */
export function likelyKeys(operationCount: number, limits: KeyLimits, most: number): string[] {
  const generationCount = Math.max(1, Math.ceil(operationCount / (limits.keyCount * limits.operationsPerKey)));
  return Array.from({ length: generationCount * limits.keyCount }, (_, index) => `k${index}`)
    .slice(-most)
    .toReversed();
}

/** A random key that may take one more operation, or undefined: all are busy. */
export function pickKey(keys: readonly ActiveKey[], random: Random): ActiveKey | undefined {
  const idle = keys.filter(({ inFlightCount }) => inFlightCount < concurrencyPerKey);
  return idle.length === 0 ? undefined : random.pick(idle, "key");
}

/** After one more operation of this key was issued; a key that had its share gives way to the next of its slot. */
export function issued(keys: readonly ActiveKey[], key: ActiveKey, limits: KeyLimits): readonly ActiveKey[] {
  const slot = keys.indexOf(key);
  const used = { ...key, issuedCount: key.issuedCount + 1, inFlightCount: key.inFlightCount + 1 };
  const isSpent = used.issuedCount >= shareOf(slot, limits) || used.unclearCount >= unclearPerKey;
  return keys.with(slot, isSpent ? freshKey(numberOf(key) + limits.keyCount) : used);
}

/** After an operation of a key ended; `holds` is the value that it left or saw, null for none. Keys no longer in use are ignored. */
export function ended(
  keys: readonly ActiveKey[],
  name: string,
  result: { readonly isUnclear: boolean; readonly holds: string | null | undefined },
): readonly ActiveKey[] {
  const slot = keys.findIndex((key) => key.name === name);
  const key = keys[slot];
  if (key === undefined) return keys;
  const recent =
    result.holds === undefined
      ? key.recent
      : result.holds === null
        ? []
        : [...key.recent.filter((value) => value !== result.holds), result.holds].slice(-rememberedValues);
  return keys.with(slot, { ...key, recent, inFlightCount: key.inFlightCount - 1, unclearCount: key.unclearCount + Number(result.isUnclear) });
}

/** Up to a tenth below the limit, by slot, so that the keys do not all change at once. */
function shareOf(slot: number, { operationsPerKey, keyCount }: KeyLimits): number {
  return Math.max(1, Math.round(operationsPerKey * (1 - (0.1 * slot) / keyCount)));
}

function freshKey(number: number): ActiveKey {
  return { name: `k${number}`, issuedCount: 0, inFlightCount: 0, unclearCount: 0, recent: [] };
}

function numberOf(key: ActiveKey): number {
  return Number(key.name.slice(1));
}
