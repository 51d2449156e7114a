// A run counted: what premises, coverage of claims and statistics look at. From the history alone.
import type { FaultEvent, History } from "./history.ts";
import type { RunStatistics } from "./run.ts";
import type { RunSummary } from "./system.ts";

export type OperationCounts = Pick<RunStatistics, "okCount" | "failCount" | "infoCount">;
export type FaultCounts = RunStatistics["faults"];

export function summarize(history: History, workload: string): RunSummary {
  const okCounts: Record<string, number> = {};
  for (const { type, input } of history.operations) if (type === "ok") count(okCounts, input.f);
  const factCounts: Record<string, number> = {};
  for (const { kind } of history.facts) count(factCounts, kind);
  return { workload, okCounts, factCounts, effectiveFaults: effectiveFaults(history) };
}

/** An operation that never completed counts as `info`. O(n). */
export function countOperations(history: History): OperationCounts {
  const counts = history.countOutcomes();
  return { okCount: counts.ok, failCount: counts.fail, infoCount: counts.info };
}

/**
 * By kind, the faults that took effect: their lift says that they affected something, or no lift was recorded and
 * nobody can rule it out. A claim is judged only if it covers all of them, so the doubt counts against the accusation.
 * A node that somebody outside the run killed was killed, whoever did it.
 */
export function effectiveFaults({ facts, faults }: Pick<History, "facts" | "faults">): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind, affectedCount } of injections(faults).values()) if (affectedCount !== 0) count(counts, kind);
  for (const { kind, data } of facts) if (kind === "node.died" && data["isFromOutside"] === true) count(counts, "kill");
  return counts;
}

/** By kind: carried out, known to have had an effect, skipped. */
export function countFaults(events: readonly FaultEvent[]): FaultCounts {
  const counts: Record<string, { injectedCount: number; effectiveCount: number; skippedCount: number }> = {};
  const of = (kind: string): { injectedCount: number; effectiveCount: number; skippedCount: number } =>
    (counts[kind] ??= { injectedCount: 0, effectiveCount: 0, skippedCount: 0 });
  for (const { action, kind } of events) if (action === "skip") of(kind).skippedCount++;
  for (const { kind, affectedCount } of injections(events).values()) {
    of(kind).injectedCount++;
    if ((affectedCount ?? 0) > 0) of(kind).effectiveCount++;
  }
  return counts;
}

interface CountedInjection {
  readonly kind: string;
  /** undefined: not lifted, or the lift does not say. */
  affectedCount: number | undefined;
}

function injections(events: readonly FaultEvent[]): Map<string, CountedInjection> {
  const byId = new Map<string, CountedInjection>();
  for (const { action, id, kind, detail } of events) {
    if (action === "inject") byId.set(id, { kind, affectedCount: undefined });
    const injection = action === "lift" ? byId.get(id) : undefined;
    const affected = detail["affectedCount"];
    if (injection !== undefined && typeof affected === "number") injection.affectedCount = affected;
  }
  return byId;
}

function count(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
