import * as fc from "fast-check";
import { expect, test } from "vitest";
import { runReport } from "./fixtures/reports.fixture.ts";
import { faultIntervals } from "./fault-intervals.ts";
import { actionMeasures, availabilities, quantile } from "./measures.ts";

const { history } = runReport().result;

test("actions are counted by outcome, and only ok operations have a latency", () => {
  expect(actionMeasures(history.operations)).toEqual([
    { name: "cas", okCount: 0, failCount: 1, infoCount: 0, latency: undefined },
    { name: "read", okCount: 1, failCount: 0, infoCount: 1, latency: { medianMs: 0.4, p99Ms: 0.4, maximumMs: 0.4 } },
    { name: "write", okCount: 2, failCount: 0, infoCount: 1, latency: { medianMs: 4, p99Ms: 212, maximumMs: 212 } },
  ]);
});

test("availability is split by phase and by whether a fault was in force", () => {
  expect(availabilities(history.operations, faultIntervals(history.faults))).toEqual([
    { name: "phase warm-up", okCount: 1, totalCount: 1 },
    { name: "phase faults", okCount: 2, totalCount: 4 },
    { name: "phase final", okCount: 0, totalCount: 1 },
    { name: "begun while a fault was in force", okCount: 2, totalCount: 4 },
  ]);
});

test("a quantile is the smallest value that its share does not exceed", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, min: 0, max: 1e6 }), { minLength: 1 }), fc.double({ min: 0.01, max: 1, noNaN: true }), (values, share) => {
      const sorted = Float64Array.from(values).toSorted();
      const value = quantile(sorted, share);
      const atMost = sorted.filter((candidate) => candidate <= value).length;
      const below = sorted.filter((candidate) => candidate < value).length;
      return atMost >= share * sorted.length - 1e-9 && below < share * sorted.length + 1e-9;
    }),
  );
});
