import { describe, expect, test } from "vitest";
import type { FaultEvent } from "../harness/history.ts";
import { faultIntervals, inForce, nodeTroubles } from "./fault-intervals.ts";

const event = (index: number, rest: Partial<FaultEvent>): FaultEvent => ({
  index,
  timeNs: index * 10,
  id: "f1",
  kind: "partition",
  action: "inject",
  victims: [],
  detail: {},
  ...rest,
});

describe("fault intervals", () => {
  test("pair an injection with its lift and take over the measured effect", () => {
    const [interval] = faultIntervals([event(1, { victims: ["n1"] }), event(5, { action: "lift", detail: { affectedCount: 7 } })]);
    expect(interval).toEqual({ id: "f1", kind: "partition", victims: ["n1"], fromNs: 10, toNs: 50, affectedCount: 7 });
  });

  test("never end if nobody lifted them, and leave out what was skipped", () => {
    expect(faultIntervals([event(1, {}), event(2, { id: "f2", action: "skip" })])).toMatchObject([{ id: "f1", toNs: Infinity }]);
  });

  test("keep overlapping faults apart by id", () => {
    const intervals = faultIntervals([event(1, {}), event(2, { id: "f2" }), event(3, { action: "lift" }), event(4, { id: "f2", action: "lift" })]);
    expect(intervals.map(({ id, fromNs, toNs }) => [id, fromNs, toNs])).toEqual([
      ["f1", 10, 30],
      ["f2", 20, 40],
    ]);
  });

  test("a fault is in force at both ends of its time and not beside it", () => {
    const intervals = faultIntervals([event(1, {}), event(5, { action: "lift" })]);
    const count = (fromNs: number, toNs: number): number => inForce(intervals, { fromNs, toNs }).length;
    expect([count(0, 9), count(0, 10), count(20, 30), count(50, 60), count(51, 60)]).toEqual([0, 1, 1, 1, 0]);
  });
});

describe("node troubles", () => {
  test("name what each victim suffered", () => {
    const troubles = nodeTroubles([
      event(1, { kind: "kill", victims: ["n1", "n2"] }),
      event(2, { id: "f2", kind: "pause", victims: ["n3"] }),
      event(3, { id: "f3", kind: "slow", victims: ["n1"] }),
      event(4, { action: "lift" }),
    ]);
    expect(troubles).toEqual([
      { node: "n1", trouble: "down", fromNs: 10, toNs: 40 },
      { node: "n2", trouble: "down", fromNs: 10, toNs: 40 },
      { node: "n3", trouble: "paused", fromNs: 20, toNs: Infinity },
    ]);
  });

  test("a node that died by itself is down until it was started again", () => {
    const troubles = nodeTroubles([
      event(1, { kind: "crash", action: "died", victims: ["n1"] }),
      event(2, { kind: "crash", action: "restarted", victims: ["n1"] }),
      event(3, { kind: "crash", action: "died", victims: ["n2"] }),
    ]);
    expect(troubles).toEqual([
      { node: "n1", trouble: "down", fromNs: 10, toNs: 20 },
      { node: "n2", trouble: "down", fromNs: 30, toNs: Infinity },
    ]);
  });
});
