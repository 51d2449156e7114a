// How much of what was asked was answered: by phase, by node, under each fault, and how soon after healing. For reports.
import type { History } from "../harness/history.ts";
import type { Input, Operation } from "../harness/operation.ts";
import type { Json } from "../harness/json.ts";
import { faultWindows, type FaultWindow } from "./fault-windows.ts";

/** JSON-safe. Shares are ok operations over all operations, by invocation. */
export type Availability = {
  readonly total: Share;
  readonly byPhase: Readonly<Record<string, Share>>;
  /** By the node a client was bound to. */
  readonly byNode: Readonly<Record<string, Share>>;
  /** Operations that overlap a fault of this kind, whomever it hit. `none`: those that overlap no fault. */
  readonly byFault: Readonly<Record<string, Share>>;
  /** From the end of the last fault to the invocation of the first operation after which nothing failed; null: never, or no fault was lifted. */
  readonly recoveryMs: number | null;
  /** Longest stretch between two successes (by completion), from the first to the last operation; null without a success. */
  readonly longestOutageMs: number | null;
};

export type Share = { readonly ok: number; readonly fail: number; readonly info: number; /** ok over all, 0 to 1. */ readonly okShare: number };

/** O(operations x overlapping faults). Times are the recorder's. */
export function availability<I extends Input, O extends Json>(history: History<I, O>): Availability {
  const operations: readonly Operation<I, O>[] = history.operations;
  const windows = faultWindows(history);
  return {
    total: shareOf(operations),
    byPhase: sharesBy(operations, ({ phase }) => [phase]),
    byNode: sharesBy(operations, ({ node }) => (node === undefined ? [] : [node])),
    byFault: sharesBy(operations, (operation) => faultsDuring(operation, windows)),
    recoveryMs: recoveryMs(operations, windows),
    longestOutageMs: longestOutageMs(operations),
  };
}

function shareOf(operations: readonly Pick<Operation, "type">[]): Share {
  const count = { ok: 0, fail: 0, info: 0 };
  for (const { type } of operations) count[type]++;
  return { ...count, okShare: operations.length === 0 ? 0 : count.ok / operations.length };
}

function sharesBy<T extends Pick<Operation, "type">>(operations: readonly T[], keysOf: (operation: T) => readonly string[]): Record<string, Share> {
  const groups = new Map<string, T[]>();
  for (const operation of operations) {
    for (const key of keysOf(operation)) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [operation]);
      else group.push(operation);
    }
  }
  return Object.fromEntries([...groups].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, group]) => [key, shareOf(group)]));
}

function faultsDuring({ invokedNs, completedNs }: Pick<Operation, "invokedNs" | "completedNs">, windows: readonly FaultWindow[]): string[] {
  const kinds = new Set(windows.filter(({ fromNs, untilNs }) => fromNs <= completedNs && invokedNs <= untilNs).map(({ kind }) => kind));
  return kinds.size === 0 ? ["none"] : [...kinds];
}

function recoveryMs(operations: readonly Pick<Operation, "type" | "invokedNs">[], windows: readonly FaultWindow[]): number | null {
  const ends = windows.map(({ untilNs }) => untilNs);
  const healedNs = Math.max(...ends);
  if (!Number.isFinite(healedNs)) return null;
  const after = operations.filter(({ invokedNs }) => invokedNs >= healedNs);
  const lastBad = after.findLastIndex(({ type }) => type !== "ok");
  const first = after[lastBad + 1];
  return first === undefined ? null : (first.invokedNs - healedNs) / 1e6;
}

function longestOutageMs(operations: readonly Pick<Operation, "type" | "invokedNs" | "completedNs">[]): number | null {
  const times = operations
    .filter(({ type }) => type === "ok")
    .map(({ completedNs }) => completedNs)
    .toSorted((a, b) => a - b);
  const [first] = operations;
  if (first === undefined || times.length === 0) return null;
  const lastNs = operations.reduce((latest, { invokedNs, completedNs }) => Math.max(latest, Number.isFinite(completedNs) ? completedNs : invokedNs), 0);
  let longest = 0;
  let previous = first.invokedNs;
  for (const time of [...times, lastNs]) {
    longest = Math.max(longest, time - previous);
    previous = Math.max(previous, time);
  }
  return longest / 1e6;
}
