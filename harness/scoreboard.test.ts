import { describe, expect, test } from "vitest";
import { digestRun } from "./digest.ts";
import { exampleResult } from "./fixtures/result.fixture.ts";
import { isAsExpected, scoreRow, searchedRun, type SearchedRun, type SearchRecord } from "./scoreboard.ts";
import { scoreboardMarkdown } from "./scoreboard-markdown.ts";
import { wilsonInterval } from "./wilson.ts";

const bug = { name: "stale-reads", id: "KV-2", accusedBy: "C1", difficulty: "T1", imitates: "a | case" } as const;
const miss: SearchedRun = { isFound: false, detector: null, isCounted: true, okCount: 40, effectiveCount: 3, skippedCount: 1, wallMs: 2 };
const hit: SearchedRun = { ...miss, isFound: true, detector: "C1" };

function record(runs: readonly SearchedRun[], replaced: Partial<SearchRecord> = {}): SearchRecord {
  return { system: "kv", variant: "raft", runtime: "simulation", nemeses: "swarm, targeted", bug, runs, shrunk: [], ...replaced };
}

function correct(runs: readonly SearchedRun[]): SearchRecord {
  const { bug: _none, ...rest } = record(runs);
  return rest;
}

const size = (operationCount: number, faultCount: number) => ({ operationCount, faultCount, clientCount: 2, nodeCount: 3 });

describe("a row of the scoreboard", () => {
  test("counts finds over all seeds, with the interval", () => {
    const row = scoreRow(record([miss, hit, miss, { ...miss, isCounted: false }]));
    expect(row).toMatchObject({ runCount: 4, countedCount: 3, foundCount: 1, interval: wilsonInterval(1, 4) });
  });

  test("takes every find as the end of one search and counts the last one as cut off", () => {
    // Searches of 2, 3 and 1 seeds, then 4 without a find.
    const row = scoreRow(record([miss, hit, miss, miss, hit, hit, miss, miss, miss, miss]));
    expect(row.medianSeeds).toBe(2);
    expect(row.medianSeconds).toBeCloseTo(0.004);
    expect(scoreRow(record([miss, miss])).medianSeeds).toBeUndefined();
  });

  test("names who accused first, most frequent first", () => {
    const other = { ...miss, detector: "C2" };
    const row = scoreRow(record([other, hit, other]));
    expect(row.detectors).toEqual([
      ["C2", 2],
      ["C1", 1],
    ]);
    expect(isAsExpected(row)).toBe(true);
    expect(isAsExpected(scoreRow(record([other, other])))).toBe(false);
  });

  test("of the correct system has a bound on false alarms only while there is none", () => {
    expect(scoreRow(correct(Array.from({ length: 300 }, () => miss))).falseAlarmBound).toBeCloseTo(0.01);
    expect(scoreRow(correct(Array.from({ length: 300 }, () => ({ ...miss, isCounted: false })))).falseAlarmBound).toBe(1);
    const alarmed = scoreRow(correct([miss, { ...miss, isFound: true, detector: "C1" }]));
    expect(alarmed.falseAlarmBound).toBeUndefined();
    expect(isAsExpected(alarmed)).toBe(false);
  });

  test("has the median of what shrinking left", () => {
    const shrunk = [
      [2, 1],
      [4, 0],
      [9, 3],
    ].map(([operations = 0, faults = 0]) => ({ before: size(40, 20), after: size(operations, faults), runCount: 100, elapsedMs: 500 }));
    expect(scoreRow(record([hit], { shrunk })).medianShrunk).toEqual({ operations: 4, faults: 1, seconds: 0.5 });
  });
});

test("a run is a find only by the claim that must accuse; in the correct system every violation is an alarm", () => {
  const digest = digestRun(exampleResult({ verdict: "invalid", claims: { C1: "valid", C2: "invalid" }, failureClass: "C2/register:linearizable" }), {
    index: 0,
    wallMs: 3,
  });
  expect(searchedRun(digest, "C1")).toMatchObject({ isFound: false, detector: "C2", isCounted: true, wallMs: 3 });
  const undecided = digestRun(exampleResult({ verdict: "unknown", claims: { C1: "unknown", C2: "not-exercised" } }), { index: 0, wallMs: 3 });
  expect(searchedRun(undecided, "C1")).toMatchObject({ isFound: false });
  expect(searchedRun(undecided, "C2")).toMatchObject({ isFound: false });
  expect(searchedRun(digest, "C2")).toMatchObject({ isFound: true, detector: "C2" });
  expect(searchedRun(digest, undefined)).toMatchObject({ isFound: true });
  const valid = digestRun(exampleResult(), { index: 0, wallMs: 3 });
  expect(searchedRun(valid, undefined)).toMatchObject({ isFound: false, detector: null });
});

test("the page says what was found, by whom, how surely, and never breaks its tables", () => {
  const rows = [
    scoreRow(record([miss, hit, miss, hit])),
    scoreRow(record([miss, { ...miss, detector: "C2" }], { bug: { ...bug, name: "lost|votes" } })),
    scoreRow(correct(Array.from({ length: 1_000 }, () => miss))),
  ];
  const page = scoreboardMarkdown(rows, { commit: "abc", nodeVersion: "24.0.0", command: "npm run scoreboard", seedBase: "1" });
  expect(page).toContain("1 of 2 planted bugs found by the claim that must accuse them; 0 false alarms in 1000 counted seeds");
  expect(page).toContain("| stale-reads (KV-2) | kv raft | swarm, targeted | T1 | C1 | C1 | 2 / 4 | 15 % to 85 % | 2 | 0.004 | - | - |");
  expect(page).toContain("| lost\\|votes (KV-2) | kv raft | swarm, targeted | T1 | C1 | **C2** (C2 1) | **0** / 2 |");
  expect(page).toContain("| kv raft | swarm, targeted | 1000 | 1000 | 0 | 0.3 % |");
  for (const line of page.split("\n").filter((text) => text.startsWith("| "))) {
    const header = line.replaceAll("\\|", "");
    expect([12, 6, 7]).toContain(header.split("|").length - 2);
  }
});
