import { describe, expect, test } from "vitest";
import { system } from "./fixtures/tiny-system.ts";
import { quickBugs, shownCells, sharesOf } from "./real-time-campaign.ts";
import { loadSystem, shippedSystems } from "./registry.ts";

const all = ["simulation", "process", "container"] as const;

describe("the time of a campaign", () => {
  test("is at most a minute for each part in real time by default", () => {
    expect(sharesOf(undefined, all)).toEqual({ simulation: 80_000, process: 60_000, container: 60_000 });
  });

  test.each([
    [600_000, all, { simulation: 300_000, process: 150_000, container: 150_000 }],
    [600_000, ["simulation", "process"], { simulation: 300_000, process: 300_000 }],
    [80_000, all, { simulation: 60_000, process: 20_000 }],
    [2_000, all, { simulation: 2_000 }],
    [2_000, ["simulation"], { simulation: 2_000 }],
    [5_000, ["process"], { process: 5_000 }],
  ] as const)("of %i ms over %j is %j", (totalMs, runtimes, shares) => {
    expect(sharesOf(totalMs, runtimes)).toEqual(shares);
  });
});

describe("the cells in real time", () => {
  test("show each shipped system under every sort of trouble that it takes, the systems in turn", async () => {
    const systems = await Promise.all(shippedSystems.map(async (name) => (await loadSystem(name, { directory: "/" })).system));
    const cells = shownCells(systems);
    expect(new Set(cells.map(({ key }) => key)).size).toBe(cells.length);
    expect(cells.slice(0, 3).map((cell) => cell.system)).toEqual(shippedSystems);
    for (const name of shippedSystems) expect(cells.filter((cell) => cell.system === name).length).toBeGreaterThanOrEqual(4);
  });

  test("look for one bug of each system, with the workload that its claim is judged by", async () => {
    const systems = await Promise.all(shippedSystems.map(async (name) => (await loadSystem(name, { directory: "/" })).system));
    expect(quickBugs([...systems, system]).map(({ bug, workload }) => [bug, workload])).toEqual([
      ["watch-skips-first", "watch"],
      ["node-id-from-hash", "unique-ids"],
      ["float-sum", "counter"],
      ["forgetful", "register"],
    ]);
  });

  test("leave out what a system takes no fault of", () => {
    expect(shownCells([system]).map(({ nemesis }) => nemesis)).toEqual(["partition-halves", "pause", "targeted"]);
  });
});
