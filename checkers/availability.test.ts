// Shares of answered operations, by phase, node and fault, and times of recovery.
import { expect, test } from "vitest";
import { HistoryBuilder, type History } from "../harness/history.ts";
import type { OutcomeType, Phase } from "../harness/operation.ts";
import { availability } from "./availability.ts";
import { faultWindows } from "./fault-windows.ts";
import { quantiles, statistics } from "./statistics.ts";

type Event =
  | readonly [timeMs: number, what: "fault", id: string, kind: string, action: "inject" | "lift" | "skip"]
  | readonly [timeMs: number, what: "start", process: number, node: string, phase: Phase]
  | readonly [timeMs: number, what: OutcomeType, process: number];

function recorded(events: readonly Event[]): History {
  const builder = new HistoryBuilder();
  for (const event of events) {
    const timeNs = event[0] * 1e6;
    if (event[1] === "fault")
      builder.append({
        timeNs,
        process: -1,
        type: "fault",
        f: event[3],
        phase: "faults",
        value: { id: event[2], action: event[4], victims: ["n1"], detail: {} },
      });
    else if (event[1] === "start") builder.append({ timeNs, process: event[2], type: "invoke", f: "read", node: event[3], phase: event[4], value: {} });
    else builder.append({ timeNs, process: event[2], type: event[1], f: "read", phase: "faults", ...(event[1] === "ok" ? { value: 1 } : { error: "no" }) });
  }
  return builder.build();
}

const history = recorded([
  [0, "start", 0, "n1", "warm-up"],
  [1, "ok", 0],
  [10, "fault", "f1", "kill", "inject"],
  [11, "start", 1, "n1", "faults"],
  [12, "start", 2, "n2", "faults"],
  [14, "ok", 2],
  [15, "fault", "f2", "pause", "inject"],
  [20, "info", 1],
  [30, "fault", "f1", "kill", "lift"],
  [31, "fault", "f3", "slow", "skip"],
  [32, "start", 4, "n1", "faults"],
  [33, "fail", 4],
  [40, "fault", "f2", "pause", "lift"],
  [41, "start", 5, "n1", "final"],
  [42, "fail", 5],
  [47, "start", 6, "n2", "final"],
  [48, "ok", 6],
]);

test("counts shares by phase, node and fault in force", () => {
  expect(availability(history)).toEqual({
    total: { ok: 3, fail: 2, info: 1, okShare: 0.5 },
    byPhase: {
      "warm-up": { ok: 1, fail: 0, info: 0, okShare: 1 },
      faults: { ok: 1, fail: 1, info: 1, okShare: 1 / 3 },
      final: { ok: 1, fail: 1, info: 0, okShare: 0.5 },
    },
    byNode: { n1: { ok: 1, fail: 2, info: 1, okShare: 0.25 }, n2: { ok: 2, fail: 0, info: 0, okShare: 1 } },
    byFault: {
      kill: { ok: 1, fail: 0, info: 1, okShare: 0.5 },
      none: { ok: 2, fail: 1, info: 0, okShare: 2 / 3 },
      pause: { ok: 0, fail: 1, info: 1, okShare: 0 },
    },
    recoveryMs: 7,
    longestOutageMs: 34,
  });
});

test("knows faults from injection to lift, and none that was skipped", () => {
  expect(faultWindows(history).map(({ kind, fromNs, untilNs }) => [kind, fromNs / 1e6, untilNs / 1e6])).toEqual([
    ["kill", 10, 30],
    ["pause", 15, 40],
  ]);
  expect(faultWindows(recorded([[5, "fault", "f", "kill", "inject"]]))[0]?.untilNs).toBe(Infinity);
});

test("says null where there is nothing to measure", () => {
  expect(availability(recorded([]))).toMatchObject({ recoveryMs: null, longestOutageMs: null, total: { okShare: 0 } });
  expect(
    availability(
      recorded([
        [1, "fault", "f", "kill", "inject"],
        [2, "fault", "f", "kill", "lift"],
        [3, "start", 0, "n1", "final"],
        [4, "fail", 0],
      ]),
    ).recoveryMs,
  ).toBe(null);
});

test("counts outcomes and latencies by function", () => {
  expect(statistics(history)["read"]).toEqual({ ok: 3, fail: 2, info: 1, latencyMs: { minimum: 1, p50: 1, p95: 2, p99: 2, maximum: 2 } });
  expect(Object.keys(statistics(history))).toEqual(["all", "read"]);
});

test("takes quantiles by nearest rank", () => {
  expect(quantiles(Array.from({ length: 100 }, (_, index) => 100 - index))).toEqual({ minimum: 1, p50: 50, p95: 95, p99: 99, maximum: 100 });
  expect(quantiles([])).toBe(null);
});
