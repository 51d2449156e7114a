// Where two runs of one seed part, in words, and the double run that looks for it. For replay, tests and the command line.
import type { SimulationSettings } from "./simulation.ts";
import { checkpointInterval, type TraceEntry, type TraceRecord } from "./trace.ts";

export interface Divergence {
  /** Position of the first entry that differs, or of the first event that may (traces without entries). */
  readonly index: number;
  readonly explanation: string;
}

export interface Determinism {
  readonly isDeterministic: boolean;
  readonly hashes: readonly [string, string];
  /** Only when the hashes differ. */
  readonly divergence?: Divergence;
}

/** The first pair that differs; undefined for equal traces. With full traces exact, else to the 1,024 events between two checkpoints. */
export function findDivergence(first: TraceRecord, second: TraceRecord): Divergence | undefined {
  if (first.entries !== undefined && second.entries !== undefined) return firstDifference(first.entries, second.entries);
  if (first.hash === second.hash && first.eventCount === second.eventCount) return undefined;
  const sharedCount = Math.min(first.checkpoints.length, second.checkpoints.length);
  let agreedCount = 0;
  while (agreedCount < sharedCount && first.checkpoints[agreedCount] === second.checkpoints[agreedCount]) agreedCount++;
  const index = agreedCount * checkpointInterval;
  const end = agreedCount < sharedCount ? index + checkpointInterval : Math.max(first.eventCount, second.eventCount);
  return { index, explanation: `the runs agree up to event ${index} and differ before event ${end} (record full traces to see where)` };
}

/**
 * Runs `execute` twice and compares. When the hashes differ it runs twice more with full traces, to name the first
 * difference; if those two happen to agree, the difference is only placed between checkpoints.
 */
export async function checkDeterminism(execute: (settings: SimulationSettings) => Promise<unknown>): Promise<Determinism> {
  const first = await traced(execute, false);
  const second = await traced(execute, false);
  const hashes = [first.hash, second.hash] as const;
  if (first.hash === second.hash) return { isDeterministic: true, hashes };
  const divergence = findDivergence(await traced(execute, true), await traced(execute, true)) ?? findDivergence(first, second);
  return divergence === undefined ? { isDeterministic: false, hashes } : { isDeterministic: false, hashes, divergence };
}

async function traced(execute: (settings: SimulationSettings) => Promise<unknown>, recordTrace: boolean): Promise<TraceRecord> {
  const records: TraceRecord[] = [];
  await execute({ recordTrace, onTrace: (record) => records.push(record) });
  const [record] = records;
  if (record === undefined || records.length > 1)
    throw new Error(`A determinism check needs exactly one simulated run, but there were ${records.length}: hand the settings on to createSimulation`);
  return record;
}

function firstDifference(first: readonly TraceEntry[], second: readonly TraceEntry[]): Divergence | undefined {
  const length = Math.max(first.length, second.length);
  for (let index = 0; index < length; index++) {
    const left = first[index];
    const right = second[index];
    if (JSON.stringify(left) === JSON.stringify(right)) continue;
    return {
      index,
      explanation: `entry ${index}: ${inWords(left)} in the first run, ${inWords(right)} in the second; before it: ${inWords(first[index - 1])}`,
    };
  }
  return undefined;
}

function inWords(entry: TraceEntry | undefined): string {
  if (entry === undefined) return "nothing";
  if (entry.type === "draw") return `draw "${entry.label}" = ${entry.value}`;
  return `${entry.kind} at ${entry.host}, ${entry.timeUs / 1_000} ms, payload ${(entry.payloadHash >>> 0).toString(16)}`;
}
