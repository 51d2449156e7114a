// Numbers read off a history: how often and how fast each action succeeded, per phase and while faults were in force.
import type { Operation, Phase } from "../harness/operation.ts";
import { inForce, type FaultInterval } from "./fault-intervals.ts";

export interface ActionMeasure {
  /** `f` of the operations. */
  readonly name: string;
  readonly okCount: number;
  readonly failCount: number;
  readonly infoCount: number;
  /** Of the ok operations, milliseconds; undefined without any. */
  readonly latency: { readonly medianMs: number; readonly p99Ms: number; readonly maximumMs: number } | undefined;
}

/** One row an action, by name. O(n log n). */
export function actionMeasures(operations: readonly Operation[]): readonly ActionMeasure[] {
  const groups = Map.groupBy(operations, (operation) => operation.input.f);
  return [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, group]) => measureOf(name, group));
}

export interface Availability {
  readonly name: string;
  readonly okCount: number;
  readonly totalCount: number;
}

const phases: readonly Phase[] = ["warm-up", "faults", "core-liveness", "final"];

/** Share of ok operations by phase, and within the fault phase with and without a fault in force when they began. Empty groups are left out. */
export function availabilities(operations: readonly Operation[], intervals: readonly FaultInterval[]): readonly Availability[] {
  const isDisturbed = (operation: Operation): boolean => inForce(intervals, { fromNs: operation.invokedNs, toNs: operation.invokedNs }).length > 0;
  const faulty = operations.filter((operation) => operation.phase === "faults");
  const groups: (readonly [string, readonly Operation[]])[] = [
    ...phases.map((phase) => [`phase ${phase}`, operations.filter((operation) => operation.phase === phase)] as const),
    ["begun while a fault was in force", faulty.filter(isDisturbed)],
    ["begun between faults", faulty.filter((operation) => !isDisturbed(operation))],
  ];
  return groups
    .filter(([, group]) => group.length > 0)
    .map(([name, group]) => ({ name, okCount: group.filter((operation) => operation.type === "ok").length, totalCount: group.length }));
}

function measureOf(name: string, group: readonly Operation[]): ActionMeasure {
  const latencies = Float64Array.from(
    group.filter((operation) => operation.type === "ok").map((operation) => (operation.completedNs - operation.invokedNs) / 1e6),
  ).toSorted();
  const countOf = (type: Operation["type"]): number => group.filter((operation) => operation.type === type).length;
  return {
    name,
    okCount: countOf("ok"),
    failCount: countOf("fail"),
    infoCount: countOf("info"),
    latency: latencies.length === 0 ? undefined : { medianMs: quantile(latencies, 0.5), p99Ms: quantile(latencies, 0.99), maximumMs: quantile(latencies, 1) },
  };
}

/** Nearest rank: the smallest value that at least this share of all values does not exceed. */
export function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
