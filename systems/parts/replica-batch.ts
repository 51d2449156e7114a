// What a replica carries out together: effects of one or several inputs, on their way to the disk and out. For the replica.
import { hashJson } from "./checksum.ts";
import type { DescribedEntries, LogEnd } from "./raft/log.ts";
import type { Entry } from "./raft/messages.ts";
import type { Effects } from "./raft/outbox.ts";

/** Effects, with the replies that may leave only after them. */
export interface Batch {
  readonly effects: Effects | null;
  readonly answers: readonly (() => void)[];
  /** Of the log, when the effects were taken. */
  readonly end: LogEnd;
}

/** Most are not: they may leave at once. */
export function isForTheDisk({ effects }: Batch): boolean {
  return effects !== null && (effects.ballot !== null || effects.records.length > 0);
}

/** As the fact `raft.applied` states it. The hashes are of the commands alone, not chained as those of the log. */
export function describeApplied(from: number, entries: readonly Entry[]): DescribedEntries {
  return { from, terms: entries.map(({ term }) => term), hashes: entries.map(({ command }) => hashJson(command)) };
}

/** The list with one more. Mostly it is the first one; a list that begins empty and grows would be given room for 17 at once. */
export function added<T>(list: readonly T[], item: T): readonly T[] {
  return list.length === 0 ? [item] : [...list, item];
}
