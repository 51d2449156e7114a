// How many operations of each kind ended how, and how long they took. For reports and premises.
import type { History } from "../harness/history.ts";
import type { Json } from "../harness/json.ts";
import type { Input, Operation } from "../harness/operation.ts";

/** JSON-safe. */
export type OperationStatistics = {
  readonly ok: number;
  readonly fail: number;
  readonly info: number;
  /** Of ok operations, milliseconds on the recorder's clock; null without one. */
  readonly latencyMs: Quantiles | null;
};

export type Quantiles = { readonly minimum: number; readonly p50: number; readonly p95: number; readonly p99: number; readonly maximum: number };

/** By function `f`, in alphabetical order, and `all`. O(n log n). */
export function statistics<I extends Input, O extends Json>(history: History<I, O>): Readonly<Record<string, OperationStatistics>> {
  const operations: readonly Operation<I, O>[] = history.operations;
  const groups = [...Map.groupBy(operations, ({ input }) => input.f)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries([["all", statisticsOf(operations)], ...groups.map(([f, group]) => [f, statisticsOf(group)] as const)]);
}

function statisticsOf(operations: readonly Pick<Operation, "type" | "invokedNs" | "completedNs">[]): OperationStatistics {
  const count = { ok: 0, fail: 0, info: 0 };
  const latencies: number[] = [];
  for (const { type, invokedNs, completedNs } of operations) {
    count[type]++;
    if (type === "ok") latencies.push((completedNs - invokedNs) / 1e6);
  }
  return { ...count, latencyMs: quantiles(latencies) };
}

/** Nearest-rank quantiles; null for nothing. O(n log n). */
export function quantiles(values: readonly number[]): Quantiles | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { minimum: at(0), p50: at(0.5), p95: at(0.95), p99: at(0.99), maximum: at(1) };
}
